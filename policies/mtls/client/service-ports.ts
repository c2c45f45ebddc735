import { remember, type Settle } from "../explore";
import type { Endpoints } from "../mesh";
import type { Endpoint, MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";
import {
  portProtocol,
  saidProtocol,
  serverFirst,
  writtenProtocol,
  type PortProtocol,
  type ServerFirst,
} from "../server/port-protocol";
import { endpointsOfHost, isLookedUp, type EndpointsBy } from "./entry-endpoints";
import {
  byRegistration,
  isForNobody,
  servicesOf,
  type ExternalService,
  type KubernetesService,
  type Registered,
  type Registry,
} from "./registry";
import { settleOpen } from "./selected";

/**
 * The ports of what istiod knows as services, with who answers on them: what one namespace declares of a host has its endpoints together.
 * Sources: `CopyEndpoints` in pilot/pkg/model/endpointshards.go; `initServiceRegistry` in pilot/pkg/model/push_context.go.
 */

/** A port of a registered service, with who answers on it. */
export interface RegisteredPort {
  /** The port that clients dial. */
  readonly number: number;
  /** `""` where it has none. */
  readonly name: string;
  /** Where the host of a ServiceEntry without endpoints listens. */
  readonly target: number;
  readonly protocol: PortProtocol;
  /** It says so, whatever the network forwards: clients' proxies neither listen for it nor know a cluster of it. */
  readonly isUdp: boolean;
  /** The server may speak first, so nothing on the port is detected. */
  readonly serverFirst: ServerFirst | undefined;
  /** The Service or ServiceEntry. */
  readonly owner: ObjectRef;
  endpoints(index: MeshIndex, by: EndpointsBy): readonly Endpoint[];
  /** What lists the endpoints, where a Service has no selector. */
  slices(index: MeshIndex): readonly Endpoints[];
}

/** As its own object has it. */
interface OwnPort extends Omit<RegisteredPort, "endpoints"> {
  own(index: MeshIndex, by: EndpointsBy): readonly Endpoint[];
}

const UDP = "udp";
const PROTOCOLS: readonly PortProtocol[] = ["HTTP", "TCP", "TLS", "AUTO"];

function portsOfService(entry: KubernetesService, settle: Settle): readonly OwnPort[] {
  const { object, ref } = entry;
  const ports = settle(object.ports, [], ref, "spec.ports");
  return ports.flatMap((port, at) => {
    if (port.protocol !== "TCP") return [];
    const number = settle(port.port, [], ref, `spec.ports[${at}].port`);
    return [
      {
        number,
        name: port.name ?? "",
        target: number,
        protocol: settle<PortProtocol>(portProtocol(port), PROTOCOLS, ref, `spec.ports[${at}].appProtocol`),
        isUdp: saidProtocol(port) === UDP,
        serverFirst: serverFirst(saidProtocol(port)),
        owner: ref,
        own: (index) => index.endpointsOf(object, port),
        slices: (index) => (object.selector === undefined ? index.slicesOf(object) : []),
      },
    ];
  });
}

const portsOfEntry = (entry: ExternalService): readonly OwnPort[] =>
  entry.object.ports.map((port) => ({
    number: port.number,
    name: port.name,
    target: port.targetPort ?? port.number,
    protocol: writtenProtocol(port.protocol),
    isUdp: port.protocol.toLowerCase() === UDP,
    serverFirst: serverFirst(port.protocol),
    owner: entry.ref,
    own: (index, by) => endpointsOfHost(index, [entry], port, by),
    slices: () => [],
  }));

function ownPorts(entry: Registered, settle: Settle): readonly OwnPort[] {
  settleOpen(entry.object, settle);
  return entry.kind === "Service" ? portsOfService(entry, settle) : portsOfEntry(entry);
}

/** What istiod tells proxies of an entry's endpoints; what they look up is what it finds itself. */
const toldBy = (entry: Registered, by: EndpointsBy): EndpointsBy =>
  entry.kind === "ServiceEntry" && isLookedUp(entry.object) ? "number" : by;

const isEntry = (service: Registered): service is ExternalService => service.kind === "ServiceEntry";

/** The endpoints of all that one namespace declares of a host. */
class Together {
  private readonly entries: readonly ExternalService[];
  private readonly ports: readonly (readonly OwnPort[])[];
  /** Of the Kubernetes Service: istiod has none of one that is for nobody. */
  private readonly kubernetes: readonly OwnPort[];

  /** @param services in the order of the registry */
  constructor(services: readonly Registered[], settle: Settle) {
    const having = services.map((service) => ({ service, ports: ownPorts(service, settle) }));
    this.entries = services.filter(isEntry);
    this.kubernetes = having.find(({ service }) => service.kind === "Service" && !isForNobody(service))?.ports ?? [];
    this.ports = having.sort((a, b) => byRegistration(a.service, b.service)).map(({ ports }) => ports);
  }

  of(index: MeshIndex, port: OwnPort, by: EndpointsBy): readonly Endpoint[] {
    if (by === "number") return this.numbered(index, port.number);
    const ofEntries = endpointsOfHost(index, this.entries, port, by);
    return by === "network" ? ofEntries : [...this.named(index, port.name), ...ofEntries];
  }

  private named(index: MeshIndex, name: string): readonly Endpoint[] {
    return this.kubernetes.find((port) => port.name === name)?.own(index, "name") ?? [];
  }

  /** Each of them says who answers on a port of that number; the last that finds somebody counts. */
  private numbered(index: MeshIndex, number: number): readonly Endpoint[] {
    const ofEntries = endpointsOfHost(index, this.entries, { name: undefined, number }, "number");
    const found = this.ports.flatMap((ports) => {
      const port = ports.find((each) => each.number === number);
      return port === undefined ? [] : [[...this.named(index, port.name), ...ofEntries]];
    });
    return found.filter((endpoints) => endpoints.length > 0).at(-1) ?? [];
  }
}

function readPorts(registry: Registry, entry: Registered, settle: Settle): readonly RegisteredPort[] {
  const services = servicesOf(registry, entry.host).filter(({ ref }) => ref.namespace === entry.ref.namespace);
  const together = services.length > 1 ? new Together(services, settle) : undefined;
  return ownPorts(entry, settle).map((port) => ({
    ...port,
    endpoints: (index, by) =>
      together === undefined || (by === "network" && entry.kind === "Service")
        ? port.own(index, toldBy(entry, by))
        : together.of(index, port, toldBy(entry, by)),
  }));
}

/** Every port of a service that is TCP underneath. */
export const portsOf = (registry: Registry, entry: Registered, settle: Settle): readonly RegisteredPort[] =>
  remember(registry.ports, entry, settle, (asked) => readPorts(registry, entry, asked));

/** The port of that number as the network has it; `undefined` when the service has none. */
export const forwardedPortOf = (
  registry: Registry,
  entry: Registered,
  number: number,
  settle: Settle,
): RegisteredPort | undefined => portsOf(registry, entry, settle).find((port) => port.number === number);

/** The port of that number as proxies have it. */
export const portOf = (
  registry: Registry,
  entry: Registered,
  number: number,
  settle: Settle,
): RegisteredPort | undefined => {
  const port = forwardedPortOf(registry, entry, number, settle);
  return port?.isUdp === true ? undefined : port;
};
