import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { loadAll } from "js-yaml";
import { LIVE_KINDS } from "../../../cli/cluster/kinds";
import { folder } from "./meshtls";

type Bag = Record<string, unknown>;
const bag = (value: unknown): Bag => (typeof value === "object" && value !== null ? (value as Bag) : {});

/** A request that the server got, as a test may look at it. */
export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Behaviour {
  /** Answers in place of the API server, where it answers at all. */
  readonly override?: (asked: Asked) => Reply | undefined;
  /** Groups that are not served although their kinds are known. */
  readonly without?: readonly string[];
  /** Objects per page at most. */
  readonly page?: number;
}

const servers: Server[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A local server with a life of its own; gone after the test file. */
export async function serve(
  reply: (asked: Asked) => Reply,
): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const one: Asked = { path: decodeURIComponent(url.pathname), query: url.searchParams, headers: request.headers };
    asked.push(one);
    const { status, body, text, headers } = reply(one);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(text ?? JSON.stringify(body ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export interface Cluster {
  readonly kubeconfig: string;
  readonly asked: Asked[];
}

export const TOKEN = "token-that-must-not-be-shown";

/**
 * Answers as a Kubernetes API server does: API groups, lists in pages with `limit` and `continue`, metadata alone when asked for,
 * single objects, 404 for what is not served. Written from https://kubernetes.io/docs/reference/using-api/api-concepts/.
 */
export async function cluster(yaml: string, behaviour: Behaviour = {}): Promise<Cluster> {
  const objects = loadAll(yaml)
    .filter((object) => object !== null && object !== undefined)
    .map(bag);
  const { url, asked } = await serve((one) => behaviour.override?.(one) ?? answer(objects, behaviour, one));
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "reader", user: { token: TOKEN } }],
    contexts: [
      { name: "lab", context: { cluster: "lab", user: "reader" } },
      { name: "staging", context: { cluster: "lab", user: "reader" } },
    ],
    "current-context": "lab",
  };
  return { kubeconfig: `${folder({ config: JSON.stringify(config) })}/config`, asked };
}

const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

const groupOf = (object: Bag): string => {
  const [group = "", version] = String(object["apiVersion"]).split("/");
  return version === undefined ? "" : group;
};

const isServed = (group: string, { without = [] }: Behaviour): boolean => !without.includes(group);

function answer(objects: readonly Bag[], behaviour: Behaviour, { path, query, headers }: Asked): Reply {
  if (path === "/apis") return { status: 200, body: groupList(objects, behaviour) };
  const [, group = "", namespace, resource, name] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const kind = LIVE_KINDS.find((candidate) => candidate.resource === resource && candidate.group === group);
  if (kind === undefined || !isServed(group, behaviour))
    return status(404, "the server could not find the requested resource");
  const found = objects.filter((object) => {
    const metadata = bag(object["metadata"]);
    return (
      object["kind"] === kind.kind &&
      groupOf(object) === group &&
      (namespace === undefined || metadata["namespace"] === namespace) &&
      (name === undefined || metadata["name"] === name)
    );
  });
  if (name !== undefined) return found[0] === undefined ? status(404, "not found") : { status: 200, body: found[0] };
  const from = Number(query.get("continue") ?? 0);
  const to = from + Math.min(Number(query.get("limit") ?? Infinity), behaviour.page ?? Infinity);
  const isMetadata = headers.accept === METADATA_ONLY;
  if (!isMetadata && headers.accept !== "application/json")
    return status(406, "only the following media types are accepted");
  return {
    status: 200,
    body: {
      kind: isMetadata ? "PartialObjectMetadataList" : `${kind.kind}List`,
      apiVersion: isMetadata ? "meta.k8s.io/v1" : String(found[0]?.["apiVersion"] ?? "v1"),
      metadata: { resourceVersion: "42", ...(to < found.length ? { continue: String(to) } : {}) },
      items: found
        .slice(from, to)
        .map(({ kind: _kind, apiVersion: _version, ...item }) => (isMetadata ? { metadata: item["metadata"] } : item)),
    },
  };
}

function groupList(objects: readonly Bag[], behaviour: Behaviour): unknown {
  const groups = [...new Set(LIVE_KINDS.map(({ group }) => group))].filter(
    (group) => group !== "" && isServed(group, behaviour),
  );
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: groups.map((name) => {
      const used = objects.find((object) => groupOf(object) === name);
      const version = String(used?.["apiVersion"] ?? "/v1").split("/")[1] ?? "v1";
      const served = { groupVersion: `${name}/${version}`, version };
      return { name, versions: [served], preferredVersion: served };
    }),
  };
}

/** How Kubernetes says no. */
export const status = (code: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: code,
  body: { kind: "Status", apiVersion: "v1", status: "Failure", message, code },
  headers,
});
