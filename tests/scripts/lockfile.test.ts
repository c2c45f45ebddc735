import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Package {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync(join(__dirname, "..", "..", "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, Package>>;
};

// npm leaves out what a registry did not have at that moment, and then `npm ci` refuses the lockfile everywhere.
test("the lockfile names the native packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
