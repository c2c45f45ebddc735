import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Labels, Mesh, Service, Workload } from "../mesh";
import { indexMesh } from "../mesh-index";
import { describeRef } from "../objects";
import { dataPlane, podMetadata } from "../server/injection";
import { targetPortOn } from "../endpoints";
import { readPort } from "./address";
import { originOf, type Origin } from "./discovered";
import { perMesh, workloadsBehind } from "./lookup";
import { knownText } from "./partial-text";

/**
 * Scraping by annotation: `prometheus.io/scrape|port|scheme` on pods, or on a Service for the pods behind it.
 * Source: the jobs `kubernetes-pods` and `kubernetes-service-endpoints` of Prometheus' documentation/examples; Istio's metrics
 * merging: `applyPrometheusMerge` in istio pkg/kube/inject.
 */

/** One port of a workload that asks to be scraped, or why it cannot be told which. */
export type ScrapedPort = { readonly workload: Workload; readonly origin: Origin } & (
  { readonly port: number; readonly tls: boolean } | { readonly reason: string }
);

const SCRAPE = "prometheus.io/scrape";
const PORT = "prometheus.io/port";
const SCHEME = "prometheus.io/scheme";
const MERGE = "prometheus.istio.io/merge-metrics";

const ASKS_UNKNOWN = "whether it asks to be scraped is not known";

/** Where the proxy's agent serves its own metrics and the application's, as plaintext and past the proxy. */
const MERGED_PORT = 15020;

const at = (annotations: Known<Labels>, key: string): Known<string> | undefined =>
  isUnknown(annotations) ? UNKNOWN : annotations[key];

const asksFor = (annotations: Known<Labels>): Known<boolean> => {
  const asked = at(annotations, SCRAPE);
  return isUnknown(asked) ? UNKNOWN : asked === "true";
};

/** Ports that the pod names, or every port of its containers when the annotations name none. */
function writtenPorts(workload: Workload, port: Known<string> | undefined): readonly Known<number>[] {
  if (isUnknown(port)) return [UNKNOWN];
  if (port !== undefined) {
    const number = readPort(knownText(port));
    return [typeof number === "object" ? UNKNOWN : number];
  }
  const { containers } = workload;
  if (isUnknown(containers)) return [UNKNOWN];
  return containers
    .filter(({ init }) => !init)
    .flatMap(({ ports }) =>
      isUnknown(ports) ? [UNKNOWN] : ports.filter(({ protocol }) => protocol === "TCP").map(({ number }) => number),
    );
}

/** Whether the injector rewrites the annotations of the pods to its merged port. What runs is already rewritten. */
function isMerged(mesh: Mesh, workload: Workload): Known<boolean> {
  if (workload.live) return false;
  const { mode } = dataPlane(indexMesh(mesh), workload);
  if (mode === "none" || mode === "ambient") return false;
  const asked = at(workload.podAnnotations, MERGE);
  const merge =
    asked === undefined ? mesh.config.enablePrometheusMerge : isUnknown(asked) ? UNKNOWN : asked !== "false";
  return merge === false ? false : isUnknown(merge) || isUnknown(mode) ? UNKNOWN : true;
}

function portsOfPods(mesh: Mesh, workload: Workload): readonly ScrapedPort[] {
  const { podAnnotations } = workload;
  const metadata = `${podMetadata(workload)}.annotations`;
  const origin = originOf(workload.ref, `${metadata}.${at(podAnnotations, PORT) === undefined ? SCRAPE : PORT}`);
  const merged = isMerged(mesh, workload);
  if (isUnknown(merged))
    return [
      {
        workload,
        origin,
        reason: `it is not known whether it has a proxy, which would serve its metrics on ${MERGED_PORT}`,
      },
    ];
  if (merged) return [{ workload, origin, port: MERGED_PORT, tls: false }];
  const scheme = at(podAnnotations, SCHEME);
  return writtenPorts(workload, at(podAnnotations, PORT)).map((port) =>
    isUnknown(port) || isUnknown(scheme)
      ? { workload, origin, reason: "the port to scrape is not known" }
      : { workload, origin, port, tls: scheme === "https" },
  );
}

function portsOf(mesh: Mesh, workload: Workload): readonly ScrapedPort[] {
  const asks = asksFor(workload.podAnnotations);
  if (!isUnknown(asks)) return asks ? portsOfPods(mesh, workload) : [];
  const origin = originOf(workload.ref, `${podMetadata(workload)}.annotations`);
  return [{ workload, origin, reason: ASKS_UNKNOWN }];
}

/** Pods that ask to be scraped. */
export const annotatedPods = perMesh((mesh): readonly ScrapedPort[] =>
  mesh.workloads.filter(({ entry }) => entry === undefined).flatMap((workload) => portsOf(mesh, workload)),
);

/** The annotated port, else every port of the Service, on one of its workloads. */
function servicePorts(service: Service, workload: Workload, port: Known<string> | undefined): readonly Known<number>[] {
  if (port !== undefined) return writtenPorts(workload, port);
  if (isUnknown(service.ports)) return [UNKNOWN];
  return service.ports.flatMap((servicePort) => targetPortOn(workload, servicePort) ?? []);
}

function portsBehind(mesh: Mesh, service: Service): readonly ScrapedPort[] {
  const asks = asksFor(service.annotations);
  if (asks === false) return [];
  const port = at(service.annotations, PORT);
  const scheme = at(service.annotations, SCHEME);
  const origin = originOf(service.ref, `metadata.annotations.${port === undefined ? SCRAPE : PORT}`);
  return workloadsBehind(mesh, service).items.flatMap((workload): readonly ScrapedPort[] => {
    if (isUnknown(asks)) return [{ workload, origin, reason: ASKS_UNKNOWN }];
    return servicePorts(service, workload, port).map((number) =>
      isUnknown(number) || isUnknown(scheme)
        ? { workload, origin, reason: `the port to scrape behind ${describeRef(service.ref)} is not known` }
        : { workload, origin, port: number, tls: scheme === "https" },
    );
  });
}

/** Pods behind Services that ask for it. */
export const annotatedServices = perMesh((mesh): readonly ScrapedPort[] =>
  mesh.services.flatMap((service) => portsBehind(mesh, service)),
);
