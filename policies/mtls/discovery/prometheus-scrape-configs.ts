import { isUnknown } from "../known";
import { dialledPort, hostOf, isLoopback, parseAddress } from "./address";
import type { Discovery, DiscoveredFlow, Origin, Undiscovered } from "./discovered";
import { field, itemsOf, textIn } from "./fields";
import { hole, knownText, type PartialText } from "./partial-text";

/**
 * `scrape_configs` of Prometheus, which the prometheus receiver of a collector takes as well.
 * Source: prometheus.io, "Configuration": scrape_config, static_config, kubernetes_sd_config.
 */

/** What a job finds by annotations: pods (`role: pod`) or the pods behind Services. */
export interface AnnotationJob {
  readonly of: "pods" | "services";
  /** Namespaces that it looks in; `undefined` for all. */
  readonly namespaces: readonly string[] | undefined;
}

export interface ScrapeConfigs extends Discovery {
  readonly jobs: readonly AnnotationJob[];
}

/** How the document at hand writes values and where its fields stand. */
export interface ScrapeDocument {
  /** For `DeclaredFlow.from`. */
  readonly from: string;
  /** Namespace of the scraper, for `own_namespace`. */
  readonly namespace: string;
  text(value: unknown): PartialText | undefined;
  /** @param path below the list of scrape configs: `[0].static_configs[0].targets[1]` */
  place(path: string): Origin;
}

const ANNOTATION_LABELS = {
  pods: "__meta_kubernetes_pod_annotation_prometheus_io_scrape",
  services: "__meta_kubernetes_service_annotation_prometheus_io_scrape",
} as const;

/** Roles whose targets are workloads; nodes are none of the mesh. */
const WORKLOAD_ROLES = new Set(["pod", "service", "endpoints", "endpointslice"]);

/** The usual job for the API server, which is no workload of the mesh: `keep` with `default;kubernetes;https`. */
const isApiServerJob = (job: unknown): boolean =>
  itemsOf(field(job, "relabel_configs")).some((rule) =>
    textIn(field(rule, "regex"))?.startsWith("default;kubernetes;"),
  );

const keepsBy = (job: unknown, label: string): boolean =>
  itemsOf(field(job, "relabel_configs")).some(
    (rule) => field(rule, "action") === "keep" && itemsOf(field(rule, "source_labels")).includes(label),
  );

function staticTarget(target: unknown, scheme: PartialText, origin: Origin, document: ScrapeDocument): Discovery {
  const written = document.text(target) ?? hole("it is no string");
  const unknown = (reason: string): Discovery => ({ flows: [], undiscovered: [{ ...origin, reason }] });
  const url = { text: `${scheme.text}://${written.text}`, missing: [...scheme.missing, ...written.missing] };
  const address = parseAddress(url);
  if ("problem" in address) return unknown(`scrape target: ${address.problem}`);
  const host = hostOf(address);
  const port = dialledPort(address);
  if (isUnknown(host) || port === undefined || isUnknown(port) || isUnknown(address.scheme))
    return unknown(`scrape target is not known: ${url.missing.join("; ")}`);
  if (isLoopback(host)) return { flows: [], undiscovered: [] };
  const tls = address.scheme === "https";
  return { flows: [{ flow: { from: document.from, host, port, protocol: "http", tls }, origin }], undiscovered: [] };
}

function namespacesOf(discovery: unknown, own: string): readonly string[] | undefined {
  const names = itemsOf(field(discovery, "namespaces", "names")).flatMap((name) => textIn(name) ?? []);
  const listed = field(discovery, "namespaces", "own_namespace") === true ? [...names, own] : names;
  return listed.length === 0 ? undefined : listed;
}

function discoveryJob(job: unknown, discovery: unknown, own: string): AnnotationJob | "none" | "unclear" {
  const role = field(discovery, "role");
  if (isUnknown(role)) return "unclear";
  if (!WORKLOAD_ROLES.has(textIn(role) ?? "") || isApiServerJob(job)) return "none";
  const namespaces = namespacesOf(discovery, own);
  if (role === "pod" && keepsBy(job, ANNOTATION_LABELS.pods)) return { of: "pods", namespaces };
  if (role !== "pod" && keepsBy(job, ANNOTATION_LABELS.services)) return { of: "services", namespaces };
  return "unclear";
}

/** Static targets as flows, jobs that go by annotations, and the jobs whose targets nobody can tell from manifests. */
export function readScrapeConfigs(configs: unknown, document: ScrapeDocument): ScrapeConfigs {
  const flows: DiscoveredFlow[] = [];
  const undiscovered: Undiscovered[] = [];
  const jobs: AnnotationJob[] = [];
  if (isUnknown(configs)) undiscovered.push({ ...document.place(""), reason: "the scrape jobs are not known yet" });
  for (const [index, job] of itemsOf(configs).entries()) {
    if (isUnknown(job)) undiscovered.push({ ...document.place(`[${index}]`), reason: "the job is not known yet" });
    const scheme = document.text(field(job, "scheme")) ?? knownText("http");
    for (const [group, config] of itemsOf(field(job, "static_configs")).entries())
      for (const [at, target] of itemsOf(field(config, "targets")).entries()) {
        const origin = document.place(`[${index}].static_configs[${group}].targets[${at}]`);
        const found = staticTarget(target, scheme, origin, document);
        flows.push(...found.flows);
        undiscovered.push(...found.undiscovered);
      }
    for (const [at, discovery] of itemsOf(field(job, "kubernetes_sd_configs")).entries()) {
      const found = discoveryJob(job, discovery, document.namespace);
      if (found === "unclear")
        undiscovered.push({
          ...document.place(`[${index}].kubernetes_sd_configs[${at}]`),
          reason: "the job picks its targets in a way that manifests do not tell",
        });
      else if (found !== "none") jobs.push(found);
    }
  }
  return { flows, undiscovered, jobs };
}
