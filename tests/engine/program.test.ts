import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument, type Document } from "yaml";
import { addDays, toIsoDate } from "../../policies/mtls/clock";
import { commandLine } from "./support/command-line";

// The repository as its users run it: Pulumi's command line, the program through the SDK's own runner, nothing of the rehearsal.

const ROOT = join(__dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "meshtls-program-"));
const program = join(folder, "program");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TAKEN = [
  "Pulumi.yaml",
  "Pulumi.staging.yaml",
  "package.json",
  "tsconfig.json",
  "infra",
  "components",
  "policies",
];

let env: NodeJS.ProcessEnv;
let command: string;

beforeAll(async () => {
  mkdirSync(program);
  for (const name of TAKEN) cpSync(join(ROOT, name), join(program, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(program, "node_modules"));
  ({ env, pulumi: command } = await commandLine(join(folder, "stage")));
  await pulumi("stack", "init", "staging");
});

function pulumi(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const argv = ["--non-interactive", "--color", "never", ...args];
    execFile(command, argv, { cwd: program, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
  });
}

/** Staging with its manifests rendered, its exception renewed (the pack judges by the real day), and whatever else is changed. */
function configure(change: (configuration: Document) => void): void {
  const configuration = parseDocument(readFileSync(join(ROOT, "Pulumi.staging.yaml"), "utf8"));
  configuration.setIn(["config", "meshtls-staging:cluster"], { kind: "render", directory: "manifests" });
  const expires = addDays(toIsoDate(new Date()), 30);
  configuration.setIn(["config", "meshtls-staging:exceptions", 0, "expires"], expires);
  const salt = parseDocument(readFileSync(join(program, "Pulumi.staging.yaml"), "utf8")).get("encryptionsalt");
  if (salt !== undefined) configuration.set("encryptionsalt", salt);
  change(configuration);
  writeFileSync(join(program, "Pulumi.staging.yaml"), configuration.toString());
}

const preview = () => pulumi("preview", "--policy-pack", "policies", "--suppress-outputs");

test("staging is previewed with the pack by the command line alone, type-checked as it is loaded", async () => {
  configure(() => undefined);
  const { code, output } = await preview();
  expect(output).toMatch(/\+ \d+ to create/);
  expect(output).toContain("meshtls@v");
  expect(output).not.toMatch(/\berror\b|\[mandatory\]|\[advisory\]/);
  expect(code).toBe(0);
});

test("without its exception it is blocked", async () => {
  configure((configuration) => configuration.setIn(["config", "meshtls-staging:exceptions"], []));
  const { code, output } = await preview();
  expect(output).toMatch(/\[mandatory\].*strict-only-collector-without-exception/);
  expect(code).not.toBe(0);
});
