// What a parse with JSON.parse alone takes.
const { readFileSync } = require("node:fs");

console.log(JSON.parse(readFileSync(process.argv[2], "utf8")).items.length);
