import { isLoopback } from "../cidr";
import type { Reason, Undecided } from "../flow";
import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { describeRef } from "../objects";
import { dataPlane } from "./injection";
import { podMetadata } from "./pod-metadata";
import { redirectionOf, type PortList, type RangeList, type Redirection } from "./redirection";

/**
 * Which connections the proxy gets to see. Rules in their order: tools/istio-iptables/pkg/capture/run.go
 * (`handleInboundPortsInclude`, `handleOutboundPortsInclude`, `Run`); what they are made of: `./redirection`.
 */

export interface Interception {
  readonly because: Reason;
  /** Fields that would tell; empty when it is known. */
  readonly undecided: readonly Undecided[];
}

export interface InboundInterception extends Interception {
  readonly intercepted: Known<boolean>;
}

export interface OutboundCapture extends Interception {
  readonly captured: Known<boolean>;
}

/** Where a connection goes, as the application dials it. */
export interface Dialled {
  /** `undefined` when it is not known: a name that resolves to no address among the objects. */
  readonly ip?: string;
  /** For a Service the Service port, not the target port. */
  readonly port: number;
  /** User that the sending process runs as. */
  readonly uid?: number;
}

const PROXY_UID = 1337;
/** HBONE, and where all ports are included also the proxy's own: metrics, health, merged metrics. */
const HBONE_PORT = 15008;
const OWN_PORTS = [15090, 15021, 15020, HBONE_PORT];

interface Answer {
  readonly value: Known<boolean>;
  readonly says: string;
}

const yes = (says: string): Answer => ({ value: true, says });
const no = (says: string): Answer => ({ value: false, says });
const unknown = (says: string): Answer => ({ value: UNKNOWN, says });

/** What is in a list; a rule that holds whatever is not known about redirection comes before it. */
const lists = (ports: Known<PortList>, port: number): Known<boolean> =>
  mapKnown(ports, (known) => known === "all" || known.has(port));

const covers = (ranges: Known<RangeList>, ip: string | undefined): Known<boolean> => {
  if (isUnknown(ranges)) return UNKNOWN;
  if (typeof ranges === "string") return ranges === "all";
  return ip === undefined ? UNKNOWN : ranges(ip);
};

const inbound = ({ includeInboundPorts, excludeInboundPorts }: Redirection, port: number): Answer => {
  if (port === HBONE_PORT) return no(`port ${port} is the proxy's own`);
  if (isUnknown(includeInboundPorts)) return unknown("includeInboundPorts is not known");
  // A list that is written out leaves excludeInboundPorts without effect.
  if (includeInboundPorts !== "all") {
    if (includeInboundPorts.size === 0) return no("includeInboundPorts is empty");
    return includeInboundPorts.has(port)
      ? yes(`includeInboundPorts lists ${port}`)
      : no(`includeInboundPorts does not list ${port}`);
  }
  if (OWN_PORTS.includes(port)) return no(`port ${port} is the proxy's own`);
  const isExcluded = lists(excludeInboundPorts, port);
  if (isUnknown(isExcluded)) return unknown("excludeInboundPorts is not known");
  return isExcluded ? no(`excludeInboundPorts lists ${port}`) : yes("all other ports are intercepted");
};

const outbound = (redirection: Redirection, { ip, port, uid }: Dialled): Answer => {
  const isExcludedPort = lists(redirection.excludeOutboundPorts, port);
  if (isExcludedPort === true) return no(`excludeOutboundPorts lists ${port}`);
  if (uid === PROXY_UID) return no(`it runs as user ${PROXY_UID}, the proxy's own`);
  if (ip !== undefined && isLoopback(ip)) return no(`${ip} is the pod itself`);
  const isExcludedRange = covers(redirection.excludeOutboundRanges, ip);
  if (isExcludedRange === true) return no(`excludeOutboundIPRanges contains ${ip ?? "every address"}`);
  const isIncludedPort = lists(redirection.includeOutboundPorts, port);
  const isIncludedRange = covers(redirection.includeOutboundRanges, ip);
  if (isIncludedPort === false && isIncludedRange === false)
    return no(`includeOutboundIPRanges does not contain ${ip ?? "it"}`);
  const isIncluded = isIncludedPort === true || isIncludedRange === true;
  return isIncluded && isExcludedPort === false && isExcludedRange === false
    ? yes("outbound traffic is captured")
    : unknown("which ports and ranges are captured is not known");
};

/** What holds for both directions: a proxy, something that leads traffic to it, and the rules for the connection. */
const answer = (index: MeshIndex, workload: Workload, rules: (redirection: Redirection) => Answer): Answer => {
  const { mode, says } = dataPlane(index, workload);
  if (mode === "none" || mode === "ambient") return no(says);
  const redirection = redirectionOf(index, workload);
  if (redirection.exists === false) return no(redirection.says);
  const found = rules(redirection);
  if (found.value !== true) return found;
  if (isUnknown(mode)) return unknown(says);
  return isUnknown(redirection.exists) ? unknown(redirection.says) : found;
};

/** An address that is not known matters only to the ranges of the pod's annotations. */
const openFields = (index: MeshIndex, workload: Workload): readonly Undecided[] => {
  const fields = [...dataPlane(index, workload).undecided, ...redirectionOf(index, workload).undecided];
  return fields.length > 0 ? fields : [{ object: workload.ref, path: `${podMetadata(workload)}.annotations` }];
};

const explain = (index: MeshIndex, workload: Workload, { value, says }: Answer): Interception => ({
  because: { step: "interception", object: describeRef(workload.ref), says },
  undecided: isUnknown(value) ? openFields(index, workload) : [],
});

/** Whether the proxy of a sidecar workload gets what arrives on a port of the workload. */
export function inboundIntercepted(index: MeshIndex, workload: Workload, targetPort: number): InboundInterception {
  const found = answer(index, workload, (redirection) => inbound(redirection, targetPort));
  return { intercepted: found.value, ...explain(index, workload, found) };
}

/** Whether the proxy of a sidecar workload gets what its application sends. */
export function outboundCaptured(index: MeshIndex, workload: Workload, dialled: Dialled): OutboundCapture {
  const found = answer(index, workload, (redirection) => outbound(redirection, dialled));
  return { captured: found.value, ...explain(index, workload, found) };
}
