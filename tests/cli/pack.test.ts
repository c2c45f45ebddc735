import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLOW, INCIDENT, INCIDENT_YAML } from "./support/incident";

const CLI = join(__dirname, "..", "..", "cli");
const folder = mkdtempSync(join(tmpdir(), "meshtls-pack-"));
const installed = join(folder, "node_modules", "meshtls");

/** Runs a program in the empty folder; never fetches anything. */
function run(program: string, argv: readonly string[], cwd = folder): { code: number; stdout: string } {
  const env = { ...process.env, npm_config_offline: "true", npm_config_audit: "false", npm_config_fund: "false" };
  try {
    return {
      code: 0,
      stdout: execFileSync(program, argv, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    if (stderr !== "" && stdout === "") throw new Error(stderr);
    return { code: status, stdout };
  }
}

beforeAll(() => {
  run("npm", ["pack", "--pack-destination", folder], CLI);
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  run("npm", [
    "install",
    ...run("ls", [])
      .stdout.split("\n")
      .filter((name) => name.endsWith(".tgz")),
  ]);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("installs nothing but itself", () => {
  expect(run("ls", ["node_modules"]).stdout.trim()).toBe("meshtls");
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { dependencies?: unknown };
  expect(manifest.dependencies).toBeUndefined();
});

test("npx meshtls checks", () => {
  const { code, stdout } = run("npx", ["meshtls", "check", "--flow", FLOW, INCIDENT]);
  expect(code).toBe(1);
  expect(stdout).toContain("refused: wrong-version-number");
});

test("carries nothing of Pulumi, of tests, or of this checkout", () => {
  const files = run("ls", ["-R", installed]).stdout;
  expect(files).not.toMatch(/\.test\.|fixtures|tsconfig/);
  const bundle = readFileSync(join(installed, "dist", "main.js"), "utf8");
  expect(bundle).not.toMatch(/require\("@pulumi/);
  expect(bundle).not.toContain(CLI);
});

test("asks a cluster with nothing else installed", () => {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server: "https://127.0.0.1:9" } }],
    users: [{ name: "lab", user: { token: "t" } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "lab" } }],
    "current-context": "lab",
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify(config));
  expect(() => run("npx", ["meshtls", "check", "--live", "--kubeconfig", "kubeconfig"])).toThrow(
    "the API server https://127.0.0.1:9 refuses the connection",
  );
});

test("is a library, with types", () => {
  writeFileSync(join(folder, "mesh.yaml"), INCIDENT_YAML);
  writeFileSync(
    join(folder, "use.ts"),
    `import { readFileSync } from "node:fs";
import { assess, readManifests, readMesh, report, UnreadableInput, type Outcome } from "meshtls";
const manifests = readManifests(readFileSync("mesh.yaml", "utf8"));
const flows = [{ from: "staging-webs/order-core", host: "otel-collector.monitoring", port: 4317 }];
const outcome: Outcome | undefined = assess(readMesh(manifests), { flows, now: "2026-11-24" }).flows[0]?.outcome;
let problem = "";
try {
  readManifests("a: [", "x.yaml");
} catch (error) {
  if (error instanceof UnreadableInput) problem = error.problems[0]?.message ?? "";
}
console.log(JSON.stringify([outcome, report(manifests, { flows, now: "2026-11-24" }).summary.flows, problem !== ""]));
`,
  );
  const tsc = join(CLI, "..", "node_modules", "typescript", "bin", "tsc");
  const types = join(CLI, "..", "node_modules", "@types");
  run(process.execPath, [
    tsc,
    "--strict",
    "--module",
    "commonjs",
    "--moduleResolution",
    "node10",
    "--target",
    "es2022",
    "--typeRoots",
    types,
    "--types",
    "node",
    "use.ts",
  ]);
  expect(JSON.parse(run(process.execPath, ["use.js"]).stdout)).toEqual(["refused", 1, true]);
}, 60_000);

describe("whoever reads along stops", () => {
  const bin = join(installed, "bin", "meshtls.mjs");
  /** The exit code of the command itself, whatever becomes of what it writes. */
  const code = (...arguments_: readonly string[]): number => {
    const [redirections = "", ...argv] = arguments_;
    const script = `node "$0" "$@" ${redirections}; exit "\${PIPESTATUS[0]}"`;
    return spawnSync("bash", ["-c", script, bin, ...argv], { cwd: folder, encoding: "utf8" }).status ?? -1;
  };

  test("a result that nobody reads to its end is still a result", () => {
    expect(code("| true", "check", INCIDENT)).toBe(1);
  });

  test("problems that nobody reads are still problems", () => {
    writeFileSync(join(folder, "broken.yaml"), "---\na: [\n".repeat(900));
    expect(code("2>&1 >/dev/null | true", "check", "broken.yaml")).toBe(3);
  });

  test("a full disk is said, and is no finding", () => {
    if (!existsSync("/dev/full")) return console.warn("not tried: this system has no /dev/full");
    const { status, stderr } = spawnSync("sh", ["-c", `node "${bin}" check "${INCIDENT}" > /dev/full`], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^meshtls: standard output cannot be written: [^\n]+\n$/) as unknown,
    });
  });
});
