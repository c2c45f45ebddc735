import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, type Ran } from "../../lab/toolchain/run";
import { script, temporaryFolder } from "../lab/toolchain/support";

const SCRIPTS = join(__dirname, "..", "..", "scripts");

/** A checkout with set-up and nothing installed, and an `npm` that writes down how it was called and installs one package. */
function checkout() {
  const root = temporaryFolder();
  mkdirSync(join(root, "scripts"));
  for (const name of ["setup.mjs", "lock.js"]) copyFileSync(join(SCRIPTS, name), join(root, "scripts", name));
  writeFileSync(join(root, "package.json"), "{}");
  writeFileSync(join(root, "package-lock.json"), "{}");
  const builds = join(root, "builds");
  writeFileSync(
    join(root, "scripts", "build.mjs"),
    `import "installed-package"; import { appendFileSync } from "node:fs"; appendFileSync(${JSON.stringify(builds)}, "built\\n");`,
  );
  const bin = join(root, "bin");
  const calls = join(root, "calls");
  const npm = (then = "") =>
    script(
      join(bin, "npm"),
      `echo "$*" >> ${calls}; ${then}
       rm -rf node_modules; sleep 0.1; mkdir -p node_modules/installed-package; echo > node_modules/installed-package/index.js`,
    );
  npm();
  const setup = (...args: readonly string[]): Promise<Ran> =>
    run(process.execPath, [join(root, "scripts", "setup.mjs"), ...args], {
      env: { ...process.env, PATH: `${bin}:/usr/bin:/bin` },
    });
  const lines = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  return { root, npm, setup, installs: () => lines(calls), builds: () => lines(builds).length };
}

test("installs once, builds every time, and is silent when there is nothing to do", async () => {
  const { setup, installs, builds } = checkout();
  const first = await setup();
  expect(first).toMatchObject({ code: 0, stdout: "" });
  expect(first.stderr).toContain("set-up: installing the packages of package-lock.json");
  expect(await setup()).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(installs()).toEqual(["ci --include=dev --no-audit --no-fund --loglevel=error"]);
  expect(builds()).toBe(2);
});

test("installs again when the lockfile changed, and only then", async () => {
  const { root, setup, installs } = checkout();
  await setup();
  writeFileSync(join(root, "package.json"), `{ "description": "another" }`);
  await setup();
  expect(installs()).toHaveLength(1);
  writeFileSync(join(root, "package-lock.json"), `{ "lockfileVersion": 3 }`);
  await setup();
  expect(installs()).toHaveLength(2);
});

test("begins anew after an installation that failed or was interrupted", async () => {
  const { setup, npm, installs } = checkout();
  npm("mkdir -p node_modules/installed-package; exit 7");
  const broken = await setup();
  expect(broken.code).toBe(1);
  expect(broken.stderr).toContain("set-up: npm ci failed (exit code 7)");
  expect(broken.stderr).not.toContain("at ");
  npm();
  expect(await setup()).toMatchObject({ code: 0 });
  expect(installs()).toHaveLength(2);
});

test("two at once install once", async () => {
  const { setup, installs } = checkout();
  const both = await Promise.all([setup(), setup()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(installs()).toHaveLength(1);
});

test("an installation by npm itself counts: nothing is installed twice", async () => {
  const { root, setup, installs } = checkout();
  mkdirSync(join(root, "node_modules", "installed-package"), { recursive: true });
  writeFileSync(join(root, "node_modules", "installed-package", "index.js"), "");
  expect(await setup("--installed")).toMatchObject({ code: 0 });
  expect(await setup()).toMatchObject({ code: 0 });
  expect(installs()).toEqual([]);
});
