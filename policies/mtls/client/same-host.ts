import { isUnknown, type Known } from "../known";
import type { Labels } from "../mesh";
import type { Registered } from "./registry";
import type { RegisteredPort } from "./service-ports";

/**
 * Several services of one host: a proxy is told of those of one namespace, and has one cluster for each of their ports.
 * Sources: `selectServices`, `appendSidecarServices` and `canMergeServices` in pilot/pkg/model/sidecar.go.
 */

/** Those of the client's own namespace; else of a Kubernetes Service's; else of the first's. */
export function ofOneNamespace(seen: readonly Registered[], clientNamespace: string): readonly Registered[] {
  const [first] = seen;
  if (first === undefined || seen.length === 1) return seen;
  const meant =
    seen.find(({ ref }) => ref.namespace === clientNamespace) ?? seen.find(({ kind }) => kind === "Service") ?? first;
  return seen.filter(({ ref }) => ref.namespace === meant.ref.namespace);
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();

const pairs = (labels: Known<Labels> | undefined): readonly string[] =>
  labels === undefined || isUnknown(labels) ? [] : Object.entries(labels).map((pair) => pair.join("="));

const texts = (values: Known<readonly string[]>): readonly string[] => (isUnknown(values) ? [] : [...new Set(values)]);

/** Whether a cluster of the one may be for a port that only the other has. */
function canMerge(a: Registered, b: Registered): boolean {
  if (a.kind !== "ServiceEntry" || b.kind !== "ServiceEntry") return false;
  const [one, other] = [a.object, b.object];
  return (
    one.ref.namespace === other.ref.namespace &&
    one.resolution === other.resolution &&
    isSame(pairs(one.labels), pairs(other.labels)) &&
    isSame(pairs(one.workloadSelector), pairs(other.workloadSelector)) &&
    isSame(texts(one.exportTo), texts(other.exportTo))
  );
}

/** What the clusters of a host are made for. */
export interface Merged {
  readonly service: Registered;
  readonly ports: readonly RegisteredPort[];
}

/**
 * A Kubernetes Service, else the first; with the ports that only others have, where they may be merged.
 * @param imported those that each egress entry imports, in istiod's order, with the ports that it imports
 */
export function merged(imported: readonly Merged[]): Merged | undefined {
  const [first] = imported;
  const service = imported.find((each) => each.service.kind === "Service")?.service ?? first?.service;
  if (service === undefined) return undefined;
  const ports = new Map<number, RegisteredPort>();
  for (const other of imported)
    if (other.service === service || canMerge(service, other.service))
      for (const port of other.ports) if (!ports.has(port.number)) ports.set(port.number, port);
  return { service, ports: [...ports.values()] };
}
