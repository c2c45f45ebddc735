import { byAge } from "../client/age";
import { targetPortOn } from "../endpoints";
import type { Undecided } from "../flow";
import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Meta, ServiceEntry, ServicePort, Sidecar, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";

/**
 * Which protocol a port is declared to speak: it decides what the proxy makes of bytes that are not what it expects.
 * Sources: `ConvertProtocol` in pkg/config/kube/conversion.go; `getFilterChainsByServicePort` and `buildInboundChainConfigs` in
 * pilot/pkg/networking/core/listener_inbound.go (the oldest Service wins; a Sidecar's ingress list replaces the Services).
 */

/** HTTP includes HTTP/2 and gRPC; TCP includes TLS and HTTPS, which the proxy does not look into; AUTO is detected per connection. */
export type PortProtocol = "HTTP" | "TCP" | "AUTO";
/** `UNDECLARED`: no Service or ingress listener mentions the port; it is handled like AUTO on the pass-through chain. */
export type DeclaredProtocol = PortProtocol | "UNDECLARED";

const HTTP = new Set(["http", "http2", "http_proxy", "grpc", "grpc-web"]);
const TCP = new Set(["tcp", "https", "tls", "mongo", "redis", "mysql", "udp"]);

/** Ports that are never sniffed: SMTP, DNS, MySQL, MongoDB. */
const WELL_KNOWN = new Set([25, 53, 3306, 27017]);

/** `protocol.Parse` in pkg/config/protocol/instance.go. */
const parse = (name: string): PortProtocol => {
  const lower = name.toLowerCase();
  return HTTP.has(lower) ? "HTTP" : TCP.has(lower) ? "TCP" : "AUTO";
};

const KUBERNETES_APP_PROTOCOLS: Readonly<Record<string, PortProtocol>> = {
  "kubernetes.io/h2c": "HTTP",
  "kubernetes.io/ws": "HTTP",
  "kubernetes.io/wss": "TCP",
};

const named = (name: string, port: Known<number>): Known<PortProtocol> => {
  if (name.toLowerCase().startsWith("grpc-web")) return "HTTP";
  const protocol = parse(name.split("-")[0] ?? "");
  if (protocol !== "AUTO") return protocol;
  return isUnknown(port) ? UNKNOWN : WELL_KNOWN.has(port) ? "TCP" : "AUTO";
};

/** Protocol of a Service port: `appProtocol`, else the first word of its name. */
export function portProtocol(
  port: Pick<ServicePort, "name" | "appProtocol" | "port" | "protocol">,
): Known<PortProtocol> {
  if (port.protocol === "UDP") return "TCP";
  const { appProtocol } = port;
  if (appProtocol === undefined) return named(port.name ?? "", port.port);
  if (isUnknown(appProtocol)) return UNKNOWN;
  return KUBERNETES_APP_PROTOCOLS[appProtocol] ?? named(appProtocol, port.port);
}

/** Protocol of a ServiceEntry or Sidecar port, which is written out. */
export const writtenProtocol = (protocol: string): PortProtocol => parse(protocol);

export interface PortDeclaration {
  readonly protocol: Known<DeclaredProtocol>;
  /** What `protocol` may turn out to be; one when it is known. */
  readonly possible: readonly DeclaredProtocol[];
  /** The object that declares the port. */
  readonly by: ObjectRef | undefined;
  readonly undecided: readonly Undecided[];
}

const ANY: readonly DeclaredProtocol[] = ["HTTP", "TCP", "AUTO", "UNDECLARED"];

const declares = (protocol: DeclaredProtocol, by: ObjectRef | undefined): PortDeclaration => ({
  protocol,
  possible: [protocol],
  by,
  undecided: [],
});

/** The Sidecar that governs a workload: one that selects it, else the namespace's, else the root namespace's; the oldest of each. */
export function governingSidecar(index: MeshIndex, workload: Workload): Sidecar | undefined {
  const { namespace } = workload.ref;
  const labels = index.labelsOf(workload);
  const own = index.sidecarsIn(namespace);
  const selecting = own.find(
    ({ workloadSelector }) =>
      workloadSelector !== undefined &&
      !isUnknown(workloadSelector) &&
      !isUnknown(labels) &&
      Object.entries(workloadSelector).every(([key, value]) => labels[key] === value),
  );
  const whole = (sidecars: readonly Sidecar[]) =>
    sidecars.find(({ workloadSelector }) => workloadSelector === undefined);
  return selecting ?? whole(own) ?? whole(index.sidecarsIn(index.mesh.config.rootNamespace));
}

