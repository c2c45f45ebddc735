import { GitHubError, postComment } from "../../../policies/pipeline/github";
import { ACTIONS, startGitHub, type Comment, type GitHub } from "./support/github";

const MARKER = "<!-- meshtls-pulumi -->";

let github: GitHub;

beforeEach(async () => {
  github = await startGitHub("secret");
});

afterEach(() => github.close());

const post = (body: string, isNews = true, token = "secret") =>
  postComment(
    { api: github.api, repository: "shop/orders", number: 7 },
    { token, author: ACTIONS },
    {
      marker: MARKER,
      body: `${MARKER}\n${body}`,
      isNews,
    },
  );

const others = (count: number): Comment[] =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, body: "LGTM", user: { login: "someone" } }));

test("the first result makes a comment, the next one edits it, the same one leaves it", async () => {
  expect(await post("red")).toBe("created");
  expect(await post("green", false)).toBe("edited");
  expect(await post("green", false)).toBe("unchanged");
  expect(github.comments.map(({ body }) => body)).toEqual([`${MARKER}\ngreen`]);
  expect(github.requests).toEqual([
    "GET /repos/shop/orders/issues/7/comments?per_page=100",
    "POST /repos/shop/orders/issues/7/comments",
    "GET /repos/shop/orders/issues/7/comments?per_page=100",
    "PATCH /repos/shop/orders/issues/comments/1",
    "GET /repos/shop/orders/issues/7/comments?per_page=100",
  ]);
});

test("nothing to say to a pull request without a comment makes none", async () => {
  expect(await post("green", false)).toBe("not needed");
  expect(github.comments).toEqual([]);
});

test("a comment on a later page is found", async () => {
  github.comments = [...others(250), { id: 900, body: `${MARKER}\nred`, user: { login: ACTIONS } }];
  expect(await post("green")).toBe("edited");
  expect(github.comments.at(-1)?.body).toBe(`${MARKER}\ngreen`);
  expect(github.requests.filter((request) => request.startsWith("GET"))).toHaveLength(3);
});

test("a comment that somebody else began with the marker, or that quotes it, is left alone", async () => {
  github.comments = [
    { id: 1, body: `${MARKER}\nmine`, user: { login: "someone" } },
    { id: 2, body: `> ${MARKER}\nquoted`, user: { login: ACTIONS } },
  ];
  expect(await post("red")).toBe("created");
  expect(github.comments.map(({ body }) => body)).toEqual([`${MARKER}\nmine`, `> ${MARKER}\nquoted`, `${MARKER}\nred`]);
});

test("the token follows no link to elsewhere", async () => {
  github.comments = others(150);
  github.nextPage = "http://192.0.2.1/steal?page=2";
  expect(await post("red")).toBe("created");
  expect(github.requests).toHaveLength(2);
});

test.each([
  [403, /403: the token may not write comments.*permissions: \{ pull-requests: write \}.*fork/],
  [404, /404: there is no such pull request/],
  [500, /^GitHub answered 500$/],
])("an answer of %d is said with what to do about it", async (status, message) => {
  github.refusal = status;
  await expect(post("red")).rejects.toThrow(GitHubError);
  await expect(post("red")).rejects.toThrow(message);
});

test("a token that is not valid is named, and never printed", async () => {
  const error = await post("red", true, "hunter2").catch((caught: unknown) => String(caught));
  expect(error).toMatch(/401: GITHUB_TOKEN/);
  expect(error).not.toContain("hunter2");
});

test("a server that does not answer is named", async () => {
  const nowhere = { api: "http://127.0.0.1:1", repository: "a/b", number: 1 };
  const comment = { marker: MARKER, body: MARKER, isNews: true };
  await expect(postComment(nowhere, { token: "t", author: ACTIONS }, comment)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:1 does not answer \(/,
  );
});
