import { bag } from "../cluster/json";
import type { Endpoint } from "./endpoint";

/** A span of time, in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** How a kind of store is asked for one trace of a service, and where its answer has it. */
interface Api {
  readonly path: string;
  query(service: string, window: Window): Readonly<Record<string, string>>;
  /** @returns `undefined` when this is no answer of such a store */
  traces(answer: unknown): readonly unknown[] | undefined;
}

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

const APIS = {
  /** jaegertracing.io, "APIs", HTTP JSON: what Jaeger's own UI asks, microseconds. */
  jaeger: {
    path: "/api/traces",
    query: (service, { from, to }) => ({
      service,
      start: String(from * 1000),
      end: String(to * 1000),
      limit: "1",
    }),
    // Nothing found is `[]`; with errors beside it, it is not known what there is.
    traces: (answer) => {
      const { data, errors } = bag(answer);
      const found = data === null ? [] : listOf(data);
      return errors === null || (found ?? []).length > 0 ? found : undefined;
    },
  },
  /** grafana.com/docs/tempo, "Tempo HTTP API", Search; seconds. A search that finds nothing may leave `traces` out. */
  tempo: {
    path: "/api/search",
    query: (service, { from, to }) => ({
      q: `{ resource.service.name = ${JSON.stringify(service)} }`,
      start: String(Math.floor(from / 1000)),
      end: String(Math.ceil(to / 1000)),
      limit: "1",
    }),
    traces: (answer) =>
      "traces" in bag(answer) || "metrics" in bag(answer) ? (listOf(bag(answer)["traces"]) ?? []) : undefined,
  },
  /** zipkin.io, "Zipkin API", /traces; milliseconds, and names in lower case. */
  zipkin: {
    path: "/api/v2/traces",
    query: (service, { from, to }) => ({
      serviceName: service.toLowerCase(),
      endTs: String(to),
      lookback: String(to - from),
      limit: "1",
    }),
    traces: listOf,
  },
} as const satisfies Readonly<Record<string, Api>>;

export type StoreKind = keyof typeof APIS;
export const STORE_KINDS = Object.keys(APIS) as readonly StoreKind[];
export const isStoreKind = (name: string): name is StoreKind => Object.hasOwn(APIS, name);

/** Asks a store for one trace of a service. */
export async function tracesOf(
  kind: StoreKind,
  store: Endpoint,
  service: string,
  window: Window,
): Promise<number | { readonly problem: string }> {
  const { path, query, traces } = APIS[kind];
  const answer = await store.get(path, query(service, window));
  if ("problem" in answer) return answer;
  const found = traces(answer.json);
  return found === undefined ? { problem: `does not answer ${path} as ${kind} does` } : found.length;
}
