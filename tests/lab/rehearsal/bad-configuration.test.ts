import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { parseDocument, type Document } from "yaml";
import { repositoryConfiguration } from "../../../lab/rehearsal/repository";

const ROOT = join(__dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "meshtls-bad-configuration-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The main job as a user starts it. Nothing here gets as far as needing an engine. */
function start(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join("lab", "rehearsal", "main.ts"), ...args],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, INIT_CWD: folder, PATH: "/usr/bin:/bin" } },
  );
  return { status, stdout, stderr };
}

function startWith(text: string) {
  writeFileSync(join(folder, "mine.yaml"), text);
  return start("--config-file", "mine.yaml");
}

const changed = (change: (configuration: Document) => void): string => {
  const document = parseDocument(repositoryConfiguration().text);
  change(document);
  return document.toString();
};

const at = (key: string, ...path: readonly (string | number)[]) => ["config", `meshtls-staging:${key}`, ...path];

test("every problem is in one message, without a stack trace; nothing else happens", () => {
  const { status, stdout, stderr } = startWith(
    changed((document) => {
      document.deleteIn(at("collector"));
      document.setIn(at("cluster", "kind"), "mainframe");
      document.setIn(at("services", 1, "replicas"), "many");
      document.setIn(at("exceptions", 0, "expires"), "2020-01-01");
      document.setIn(at("exceptions", 0, "ports"), [8080]);
      document.setIn(at("meshes"), {});
    }),
  );
  expect(status).toBe(1);
  expect(stdout).toBe("");
  for (const problem of ["collector", "mainframe", "services[1].replicas", "2020-01-01", "meshes"]) {
    expect(stderr).toContain(problem);
  }
  expect(stderr).not.toMatch(/^ +at /m);
});

test("a port that is not an OTLP port is named with those that are", () => {
  const { status, stderr } = startWith(changed((document) => document.setIn(at("exceptions", 0, "ports"), [8080])));
  expect(status).toBe(1);
  expect(stderr).toMatch(/exceptions\[0\]\.ports\[0\].*8080.*4317, 4318/);
});

test("what is not YAML is named with file, line and column", () => {
  const { status, stderr } = startWith("config:\n  meshtls-staging:mesh: [\n");
  expect(status).toBe(1);
  expect(stderr).toMatch(/mine\.yaml is not YAML:\n {2}line 3, column 1: /);
});

test.each([
  [["--config-file", "nowhere.yaml"], /nowhere\.yaml cannot be read/],
  [["deploy"], /unknown command "deploy"; allowed: up, preview, destroy/],
  [["--frobnicate"], /--frobnicate/],
])("%j is wrong usage, and what is right is shown", (args, message) => {
  const { status, stdout, stderr } = start(...args);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr).toContain("Commands\n");
});

test("help is an answer", () => {
  expect(start("--help")).toMatchObject({ status: 0, stderr: "" });
});
