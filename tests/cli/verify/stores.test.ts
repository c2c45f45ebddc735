import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { endpointOf, type Endpoint } from "../../../cli/verify/endpoint";
import { targetRows, targetsOf } from "../../../cli/verify/targets";
import { tracesOf, type StoreKind } from "../../../cli/verify/trace-store";
import { serve, type Reply } from "../support/api-server";

/** What a real server answered, word for word, by what it was asked. */
type Recorded = Readonly<Record<string, { readonly status: number; readonly type: string; readonly text: string }>>;

const recorded = (file: string): Recorded =>
  JSON.parse(readFileSync(join(__dirname, "fixtures", file), "utf8")) as Recorded;

const replay = (answers: Recorded, asked: string): Reply => {
  const answer = answers[asked];
  if (answer === undefined) throw new Error(`nothing is recorded of "${asked}"`);
  return { status: answer.status, text: answer.text, headers: { "content-type": answer.type } };
};

const endpoint = (url: string): Endpoint => {
  const found = endpointOf(url, {});
  if (found === undefined) throw new Error(`${url} is no address`);
  return found;
};

const ask = async (kind: StoreKind, reply: Reply): Promise<unknown> => {
  const { url } = await serve(() => reply);
  return await tracesOf(kind, endpoint(url), "order-core", { from: 0, to: 60_000 });
};

describe("a real Jaeger 1.65.0 answers", () => {
  const answers = recorded("jaeger-1.65.0.json");

  test.each([
    ["found", 1],
    ["nothing", 0],
    [
      "wrong path",
      { problem: "answers /api/traces with a page for browsers: the path of its address leads elsewhere" },
    ],
    ["wrong question", { problem: "answers /api/traces with status 400" }],
    ["another port", { problem: "answers /api/traces with status 404" }],
    ["no tenant", { problem: expect.stringContaining("asks for a tenant that it knows (401)") as unknown }],
    ["wrong tenant", { problem: expect.stringContaining("asks for a tenant that it knows (401)") as unknown }],
    ["plaintext to its TLS port", { problem: "takes only TLS: its address begins with https://" }],
  ])("%s", async (asked, means) => {
    expect(await ask("jaeger", replay(answers, asked))).toEqual(means);
  });

  test("with errors beside it, nothing found is not known to be nothing", async () => {
    const answer = (data: unknown): Promise<unknown> =>
      ask("jaeger", { status: 200, body: { data, total: 0, limit: 0, offset: 0, errors: [{ code: 500, msg: "…" }] } });
    expect(await answer([])).toEqual({ problem: "does not answer /api/traces as jaeger does" });
    expect(await answer(null)).toEqual({ problem: "does not answer /api/traces as jaeger does" });
    expect(await answer([{ traceID: "4bf92f35" }])).toBe(1);
  });
});

describe("a real Prometheus 3.7.0 answers", () => {
  const fixture = readFileSync(join(__dirname, "fixtures", "prometheus-3.7.0-targets.json"), "utf8");
  const rows = async (...namespaces: string[]) => {
    const { url } = await serve(() => ({ status: 200, text: fixture }));
    return targetRows(await targetsOf(endpoint(url)), url, namespaces);
  };

  test("each job's row says what is true of its target, and what to do", async () => {
    const seen = await rows();
    expect(seen.map(({ object, state, todo }) => [object, state, todo])).toEqual([
      ["down-refused", "does-not-hold", expect.stringContaining("nothing listens there")],
      ["html-page", "does-not-hold", expect.stringContaining("no metrics")],
      ["kube/pods", "holds", undefined],
      ["secret", "does-not-hold", expect.stringContaining("does not resolve")],
      ["slow", "unknown", "wait for one scrape interval"],
      ["strict-port", "does-not-hold", expect.stringContaining("takes only mTLS")],
      ["tls-wrong", "does-not-hold", expect.stringContaining("scheme http")],
      ["untrusted", "does-not-hold", expect.stringContaining("tls_config")],
      ["up-job", "holds", undefined],
    ]);
    expect(seen[0]?.says).toContain("127.0.0.1:1 (Get");
  });

  test("a namespace is told by the labels that the job gives", async () => {
    expect((await rows("monitoring")).map(({ object }) => object)).toEqual(["kube/pods", "up-job"]);
    expect((await rows("nowhere")).map(({ state }) => state)).toEqual(["unknown"]);
  });
});

/** Texts of grafana/tempo (pkg/api/http.go, modules/frontend) and of its middleware (grafana/dskit, user.ErrNoOrgID). */
test.each([
  [401, "no org id\n", "asks for a tenant that it knows (401)"],
  [400, "range specified by start and end exceeds 168h0m0s. received start=1 end=2", "take a shorter --since"],
])("Tempo's %d: %s", async (status, text, says) => {
  expect(await ask("tempo", { status, text })).toEqual({ problem: expect.stringContaining(says) as unknown });
});

test("a redirect is told, without what may be secret in it, and not followed", async () => {
  const answer = await ask("jaeger", {
    status: 302,
    text: "",
    headers: { location: "https://user:hunter2@login.example/oauth2/start?rd=hunter2" },
  });
  expect(answer).toEqual({
    problem: "redirects /api/traces (302) to https://login.example/oauth2/start, which is not followed",
  });
  expect(await ask("jaeger", { status: 302, text: "", headers: { location: "/login?token=x" } })).toEqual({
    problem: "redirects /api/traces (302) to /login, which is not followed",
  });
});

describe("the address", () => {
  test("its query goes along, and a user or password that is not encoded", async () => {
    const { url, asked } = await serve(() => ({ status: 200, body: [] }));
    const address = new URL(`${url.replace("http://", "http://100%er:p%40ss@")}/base/?cluster=eu`);
    await tracesOf("zipkin", endpoint(address.href), "order-core", { from: 0, to: 60_000 });
    expect(asked[0]?.path).toBe("/base/api/v2/traces");
    expect(asked[0]?.query.get("cluster")).toBe("eu");
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("100%er:p@ss").toString("base64")}`);
  });

  test("https:// to a port that speaks plaintext, and a port that does not speak HTTP", async () => {
    const { url } = await serve(() => ({ status: 200, body: [] }));
    const get = (address: string): Promise<unknown> => endpoint(address).get("/", {});
    expect(await get(url.replace("http://", "https://"))).toEqual({
      problem: "answers TLS with plaintext: its address begins with http://",
    });
    // A gRPC server greets with an HTTP/2 SETTINGS frame.
    const grpc = createServer((socket) => socket.resume().end(Buffer.from("000006040000000000000500004000", "hex")));
    await new Promise<void>((resolve) => grpc.listen(0, "127.0.0.1", resolve));
    const { port } = grpc.address() as AddressInfo;
    expect(await get(`http://127.0.0.1:${port}`)).toEqual({ problem: "does not speak HTTP/1.1 on that port" });
    await new Promise((resolve) => grpc.close(resolve));
  });
});
