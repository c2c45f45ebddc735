import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Invocation } from "./arguments";
import type { About } from "./comment";
import type { Credentials, PullRequest } from "./github";

/** What the variables of a job tell: GitHub's own (https://docs.github.com/actions/reference/variables-reference), and ours. */

type Env = Readonly<Record<string, string | undefined>>;

const set = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

interface PullRequestEvent {
  readonly number: number;
  readonly commit: string | undefined;
}

type Bag = Readonly<Record<string, unknown>>;

const bagAt = (bag: unknown, key: string): Bag | undefined => {
  const value = typeof bag === "object" && bag !== null ? (bag as Bag)[key] : undefined;
  return typeof value === "object" && value !== null ? (value as Bag) : undefined;
};

/** The event that started the job, when it is about a pull request. */
function pullRequestEvent(env: Env): PullRequestEvent | undefined {
  const file = set(env["GITHUB_EVENT_PATH"]);
  if (file === undefined) return undefined;
  try {
    const pullRequest = bagAt(JSON.parse(readFileSync(file, "utf8")), "pull_request");
    const number = pullRequest?.["number"];
    const commit = bagAt(pullRequest, "head")?.["sha"];
    if (typeof number !== "number") return undefined;
    return { number, commit: typeof commit === "string" ? commit : undefined };
  } catch {
    return undefined;
  }
}

/** The pull request to comment on; `undefined` when the job is about none. */
export function pullRequestOf(env: Env): PullRequest | undefined {
  const event = pullRequestEvent(env);
  const repository = set(env["GITHUB_REPOSITORY"]);
  if (event === undefined || repository === undefined) return undefined;
  return { api: set(env["GITHUB_API_URL"]) ?? "https://api.github.com", repository, number: event.number };
}

/** Who a job's own token speaks for. */
const ACTIONS = "github-actions[bot]";

export function credentialsOf(env: Env): Credentials | undefined {
  const token = set(env["GITHUB_TOKEN"]);
  return token === undefined ? undefined : { token, author: set(env["MESHTLS_COMMENT_AUTHOR"]) ?? ACTIONS };
}

/** What the comment is about. */
export function aboutOf(env: Env, { stack, folder }: Pick<Invocation, "stack" | "folder">, here: string): About {
  const server = set(env["GITHUB_SERVER_URL"]);
  const repository = set(env["GITHUB_REPOSITORY"]);
  const run = set(env["GITHUB_RUN_ID"]);
  const project = resolve(here, folder ?? "");
  return {
    stack: stack ?? set(env["PULUMI_STACK"]),
    folder: relative(set(env["GITHUB_WORKSPACE"]) ?? here, project),
    commit: pullRequestEvent(env)?.commit ?? set(env["GITHUB_SHA"]),
    log:
      server === undefined || repository === undefined || run === undefined
        ? undefined
        : `${server}/${repository}/actions/runs/${run}`,
    docs: set(env["MESHTLS_DOCS_URL"]),
  };
}
