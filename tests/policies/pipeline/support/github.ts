import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

/** As much of GitHub as comments of one pull request need, on this machine. */
export interface GitHub {
  readonly api: string;
  /** What there is; a test may put others' there. */
  comments: Comment[];
  /** `METHOD path` of everything that was asked. */
  requests: string[];
  /** The status that answers everything but reading. */
  refusal: number | undefined;
  /** Where the next page is said to be. */
  nextPage: string | undefined;
  close(): void;
}

export const ACTIONS = "github-actions[bot]";
const PER_PAGE = 100;

/** @param token the one that is let in */
export async function startGitHub(token: string): Promise<GitHub> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", github.api);
    github.requests.push(`${request.method} ${url.pathname}${url.search}`);
    let text = "";
    request.on("data", (data: Buffer) => (text += data.toString()));
    request.on("end", () => {
      if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end("{}");
      if (request.method === "GET") {
        const page = Number(url.searchParams.get("page") ?? 1);
        const next = github.nextPage ?? `${github.api}${url.pathname}?per_page=${PER_PAGE}&page=${page + 1}`;
        const hasMore = github.comments.length > page * PER_PAGE;
        response.writeHead(200, hasMore ? { link: `<${next}>; rel="next", <${github.api}>; rel="last"` } : {});
        return response.end(JSON.stringify(github.comments.slice((page - 1) * PER_PAGE, page * PER_PAGE)));
      }
      if (github.refusal !== undefined) return response.writeHead(github.refusal).end("{}");
      const { body } = JSON.parse(text) as { body: string };
      const [, id] = /comments\/(\d+)$/.exec(url.pathname) ?? [];
      const known = github.comments.find((comment) => comment.id === Number(id));
      if (known === undefined) github.comments.push({ id: github.comments.length + 1, body, user: { login: ACTIONS } });
      else known.body = body;
      return response.writeHead(known === undefined ? 201 : 200).end("{}");
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const github: GitHub = {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    requests: [],
    refusal: undefined,
    nextPage: undefined,
    close: () => server.close(),
  };
  return github;
}
