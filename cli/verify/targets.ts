import { bag, text, type Bag } from "../cluster/json";
import type { Endpoint } from "./endpoint";
import { some, type Row } from "./row";

/** One target of Prometheus, as its own API tells of it. */
export interface Target {
  readonly job: string;
  readonly instance: string;
  /** Namespace of what is scraped; `undefined` when no label tells. */
  readonly namespace: string | undefined;
  readonly health: "up" | "down" | "unknown";
  /** What the last attempt ended with; `""` when it went well. */
  readonly lastError: string;
}

/** Whether Prometheus reaches the targets of each scrape job. */
export function targetRows(
  targets: readonly Target[] | { readonly problem: string },
  prometheus: string,
  namespaces: readonly string[],
): Row[] {
  const unknown = (says: string, todo: string): Row[] => [
    { check: "targets", object: prometheus, state: "unknown", says, todo },
  ];
  if ("problem" in targets)
    return unknown(targets.problem, "check the address of --prometheus, and that it can be reached from here");
  const asked = targets.filter(
    ({ namespace }) => namespaces.length === 0 || (namespace !== undefined && namespaces.includes(namespace)),
  );
  if (asked.length === 0)
    return unknown(
      `scrapes nothing${namespaces.length === 0 ? "" : ` whose labels name the namespace ${namespaces.join(" or ")}`}`,
      "if it should, look at its scrape jobs and monitors",
    );
  const jobs = new Map<string, Target[]>();
  for (const target of asked) jobs.set(target.job, [...(jobs.get(target.job) ?? []), target]);
  return [...jobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([job, ofJob]) => jobRow(job, ofJob));
}

function jobRow(job: string, targets: readonly Target[]): Row {
  const base = { check: "targets", object: job } as const;
  const down = targets.filter(({ health }) => health === "down");
  const pending = targets.filter(({ health }) => health === "unknown");
  const [first] = down;
  if (first !== undefined)
    return {
      ...base,
      state: "does-not-hold",
      says: `${down.length} of ${targets.length} targets are down: ${some(
        down.map(({ instance, lastError }) => `${instance} (${lastError})`),
        "; ",
      )}`,
      todo: remedy(first.lastError),
    };
  if (pending.length > 0)
    return {
      ...base,
      state: "unknown",
      says: `${pending.length} of ${targets.length} targets have not been scraped yet: ${some(pending.map(({ instance }) => instance))}`,
      todo: "wait for one scrape interval",
    };
  return { ...base, state: "holds", says: `${targets.length} of ${targets.length} targets are up` };
}

/** What Prometheus says of a scrape that failed, and what to do about it; the first that fits. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /connection reset|EOF$/,
    "a port that takes only mTLS ends plaintext so: scrape the merged metrics (15020), or see what `meshtls explain` says of it",
  ],
  [/server gave HTTP response to HTTPS client/, "the port speaks plaintext: scheme http in the scrape job"],
  [
    /certificate|x509: /,
    "the job's tls_config does not fit the certificate: its ca_file and server_name; a sidecar in front shows Istio's",
  ],
  [
    /refused$/,
    "nothing listens there: see the port of the scrape job and the container, and that it binds the pod's address",
  ],
  [/no such host$/, "the name does not resolve: see the address in the scrape job"],
  [
    /deadline exceeded|timeout/i,
    "nothing answers in time: a NetworkPolicy, or metrics that take longer than scrape_timeout",
  ],
  [
    /unsupported Content-Type|HTTP status 404/,
    "what answers there are no metrics: see the port and the path of the scrape job",
  ],
  [/HTTP status 40[13]/, "the job's credentials are not accepted, or an AuthorizationPolicy denies it"],
];

function remedy(lastError: string): string {
  const known = REMEDIES.find(([said]) => said.test(lastError))?.[1];
  return known ?? "see whether the port is there, and what `meshtls explain` says of it";
}

/** prometheus.io/docs, "HTTP API", Targets. */
export async function targetsOf(prometheus: Endpoint): Promise<readonly Target[] | { readonly problem: string }> {
  const answer = await prometheus.get("/api/v1/targets", { state: "active" });
  if ("problem" in answer) return answer;
  const active = bag(bag(answer.json)["data"])["activeTargets"];
  return Array.isArray(active)
    ? active.map((target: unknown) => readTarget(bag(target)))
    : { problem: "does not answer /api/v1/targets as Prometheus does" };
}

/** Where relabelling keeps the namespace, and where discovery puts it. */
const NAMESPACE_LABELS = ["namespace", "kubernetes_namespace", "exported_namespace"];

function readTarget(target: Bag): Target {
  const labels = bag(target["labels"]);
  const discovered = bag(target["discoveredLabels"]);
  const health = target["health"];
  return {
    job: text(labels["job"]) ?? text(target["scrapePool"]) ?? "?",
    instance: text(labels["instance"]) ?? text(discovered["__address__"]) ?? "?",
    namespace:
      text(discovered["__meta_kubernetes_namespace"]) ??
      NAMESPACE_LABELS.map((label) => text(labels[label])).find((name) => name !== undefined),
    health: health === "up" || health === "down" ? health : "unknown",
    // A scrape address may carry a password.
    lastError: (text(target["lastError"]) ?? "").replace(/\/\/[^/\s@]*@/g, "//"),
  };
}
