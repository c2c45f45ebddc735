import { containerPort, targetPortOn } from "../endpoints";
import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Labels, Mesh, OtherObject, Service, Workload } from "../mesh";
import { originOf, type Origin } from "./discovered";
import { field, fieldsOf, itemsOf, textIn } from "./fields";
import { objectsOf, perMesh, servicesLabelled, workloadsBehind, workloadsLabelled, type Selection } from "./lookup";
import type { ScrapedPort } from "./prometheus-annotations";

/**
 * What PodMonitors and ServiceMonitors have scraped.
 * Source: prometheus-operator, API reference: PodMonitor, ServiceMonitor (monitoring.coreos.com/v1).
 */

export interface Monitored {
  readonly ports: readonly ScrapedPort[];
  /** Monitors of which it is not known what they select. */
  readonly unclear: readonly (Origin & { readonly reason: string })[];
}

const GROUP = "monitoring.coreos.com";

/** Labels to select by; unknown when expressions say more than labels do. An empty selector selects all. */
function labelsOf(selector: unknown): Known<Labels> {
  if (isUnknown(selector) || itemsOf(field(selector, "matchExpressions")).length > 0) return UNKNOWN;
  const matchLabels = field(selector, "matchLabels");
  const entries = Object.entries(fieldsOf(matchLabels));
  const isPlain = entries.every(([, value]) => typeof value === "string" || isUnknown(value));
  return isUnknown(matchLabels) || !isPlain ? UNKNOWN : (Object.fromEntries(entries) as Labels);
}

/** `undefined` for all namespaces; the monitor's own when it names none. */
function namespacesOf({ raw, ref }: OtherObject): readonly string[] | undefined {
  const selector = field(raw, "spec", "namespaceSelector");
  if (field(selector, "any") === true) return undefined;
  const names = itemsOf(field(selector, "matchNames")).flatMap((name) => textIn(name) ?? []);
  return names.length === 0 ? [ref.namespace] : names;
}

const portNumber = (value: unknown): Known<number> | undefined =>
  isUnknown(value) ? UNKNOWN : typeof value === "number" ? value : undefined;

/** `targetPort` (name or number) or `portNumber` of an endpoint, as a port of the workload. */
function ownPort(workload: Workload, endpoint: unknown): Known<number> | undefined {
  const target = field(endpoint, "targetPort");
  const name = textIn(target) ?? textIn(field(endpoint, "port"));
  return (
    portNumber(target) ??
    portNumber(field(endpoint, "portNumber")) ??
    (name === undefined ? undefined : containerPort(workload, name, "TCP"))
  );
}

/** Service port of that name on the workload, or what `targetPort` says. */
function portBehind(workload: Workload, service: Service, endpoint: unknown): Known<number> | undefined {
  const name = field(endpoint, "port");
  if (isUnknown(name) || isUnknown(service.ports)) return UNKNOWN;
  if (textIn(name) === undefined) return ownPort(workload, endpoint);
  const port = service.ports.find((candidate) => candidate.name === name);
  return port === undefined ? undefined : targetPortOn(workload, port);
}

function scraped(
  monitor: OtherObject,
  path: string,
  endpoint: unknown,
  workload: Workload,
  port: Known<number> | undefined,
): readonly ScrapedPort[] {
  const origin = originOf(monitor.ref, path);
  if (port === undefined) return [];
  const scheme = field(endpoint, "scheme");
  return isUnknown(port) || isUnknown(scheme)
    ? [{ workload, origin, reason: "the port to scrape is not known" }]
    : [{ workload, origin, port, tls: textIn(scheme)?.toLowerCase() === "https" }];
}

function podMonitor(mesh: Mesh, monitor: OtherObject): Monitored {
  const selection = workloadsLabelled(mesh, labelsOf(field(monitor.raw, "spec", "selector")), namespacesOf(monitor));
  const endpoints = itemsOf(field(monitor.raw, "spec", "podMetricsEndpoints"));
  return {
    ports: selection.items.flatMap((workload) =>
      endpoints.flatMap((endpoint, index) =>
        scraped(monitor, `spec.podMetricsEndpoints[${index}]`, endpoint, workload, ownPort(workload, endpoint)),
      ),
    ),
    unclear: unclear(monitor, selection),
  };
}

function serviceMonitor(mesh: Mesh, monitor: OtherObject): Monitored {
  const selection = servicesLabelled(mesh, labelsOf(field(monitor.raw, "spec", "selector")), namespacesOf(monitor));
  const endpoints = itemsOf(field(monitor.raw, "spec", "endpoints"));
  return {
    ports: selection.items.flatMap((service) =>
      workloadsBehind(mesh, service).items.flatMap((workload) =>
        endpoints.flatMap((endpoint, index) =>
          scraped(monitor, `spec.endpoints[${index}]`, endpoint, workload, portBehind(workload, service, endpoint)),
        ),
      ),
    ),
    unclear: unclear(monitor, selection),
  };
}

const unclear = ({ ref }: OtherObject, { complete }: Selection<unknown>): Monitored["unclear"] =>
  complete
    ? []
    : [
        {
          ...originOf(ref, "spec.selector"),
          reason: "what it selects depends on labels or expressions that are not known",
        },
      ];

export const monitored = perMesh((mesh): Monitored => {
  const all = [
    ...objectsOf(mesh, GROUP, "PodMonitor").map((monitor) => podMonitor(mesh, monitor)),
    ...objectsOf(mesh, GROUP, "ServiceMonitor").map((monitor) => serviceMonitor(mesh, monitor)),
  ];
  return { ports: all.flatMap(({ ports }) => ports), unclear: all.flatMap((one) => one.unclear) };
});
