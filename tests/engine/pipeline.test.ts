import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Example } from "../../policies/rules/rule";
import { ruleNamed } from "../policies/pipeline/support/events";
import { startGitHub, type GitHub } from "../policies/pipeline/support/github";
import { commandLine } from "./support/command-line";
import { rawResources } from "./support/example-program";

/** A pipeline as an organisation runs it: the wrapper, Pulumi's command line, a program of somebody else's, and GitHub's comments. */

const ROOT = join(__dirname, "..", "..");
const PACK = join(ROOT, "policies");
const WRAPPER = join(PACK, "bin/meshtls-pulumi.js");
const folder = mkdtempSync(join(tmpdir(), "meshtls-pipeline-"));
const project = join(folder, "infra");
const manifests = join(folder, "manifests");
const SECRET = "correct-horse-battery-staple";

/** Registers what `resources.json` says, with a secret among the properties of each. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { Provider } = require("@pulumi/kubernetes");
const provider = new Provider("render", { renderYamlToDirectory: ${JSON.stringify(manifests)} });
for (const { type, name, props } of require("./resources.json")) {
  const annotations = { ...props.metadata.annotations, note: pulumi.secret(${JSON.stringify(SECRET)}) };
  new pulumi.CustomResource(type, name, { ...props, metadata: { ...props.metadata, annotations } }, { provider });
}
`;

let env: NodeJS.ProcessEnv;
let pulumi: string;
let github: GitHub;

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs")]);
  for (const path of [project, manifests]) mkdirSync(path);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "shop", main: "index.js" }));
  writeFileSync(join(project, "index.js"), PROGRAM);
  github = await startGitHub("job-token");
  const event = join(folder, "event.json");
  writeFileSync(event, JSON.stringify({ pull_request: { number: 12, head: { sha: "0123456789abcdef" } } }));
  const found = await commandLine(join(folder, "stage"));
  pulumi = found.pulumi;
  env = {
    // These tests may themselves run in such a job.
    ...Object.fromEntries(Object.entries(found.env).filter(([name]) => !/^(GITHUB|MESHTLS)_/.test(name))),
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: "shop/orders",
    GITHUB_API_URL: github.api,
    GITHUB_WORKSPACE: folder,
    GITHUB_TOKEN: "job-token",
  };
  await run(pulumi, ["stack", "init", "staging"]);
});

afterAll(() => {
  github.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly output: string;
}

const run = (command: string, argv: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { cwd: project, env: { ...env, ...more }, maxBuffer: 64 << 20 };
    execFile(command, [...argv], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });

const wrapped = (argv: readonly string[], more?: NodeJS.ProcessEnv): Promise<Ran> =>
  run(process.execPath, [WRAPPER, ...argv], more);

/** The program becomes an example of a rule. */
function becomes(example: Example | undefined): void {
  if (example === undefined) throw new Error("the rule has no such example");
  writeFileSync(join(project, "resources.json"), JSON.stringify(rawResources([{ example, suffix: "" }])));
}

const RULE = ruleNamed("strict-only-collector-without-exception");
const made = (): readonly string[] => readdirSync(manifests, { recursive: true, encoding: "utf8" });
const comments = (): readonly string[] => github.comments.map(({ body }) => body);

test("a change that violates a mandatory policy is stopped, and the pull request is told once", async () => {
  becomes(RULE.bad[0]);
  const { code, output } = await wrapped(["preview", "--stack", "staging"]);
  expect(output).toContain("comment of pull request 12: created");
  expect(code).toBe(5);
  const [comment = "", ...others] = comments();
  expect(others).toEqual([]);
  expect(comment).toMatch(
    /^<!-- meshtls-pulumi \["infra","staging"\] -->\n\n### ❌ `staging` in `infra`: 1 policy violation /,
  );
  expect(comment).toContain("**MTLS101 `strict-only-collector-without-exception`**");
  expect(comment).toContain("- `monitoring-Deployment-otel-collector` (`kubernetes:apps/v1:Deployment`)<br>");
  expect(comment).toContain(`**Fix:** ${RULE.fix}`);
  expect(comment).toMatch(/policies looked at \d+ resources\. None failed to run\. Commit `0123456789ab`\./);
  expect(comment).not.toContain(SECRET);
});

test("neither an option nor a variable gets it past the preview", async () => {
  expect(await wrapped(["up", "--skip-preview", "--stack", "staging"])).toMatchObject({ code: 2 });
  const skip = { PULUMI_OPTION_SKIP_PREVIEW: "true", PULUMI_OPTION_POLICY_PACK: "/nowhere" };
  expect(await wrapped(["up", "--stack", "staging"], skip)).toMatchObject({ code: 5 });
  expect(made()).toEqual([]);
  expect(github.requests.at(-1)).toMatch(/^GET /);
});

test("what is put right turns the comment green, and is made", async () => {
  becomes(RULE.good[0]);
  const { code, output } = await wrapped(["up", "--stack", "staging"]);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("12: edited") as unknown });
  expect(comments()).toEqual([
    expect.stringContaining("### ✅ `staging` in `infra`: no policy stands against") as unknown,
  ]);
  expect(made().some((path) => path.includes("otel-collector"))).toBe(true);
});

test("what stands is judged without program and provider, by the pack and by the command", async () => {
  const analyze = (...options: readonly string[]) =>
    run(pulumi, ["policy", "analyze", "--stack", "staging", "--policy-pack", PACK, ...options]);
  const passed = await analyze();
  expect({ ...passed }).toMatchObject({ code: 0, output: expect.stringContaining("meshtls@v") as unknown });

  const { output } = await run(pulumi, ["stack", "export", "--stack", "staging"]);
  const state = join(folder, "staging.json");
  writeFileSync(state, output);
  const checked = await run(process.execPath, [join(ROOT, "cli/bin/meshtls.mjs"), "check", "--state", state]);
  expect(checked).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^exception .* permissive, used/m) as unknown,
  });

  const register = join(folder, "pack.json");
  writeFileSync(register, JSON.stringify({ meshtls: { enforcementLevel: "mandatory", register: [] } }));
  const refused = await analyze("--policy-pack-config", register);
  expect(refused.output).toContain("exception-not-registered");
  expect(refused.code).not.toBe(0);
});

test("a preview that fails is no pass: pulumi's exit code, and the comment says that nothing was judged", async () => {
  writeFileSync(join(project, "resources.json"), "no JSON");
  const { code } = await wrapped(["preview", "--stack", "staging"]);
  expect(code).not.toBe(0);
  expect(comments()).toEqual([expect.stringContaining("### ⚠️ `staging` in `infra`: the preview failed") as unknown]);
});
