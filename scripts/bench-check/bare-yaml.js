// What a parse with js-yaml alone takes: every file below a path, its default schema, nothing kept.
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { loadAll } = require("js-yaml");

function parse(path) {
  if (!statSync(path).isDirectory()) return loadAll(readFileSync(path, "utf8")).length;
  return readdirSync(path).reduce((count, name) => count + parse(join(path, name)), 0);
}

console.log(parse(process.argv[2]));