const ingressDeclaration = (sidecar: Sidecar, targetPort: number): PortDeclaration => {
  const { ingress, ref } = sidecar;
  if (ingress === undefined || isUnknown(ingress))
    return { protocol: UNKNOWN, possible: ANY, by: ref, undecided: [{ object: ref, path: "spec.ingress" }] };
  const listener = ingress.find(({ port }) => port === targetPort);
  return listener === undefined ? declares("UNDECLARED", undefined) : declares(parse(listener.protocol), ref);
};

interface Candidate {
  readonly from: Meta;
  readonly certain: boolean;
  readonly ports: Known<
    readonly { readonly target: Known<number> | undefined; readonly protocol: Known<PortProtocol> }[]
  >;
}

const entryPorts = (workload: Workload, entry: ServiceEntry): Candidate["ports"] =>
  entry.ports.map((port) => ({
    target: targetPortOn(workload, {
      name: port.name,
      port: port.number,
      targetPort: port.targetPort ?? port.number,
      nodePort: undefined,
      appProtocol: undefined,
      protocol: "TCP",
    }),
    protocol: writtenProtocol(port.protocol),
  }));

const candidatesFor = (index: MeshIndex, workload: Workload): readonly Candidate[] => {
  const services = index.servicesSelecting(workload).map(({ service, certain }): Candidate => ({
    from: service,
    certain,
    ports: isUnknown(service.ports)
      ? UNKNOWN
      : service.ports
          .filter(({ protocol }) => protocol === "TCP")
          .map((port) => ({ target: targetPortOn(workload, port), protocol: portProtocol(port) })),
  }));
  const entries = index
    .entriesSelecting(workload)
    .map(({ entry, certain }): Candidate => ({ from: entry, certain, ports: entryPorts(workload, entry) }));
  return [...services, ...entries].sort((a, b) => byAge(a.from, b.from));
};

/** Every Service that may declare the port, oldest first; one whose claim is not known leaves the answer open. */
export function declaredPort(index: MeshIndex, workload: Workload, targetPort: number): PortDeclaration {
  const sidecar = governingSidecar(index, workload);
  if (sidecar?.ingress !== undefined) return ingressDeclaration(sidecar, targetPort);
  const possible = new Set<Known<DeclaredProtocol>>();
  const undecided: Undecided[] = [];
  for (const { from, certain, ports } of candidatesFor(index, workload)) {
    if (isUnknown(ports)) {
      undecided.push({ object: from.ref, path: "spec.ports" });
      possible.add(UNKNOWN);
      continue;
    }
    const claim = ports.find(({ target }) => target === targetPort || target === UNKNOWN);
    if (claim === undefined) continue;
    possible.add(claim.protocol);
    const sure = certain && claim.target !== UNKNOWN;
    if (!sure || isUnknown(claim.protocol))
      undecided.push({ object: from.ref, path: certain ? "spec.ports" : "spec.selector" });
    if (sure) return answer(possible, from.ref, undecided);
  }
  possible.add("UNDECLARED");
  return answer(possible, undefined, undecided);
}

const answer = (
  protocols: ReadonlySet<Known<DeclaredProtocol>>,
  by: ObjectRef | undefined,
  undecided: readonly Undecided[],
): PortDeclaration => {
  const possible = protocols.has(UNKNOWN) ? ANY : [...protocols].filter((protocol) => !isUnknown(protocol));
  const [only] = possible;
  return only !== undefined && possible.length === 1
    ? declares(only, by)
    : { protocol: UNKNOWN, possible, by: undefined, undecided };
};

export const declaredProtocol = (index: MeshIndex, workload: Workload, targetPort: number): Known<DeclaredProtocol> =>
  declaredPort(index, workload, targetPort).protocol;
