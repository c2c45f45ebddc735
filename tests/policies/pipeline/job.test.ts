import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aboutOf, credentialsOf, pullRequestOf } from "../../../policies/pipeline/job";

const folder = mkdtempSync(join(tmpdir(), "meshtls-job-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const eventFile = (content: string): string => {
  const file = join(folder, "event.json");
  writeFileSync(file, content);
  return file;
};

const job = (event: string): Record<string, string> => ({
  GITHUB_EVENT_PATH: eventFile(event),
  GITHUB_REPOSITORY: "shop/orders",
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_API_URL: "https://github.example/api/v3",
  GITHUB_RUN_ID: "7",
  GITHUB_SHA: "merge",
  GITHUB_WORKSPACE: "/w/orders",
  GITHUB_TOKEN: "secret",
});

const PULL_REQUEST = JSON.stringify({ pull_request: { number: 12, head: { sha: "head" } } });

test("a job about a pull request comments on it, on whatever server", () => {
  const env = job(PULL_REQUEST);
  expect(pullRequestOf(env)).toEqual({ api: "https://github.example/api/v3", repository: "shop/orders", number: 12 });
  expect(pullRequestOf({ ...env, GITHUB_API_URL: "" })).toMatchObject({ api: "https://api.github.com" });
  expect(credentialsOf(env)).toEqual({ token: "secret", author: "github-actions[bot]" });
  expect(credentialsOf({ ...env, MESHTLS_COMMENT_AUTHOR: "platform-bot" })).toMatchObject({ author: "platform-bot" });
  expect(credentialsOf({ ...env, GITHUB_TOKEN: "" })).toBeUndefined();
});

test("the comment says which stack of which folder, which commit, and where the log is", () => {
  const about = aboutOf(job(PULL_REQUEST), { stack: "staging", folder: "infra" }, "/w/orders");
  expect(about).toEqual({
    stack: "staging",
    folder: "infra",
    commit: "head",
    log: "https://github.example/shop/orders/actions/runs/7",
    docs: undefined,
  });
});

test.each([
  ["a push", JSON.stringify({ ref: "refs/heads/main" })],
  ["no JSON", "{"],
  ["a number that is none", JSON.stringify({ pull_request: { number: "12" } })],
])("a job about %s comments on nothing", (_, event) => {
  expect(pullRequestOf(job(event))).toBeUndefined();
  expect(aboutOf(job(event), { stack: undefined, folder: undefined }, "/w/orders/a")).toMatchObject({
    folder: "a",
    commit: "merge",
  });
});

test("outside GitHub nothing is known, and nothing is needed", () => {
  expect(pullRequestOf({})).toBeUndefined();
  expect(aboutOf({ PULUMI_STACK: "dev" }, { stack: undefined, folder: undefined }, "/w")).toEqual({
    stack: "dev",
    folder: "",
    commit: undefined,
    log: undefined,
    docs: undefined,
  });
});
