import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GitHubError, postComment } from "../../../policies/pipeline/github";

interface Stored {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

const MARKER = "<!-- meshtls-pulumi -->";
const US = "github-actions[bot]";
const PAGE = 100;

let comments: Stored[];
let requests: string[];
let refusal: number | undefined;
let nextOf: ((url: URL) => string) | undefined;
let server: Server;
let api: string;

/** As much of GitHub as comments need. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", api);
    requests.push(`${request.method} ${url.pathname}${url.search}`);
    if (request.headers.authorization !== "Bearer secret") return void response.writeHead(401).end("{}");
    if (refusal !== undefined && request.method !== "GET") return void response.writeHead(refusal).end("{}");
    let text = "";
    request.on("data", (data: Buffer) => (text += data.toString()));
    request.on("end", () => {
      if (request.method === "GET") {
        const page = Number(url.searchParams.get("page") ?? 1);
        const hasMore = comments.length > page * PAGE;
        const next = nextOf?.(url) ?? `${api}${url.pathname}?per_page=100&page=${page + 1}`;
        response.writeHead(200, hasMore ? { link: `<${next}>; rel="next", <${api}>; rel="last"` } : {});
        return response.end(JSON.stringify(comments.slice((page - 1) * PAGE, page * PAGE)));
      }
      const { body } = JSON.parse(text) as { body: string };
      const [, id] = /comments\/(\d+)$/.exec(url.pathname) ?? [];
      const known = comments.find((comment) => comment.id === Number(id));
      if (known !== undefined) known.body = body;
      else comments.push({ id: comments.length + 1, body, user: { login: US } });
      response.writeHead(known === undefined ? 201 : 200);
      return response.end("{}");
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

beforeEach(() => {
  comments = [];
  requests = [];
  refusal = undefined;
  nextOf = undefined;
});

const post = (body: string, isNews = true, token = "secret") =>
  postComment(
    { api, repository: "shop/orders", number: 7 },
    { token, author: US },
    {
      marker: MARKER,
      body: `${MARKER}\n${body}`,
      isNews,
    },
  );

const others = (count: number): Stored[] =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, body: "LGTM", user: { login: "someone" } }));

test("the first result makes a comment, the next one edits it, the same one leaves it", async () => {
  expect(await post("red")).toBe("created");
  expect(await post("green", false)).toBe("edited");
  expect(await post("green", false)).toBe("unchanged");
  expect(comments.map(({ body }) => body)).toEqual([`${MARKER}\ngreen`]);
  expect(requests).toEqual([
    "GET /repos/shop/orders/issues/7/comments?per_page=100",
    "POST /repos/shop/orders/issues/7/comments",
    "GET /repos/shop/orders/issues/7/comments?per_page=100",
    "PATCH /repos/shop/orders/issues/comments/1",
    "GET /repos/shop/orders/issues/7/comments?per_page=100",
  ]);
});

test("nothing to say to a pull request without a comment makes none", async () => {
  expect(await post("green", false)).toBe("not needed");
  expect(comments).toEqual([]);
});

test("a comment on a later page is found", async () => {
  comments = [...others(250), { id: 900, body: `${MARKER}\nred`, user: { login: US } }];
  expect(await post("green")).toBe("edited");
  expect(comments.at(-1)?.body).toBe(`${MARKER}\ngreen`);
  expect(requests.filter((request) => request.startsWith("GET"))).toHaveLength(3);
});

test("a comment that somebody else began with the marker, or that quotes it, is left alone", async () => {
  comments = [
    { id: 1, body: `${MARKER}\nmine`, user: { login: "someone" } },
    { id: 2, body: `> ${MARKER}\nquoted`, user: { login: US } },
  ];
  expect(await post("red")).toBe("created");
  expect(comments.map(({ body }) => body)).toEqual([`${MARKER}\nmine`, `> ${MARKER}\nquoted`, `${MARKER}\nred`]);
});

test("the token follows no link to elsewhere", async () => {
  comments = others(150);
  nextOf = () => "http://192.0.2.1/steal?page=2";
  expect(await post("red")).toBe("created");
  expect(requests).toHaveLength(2);
});

test.each([
  [403, /403: the token may not write comments.*permissions: \{ pull-requests: write \}.*fork/],
  [404, /404: there is no such pull request/],
  [500, /^GitHub answered 500$/],
])("an answer of %d is said with what to do about it", async (status, message) => {
  refusal = status;
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
  await expect(postComment(nowhere, { token: "t", author: US }, comment)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:1 does not answer \(/,
  );
});
