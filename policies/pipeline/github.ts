/** Comments of a pull request, over GitHub's REST interface (https://docs.github.com/rest/issues/comments). */

export interface PullRequest {
  /** `https://api.github.com`, or that of an Enterprise server. */
  readonly api: string;
  /** `owner/name` */
  readonly repository: string;
  readonly number: number;
}

export interface Credentials {
  readonly token: string;
  /** Whose comments are ours: the login that the token speaks for. */
  readonly author: string;
}

export type Posted = "created" | "edited" | "unchanged" | "not needed";

/** GitHub's refusal, and what to do about it. */
export class GitHubError extends Error {}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
}

const ADVICE: Readonly<Record<number, string>> = {
  401: "GITHUB_TOKEN is not valid any more",
  403: "the token may not write comments: give the job `permissions: { pull-requests: write }`; a pull request from a fork never gets one",
  404: "there is no such pull request, or the token may not see it",
};

type Fetch = typeof globalThis.fetch;

const ANSWERS_WITHIN_MS = 30_000;

async function call(
  fetch: Fetch,
  { token }: Credentials,
  url: string,
  method: "GET" | "POST" | "PATCH",
  body?: object,
): Promise<{ readonly content: unknown; readonly next: string | undefined }> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "meshtls-pulumi",
      "x-github-api-version": "2022-11-28",
    },
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new GitHubError(`${new URL(url).origin} does not answer (${reasonOf(error)})`);
  });
  if (!response.ok) {
    const advice = ADVICE[response.status];
    throw new GitHubError(`GitHub answered ${response.status}${advice === undefined ? "" : `: ${advice}`}`);
  }
  const [, next] = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
  return { content: await response.json(), next };
}

/** The failure behind fetch's own "fetch failed". */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
};

type Bag = Readonly<Record<string, unknown>>;

const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null;

const commentsIn = (content: unknown): Comment[] =>
  (Array.isArray(content) ? content : []).filter(isBag).flatMap(({ id, body, user }): Comment[] => {
    const author = isBag(user) ? user["login"] : undefined;
    return typeof id === "number" && typeof body === "string" && typeof author === "string"
      ? [{ id, body, author }]
      : [];
  });

async function find(
  fetch: Fetch,
  { api, repository, number }: PullRequest,
  credentials: Credentials,
  marker: string,
): Promise<Comment | undefined> {
  let page: string | undefined = `${api}/repos/${repository}/issues/${number}/comments?per_page=100`;
  while (page !== undefined) {
    const { content, next } = await call(fetch, credentials, page, "GET");
    // Whoever quotes the comment quotes its marker too.
    const own = commentsIn(content).find(
      ({ author, body }) => author === credentials.author && body.startsWith(marker),
    );
    if (own !== undefined) return own;
    // The token goes nowhere else, whatever the answer says.
    page = next !== undefined && new URL(next).origin === new URL(api).origin ? next : undefined;
  }
  return undefined;
}

/**
 * Writes the one comment that begins with `marker`: edits the one that is there, else makes it.
 * @param isNews false when there is nothing to say to a pull request that has no such comment
 * @throws GitHubError
 */
export async function postComment(
  pullRequest: PullRequest,
  credentials: Credentials,
  comment: { readonly marker: string; readonly body: string; readonly isNews: boolean },
  fetch: Fetch = globalThis.fetch,
): Promise<Posted> {
  const { api, repository, number } = pullRequest;
  const known = await find(fetch, pullRequest, credentials, comment.marker);
  const body = { body: comment.body };
  if (known === undefined) {
    if (!comment.isNews) return "not needed";
    await call(fetch, credentials, `${api}/repos/${repository}/issues/${number}/comments`, "POST", body);
    return "created";
  }
  // GitHub keeps no white space at the end.
  if (known.body.trimEnd() === comment.body.trimEnd()) return "unchanged";
  await call(fetch, credentials, `${api}/repos/${repository}/issues/comments/${known.id}`, "PATCH", body);
  return "edited";
}
