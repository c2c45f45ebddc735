import { contains, isLoopback } from "../cidr";
import type { Reason, Undecided } from "../flow";
import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Labels, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { describeRef } from "../objects";
import { parseYaml } from "../yaml";
import { dataPlane, podMetadata, templatesOf, valueOf } from "./injection";

/**
 * Which connections the proxy gets to see. Ports and ranges: annotations of the pod, else what the injector was installed with
 * (`manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`); rules in their order:
 * tools/istio-iptables/pkg/capture/run.go (`handleInboundPortsInclude`, `handleOutboundPortsInclude`, `Run`).
 */

export interface Interception {
  readonly because: Reason;
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
/** HBONE, and with the default "all ports" also the proxy's own: metrics, health, merged metrics. */
const HBONE_PORT = 15008;
const OWN_PORTS = [15090, 15021, 15020, HBONE_PORT];

type Setting =
  | "includeInboundPorts"
  | "excludeInboundPorts"
  | "includeOutboundPorts"
  | "excludeOutboundPorts"
  | "includeOutboundIPRanges"
  | "excludeOutboundIPRanges";

const INSTALLED = {
  includeInboundPorts: "includeInboundPorts",
  excludeInboundPorts: "excludeInboundPorts",
  includeOutboundPorts: "includeOutboundPorts",
  excludeOutboundPorts: "excludeOutboundPorts",
  includeOutboundIPRanges: "includeIPRanges",
  excludeOutboundIPRanges: "excludeIPRanges",
} as const;

const list = (text: string): readonly string[] => text.split(",").map((part) => part.trim());

const setting = (index: MeshIndex, { podAnnotations }: Workload, name: Setting): Known<string> =>
  valueOf(podAnnotations, `traffic.sidecar.istio.io/${name}`) ?? index.mesh.injector.interception[INSTALLED[name]];

/** `proxy.istio.io/config` of the pod: YAML in an annotation. */
const proxyConfig = (annotations: Known<Labels>): Known<Readonly<Record<string, unknown>>> => {
  const text = valueOf(annotations, "proxy.istio.io/config");
  if (isUnknown(text)) return UNKNOWN;
  if (text === undefined) return {};
  const parsed = parseYaml(text);
  const value = "value" in parsed ? parsed.value : undefined;
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
};

/** REDIRECT, TPROXY or NONE. */
const interceptionMode = (index: MeshIndex, workload: Workload): Known<string> => {
  const annotated = valueOf(workload.podAnnotations, "sidecar.istio.io/interceptionMode");
  if (annotated !== undefined) return annotated;
  return (
    mapKnown(proxyConfig(workload.podAnnotations), (config) => {
      const mode = config["interceptionMode"];
      return typeof mode === "string" ? mode : undefined;
    }) ?? index.mesh.injector.interception.mode
  );
};

const isListed = (ports: Known<string>, port: number): Known<boolean> =>
  mapKnown(ports, (text) => list(text).includes(String(port)));

interface Answer {
  readonly value: Known<boolean>;
  readonly says: string;
}

const yes = (says: string): Answer => ({ value: true, says });
const no = (says: string): Answer => ({ value: false, says });
const unknown = (says: string): Answer => ({ value: UNKNOWN, says });

const NO_REDIRECTION_TEMPLATES = ["grpc-agent", "grpc-simple", "gateway"];

/** What holds for both directions: is there a proxy, and does anything lead traffic to it? `undefined`: yes. */
const withoutRedirection = (index: MeshIndex, workload: Workload): Answer | undefined => {
  const { mode, because } = dataPlane(index, workload);
  if (isUnknown(mode)) return unknown(because.says);
  if (mode !== "sidecar") return no(because.says);
  const redirection = interceptionMode(index, workload);
  if (redirection === "NONE") return no("interceptionMode is NONE");
  const templates = templatesOf(index.mesh, workload);
  if (!isUnknown(templates) && templates.every((template) => NO_REDIRECTION_TEMPLATES.includes(template)))
    return no(`the injection template ${templates.join(",")} redirects nothing`);
  return isUnknown(redirection) || isUnknown(templates)
    ? unknown("whether traffic is redirected is not known")
    : undefined;
};

const inbound = (index: MeshIndex, workload: Workload, port: number): Answer => {
  const outside = withoutRedirection(index, workload);
  if (outside !== undefined && outside.value === false) return outside;
  const include = setting(index, workload, "includeInboundPorts");
  if (port === HBONE_PORT) return no(`port ${port} is the proxy's own`);
  if (isUnknown(include)) return unknown("includeInboundPorts is not known");
  if (include === "") return no("includeInboundPorts is empty");
  if (include !== "*")
    return list(include).includes(String(port))
      ? (outside ?? yes(`includeInboundPorts lists ${port}`))
      : no(`includeInboundPorts does not list ${port}`);
  if (OWN_PORTS.includes(port)) return no(`port ${port} is the proxy's own`);
  const excluded = isListed(setting(index, workload, "excludeInboundPorts"), port);
  if (isUnknown(excluded)) return unknown("excludeInboundPorts is not known");
  return excluded ? no(`excludeInboundPorts lists ${port}`) : (outside ?? yes("all other ports are intercepted"));
};

const inRanges = (ranges: Known<string>, ip: string | undefined): Known<boolean> => {
  if (isUnknown(ranges)) return UNKNOWN;
  if (ranges === "") return false;
  if (ranges === "*") return true;
  return ip === undefined ? UNKNOWN : list(ranges).some((range) => contains(range, ip));
};

const outbound = (index: MeshIndex, workload: Workload, { ip, port, uid }: Dialled): Answer => {
  const outside = withoutRedirection(index, workload);
  if (outside !== undefined && outside.value === false) return outside;
  const excludedPort = isListed(setting(index, workload, "excludeOutboundPorts"), port);
  if (excludedPort === true) return no(`excludeOutboundPorts lists ${port}`);
  if (uid === PROXY_UID) return no(`it runs as user ${PROXY_UID}, the proxy's own`);
  if (ip !== undefined && isLoopback(ip)) return no(`${ip} is the pod itself`);
  const excludedRange = inRanges(setting(index, workload, "excludeOutboundIPRanges"), ip);
  if (excludedRange === true) return no(`excludeOutboundIPRanges contains ${ip ?? "every address"}`);
  const includedPort = isListed(setting(index, workload, "includeOutboundPorts"), port);
  const includedRange = inRanges(setting(index, workload, "includeOutboundIPRanges"), ip);
  if (includedPort === false && includedRange === false)
    return no(`includeOutboundIPRanges does not contain ${ip ?? "it"}`);
  if (isUnknown(excludedPort) || isUnknown(excludedRange) || (includedPort !== true && includedRange !== true))
    return unknown("which ports and ranges are captured is not known");
  return outside ?? yes("outbound traffic is captured");
};

/** Fields of the pod that bear on interception and are not known. */
const openFields = (index: MeshIndex, workload: Workload): readonly Undecided[] => {
  const { undecided } = dataPlane(index, workload);
  if (undecided.length > 0) return undecided;
  const path = `${podMetadata(workload)}.annotations`;
  if (isUnknown(workload.podAnnotations)) return [{ object: workload.ref, path }];
  return Object.entries(workload.podAnnotations).flatMap(([key, value]) =>
    isUnknown(value) && /istio\.io\//.test(key) ? [{ object: workload.ref, path: `${path}.${key}` }] : [],
  );
};

const explain = (index: MeshIndex, workload: Workload, { value, says }: Answer): Interception => ({
  because: { step: "interception", object: describeRef(workload.ref), says },
  undecided: isUnknown(value) ? openFields(index, workload) : [],
});

/** Whether the proxy of a sidecar workload gets what arrives on a port of the workload. */
export function inboundIntercepted(index: MeshIndex, workload: Workload, targetPort: number): InboundInterception {
  const answer = inbound(index, workload, targetPort);
  return { intercepted: answer.value, ...explain(index, workload, answer) };
}

/** Whether the proxy of a sidecar workload gets what its application sends. */
export function outboundCaptured(index: MeshIndex, workload: Workload, dialled: Dialled): OutboundCapture {
  const answer = outbound(index, workload, dialled);
  return { captured: answer.value, ...explain(index, workload, answer) };
}
