import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");
const SCRIPT = join(root, "scripts/preview-with-pack.sh");
const PACK = join(root, "policies");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meshtls-preview-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the wrapper with a `pulumi` that notes how it was called, and fails when it is asked for what `failing` says. */
function run(args: readonly string[], env: Record<string, string> = { MESHTLS_PACK: PACK }, failing = "nothing") {
  const pulumi = join(folder, "pulumi");
  const calls = join(folder, "calls");
  writeFileSync(pulumi, `#!/bin/sh\necho "$*" >> "${calls}"\n[ "$1" != "${failing}" ]\n`);
  chmodSync(pulumi, 0o755);
  const path = `${folder}:${process.env.PATH ?? ""}`;
  const { status, stderr } = spawnSync(SCRIPT, args, { env: { PATH: path, ...env }, encoding: "utf8" });
  return { status, stderr, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

test("a preview always has the pack", () => {
  expect(run(["preview", "--stack", "staging"])).toMatchObject({
    status: 0,
    calls: [`preview --stack staging --policy-pack ${PACK}`],
  });
});

test("an update previews first, and updates what passed", () => {
  expect(run(["up", "--stack", "staging"])).toMatchObject({
    status: 0,
    calls: [`preview --stack staging --policy-pack ${PACK}`, `up --yes --stack staging --policy-pack ${PACK}`],
  });
});

test("nothing is updated when the preview is refused", () => {
  const { status, calls } = run(["up"], { MESHTLS_PACK: PACK }, "preview");
  expect(status).not.toBe(0);
  expect(calls).toEqual([`preview --policy-pack ${PACK}`]);
});

test("the pack's configuration goes with it", () => {
  const config = join(folder, "pack.json");
  writeFileSync(config, "{}");
  const { calls } = run(["preview"], { MESHTLS_PACK: PACK, MESHTLS_PACK_CONFIG: config });
  expect(calls).toEqual([`preview --policy-pack ${PACK} --policy-pack-config ${config}`]);
});

test.each([
  ["no pack", ["preview"], {}, /MESHTLS_PACK is not set/],
  ["a folder that is no pack", ["preview"], { MESHTLS_PACK: tmpdir() }, /no policy pack/],
  ["a configuration that is not there", ["preview"], { MESHTLS_PACK: PACK, MESHTLS_PACK_CONFIG: "nowhere" }, /no file/],
  ["another operation", ["destroy"], { MESHTLS_PACK: PACK }, /preview or up/],
  ["a skipped preview", ["up", "--skip-preview"], { MESHTLS_PACK: PACK }, /--skip-preview is refused/],
  ["its short form", ["up", "-f"], { MESHTLS_PACK: PACK }, /-f is refused/],
  ["another pack", ["preview", "--policy-pack", "other"], { MESHTLS_PACK: PACK }, /--policy-pack is refused/],
])("%s is refused before anything runs", (_, args, env, message) => {
  const { status, stderr, calls } = run(args, env as Record<string, string>);
  expect({ status, calls }).toEqual({ status: 2, calls: [] });
  expect(stderr).toMatch(message);
});
