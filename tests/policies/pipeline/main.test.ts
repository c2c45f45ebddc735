import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { PolicyEvents } from "../../../policies/pipeline/events";
import { asLog, stackJudged, violation } from "./support/events";
import { startGitHub } from "./support/github";

const ROOT = join(__dirname, "../../..");
const PACK = mkdtempSync(join(tmpdir(), "meshtls-pack-"));
const MAIN = join(PACK, "dist/pipeline.js");

let folder: string;

beforeAll(() =>
  build({ entryPoints: [join(ROOT, "policies/pipeline/main.ts")], outfile: MAIN, bundle: true, platform: "node" }),
);

afterAll(() => rmSync(PACK, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meshtls-pipeline-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Preview {
  readonly events?: readonly PolicyEvents[];
  readonly code?: number;
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How pulumi was called, without the file for the events. */
  readonly calls: readonly string[];
}

/** Runs the wrapper on a `pulumi` that notes its calls and previews as told. */
function run(argv: readonly string[], { events = [stackJudged()], code = 0 }: Preview, env = {}): Promise<Ran> {
  const bin = join(folder, "bin");
  const calls = join(folder, "calls");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, "events"), asLog(events));
  const script = `#!/bin/sh
echo "$*" >> '${calls}'
[ "$1" = preview ] || exit 0
while [ "$1" != --event-log ]; do shift; done
cp '${join(folder, "events")}' "$2"
exit ${code}
`;
  writeFileSync(join(bin, "pulumi"), script, { mode: 0o755 });
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd: ROOT,
    env: { PATH: `${bin}:${process.env["PATH"] ?? ""}`, GITHUB_WORKSPACE: ROOT, ...env },
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (said.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (said.stderr += data.toString()));
  return new Promise((resolve) =>
    child.on("close", (exitCode) => {
      const noted = existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
      resolve({ code: exitCode, ...said, calls: noted.map((call) => call.replace(/ --event-log \S+/, "")) });
    }),
  );
}

const PREVIEW = `preview --stack staging --policy-pack ${PACK}`;

test("a preview has the pack, and passes", async () => {
  expect(await run(["preview", "--stack", "staging"], {})).toMatchObject({ code: 0, calls: [PREVIEW], stdout: "" });
});

test("an update previews first", async () => {
  const up = `up --stack staging --policy-pack ${PACK} --yes --skip-preview=false`;
  expect(await run(["up", "--stack", "staging"], {})).toMatchObject({ code: 0, calls: [PREVIEW, up] });
});

test.each([
  ["a mandatory violation", { events: [violation(), stackJudged()], code: 1 }, 5],
  ["a preview that failed", { events: [], code: 4 }, 4],
  ["a preview without the pack", { events: [], code: 0 }, 1],
])("%s ends an update before it begins, and says so with its exit code", async (_, preview, code) => {
  expect(await run(["up", "--stack", "staging"], preview)).toMatchObject({ code, calls: [PREVIEW] });
});

test.each([
  ["what is refused", ["up", "-f"], {}, /-f is refused/],
  ["a configuration that is not there", ["preview"], { MESHTLS_PACK_CONFIG: "nowhere" }, /nowhere, which is no file/],
  ["a configuration that is none", ["preview"], { MESHTLS_PACK_CONFIG: "policies/README.md" }, /README\.md is no JSON/],
])("%s runs nothing", async (_, argv, env, message) => {
  const { code, calls, stderr } = await run(argv, {}, env);
  expect({ code, calls }).toEqual({ code: 2, calls: [] });
  expect(stderr).toMatch(message);
});

test("no pulumi is said, and is no pass", async () => {
  const { code, stderr } = await run(["preview"], {}, { PATH: "/nowhere" });
  expect(code).toBe(127);
  expect(stderr).toMatch(/pulumi could not be started/);
});

test("the result goes where it is asked for: a file, the job's summary, or the terminal", async () => {
  const config = join(folder, "pack.json");
  writeFileSync(config, "{}");
  const env = {
    MESHTLS_PACK_CONFIG: config,
    MESHTLS_COMMENT_FILE: join(folder, "comment.md"),
    GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
    MESHTLS_DRY_RUN: "1",
  };
  const { stdout, calls } = await run(["preview"], { events: [violation(), stackJudged()], code: 1 }, env);
  expect(calls).toEqual([`preview --policy-pack ${PACK} --policy-pack-config ${config}`]);
  expect(stdout).toMatch(/^<!-- meshtls-pulumi .*\n\n### ❌ the stack: 1 policy violation/);
  for (const file of [env.MESHTLS_COMMENT_FILE, env.GITHUB_STEP_SUMMARY])
    expect(readFileSync(file, "utf8")).toBe(stdout);
});

test("a result that cannot be written down is a result all the same", async () => {
  const env = { MESHTLS_COMMENT_FILE: join(folder, "no-such-folder", "comment.md") };
  const { code, stderr } = await run(["preview"], { events: [violation(), stackJudged()], code: 1 }, env);
  expect(code).toBe(5);
  expect(stderr).toMatch(/no comment: .*no-such-folder.*; the result is in this log/);
});

describe("in a job about a pull request", () => {
  const RED = { events: [violation(), stackJudged()], code: 1 };

  async function withGitHub(
    refusal: number | undefined,
    env: object,
  ): Promise<Ran & { readonly requests: readonly string[] }> {
    const github = await startGitHub("hunter2");
    github.refusal = refusal;
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: 12 } }));
    const job = {
      GITHUB_EVENT_PATH: event,
      GITHUB_REPOSITORY: "shop/orders",
      GITHUB_API_URL: github.api,
      GITHUB_TOKEN: "hunter2",
      ...env,
    };
    try {
      return { ...(await run(["preview"], RED, job)), requests: github.requests };
    } finally {
      github.close();
    }
  }

  test("the comment is made", async () => {
    const { code, stderr, requests } = await withGitHub(undefined, {});
    expect(code).toBe(5);
    expect(stderr).toContain("comment of pull request 12: created");
    expect(requests).toEqual([
      "GET /repos/shop/orders/issues/12/comments?per_page=100",
      "POST /repos/shop/orders/issues/12/comments",
    ]);
  });

  test.each([
    ["whose token may not comment, as of a fork", 403, {}, /no comment: GitHub answered 403/, 2],
    ["without a token", undefined, { GITHUB_TOKEN: "" }, /no comment: GITHUB_TOKEN is not set/, 0],
    ["on a dry run", undefined, { MESHTLS_DRY_RUN: "1" }, /^$/, 0],
  ])("%s, the exit code says all the same", async (_, refusal, env, said, asked) => {
    const { code, stderr, requests } = await withGitHub(refusal, env);
    expect(code).toBe(5);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain("hunter2");
    expect(requests).toHaveLength(asked);
  });
});
