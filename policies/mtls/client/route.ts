import { byAge } from "./age";
import { isSelf, type Address } from "./address";
import { clusterFor, type Cluster } from "./cluster";
import type { Context } from "./context";
import type { Dialled } from "./dialled";
import { instancesOf } from "./endpoints";
import { isPassthrough, portOf, portsOf, registered, type Registered, type RegisteredPort } from "./registry";
import { routesFor, type RouteTarget } from "./virtual-service";
import { isVisible, outboundPolicy, sidecarFor } from "./visibility";
import type { Sidecar, VirtualService, Workload } from "../mesh";

/**
 * Where the listeners and routes of a client's proxy lead what its application sends.
 * Sources: `buildSidecarOutboundListeners` and `buildSidecarOutboundListener` in pilot/pkg/networking/core/listener.go;
 * `buildSidecarOutboundVirtualHosts` and `buildCatchAllVirtualHost` in pilot/pkg/networking/core/httproute.go;
 * `GetDestinationCluster` in pilot/pkg/networking/core/route/route.go.
 */
export type Hop =
  /** `to`: what the client dialled, where a cluster of original destinations connects. */
  | {
      readonly via: "cluster";
      readonly cluster: Cluster;
      readonly to: Address;
      readonly by: VirtualService | undefined;
    }
  /** As sent, to where it was sent. */
  | {
      readonly via: "passthrough";
      readonly to: Address;
      readonly why: PassthroughReason;
      readonly service: Registered | undefined;
    }
  /** The proxy does not take part: what is sent to the own address. */
  | { readonly via: "loopback"; readonly to: Address }
  | { readonly via: "black-hole" }
  /** A route leads to a cluster that does not exist, or to none. */
  | { readonly via: "missing-cluster"; readonly target: RouteTarget };

export type PassthroughReason = "not-visible" | "no-such-port" | "no-service" | "app-tls" | "not-http" | "not-tls";

/** What the application puts on its socket. */
export interface Bytes {
  readonly isHttp: boolean;
  readonly isTls: boolean;
}

/** A service and its port, as a listener or route names them. */
interface Target {
  readonly service: Registered;
  readonly port: RegisteredPort;
}

/** The proxy's side of one question. */
class Proxy {
  private readonly sidecar: Sidecar | undefined;

  constructor(
    private readonly context: Context,
    private readonly bytes: Bytes,
  ) {
    const { indexes, mesh, client, settle } = context;
    this.sidecar = sidecarFor(indexes.sidecars, mesh, client.scope, settle);
  }

  private sees(service: Registered, number: number, sidecar = this.sidecar): boolean {
    const { client, indexes, mesh, settle } = this.context;
    const isHttp = () => portOf(indexes.registry, service, number, settle)?.protocol === "HTTP";
    return isVisible(service, { number, isHttp }, client.scope, sidecar, mesh, settle);
  }

  private passthrough(to: Address, why: PassthroughReason, service?: Registered): readonly Hop[] {
    const policy = outboundPolicy(this.sidecar, this.context.mesh, this.context.settle);
    return policy === "REGISTRY_ONLY" ? [{ via: "black-hole" }] : [{ via: "passthrough", to, why, service }];
  }

  /**
   * The oldest visible headless service that has a listener for the pod's address: its port is not HTTP, and the pod answers on it.
   * What is sent to that address is its traffic, whatever name was dialled; HTTP goes to the oldest that looks for it.
   */
  private ownerOf(workload: Workload, number: number): Target | undefined {
    const { index, indexes, settle } = this.context;
    const services = [...index.servicesSelecting(workload), ...index.slicesListing(workload)];
    const owners = services.flatMap(({ service: object }) => {
      const service = registered(indexes.registry, object);
      if (service === undefined || !isPassthrough(service, settle) || !this.sees(service, number)) return [];
      const port = portOf(indexes.registry, service, number, settle);
      if (port === undefined || port.protocol === "HTTP") return [];
      const answers = instancesOf(this.context, port).some((endpoint) => endpoint.workload === workload);
      return answers ? [{ service, port }] : [];
    });
    owners.sort((a, b) => byAge(a.service.object, b.service.object));
    const sniffs =
      this.bytes.isHttp && !this.bytes.isTls ? owners.find(({ port }) => port.protocol === "AUTO") : undefined;
    return sniffs ?? owners[0];
  }

  /** The clusters that the routes of a service lead to. */
  private routed({ service, port }: Target, to: Address): readonly Hop[] {
    const { indexes, mesh, client, settle } = this.context;
    const readsHttp = port.protocol === "HTTP" || port.protocol === "AUTO";
    const isHttp = this.bytes.isHttp && !this.bytes.isTls && readsHttp;
    const query = { host: service.host, port: port.number, isHttp, scope: client.scope, sidecar: this.sidecar };
    const isRouted = !client.scope.isGateway && port.protocol !== "TLS";
    const targets = isRouted ? routesFor(indexes.virtualServices, query, mesh, settle) : undefined;
    if (targets === undefined) {
      const cluster = clusterFor(this.context, service, port, undefined);
      return cluster === null ? [] : [{ via: "cluster", cluster, to, by: undefined }];
    }
    return targets.map((target) => this.routeTo(target, port.number, isHttp, to));
  }

  /** A TCP route that names no port leads to the only port of the service; an HTTP route stays on the one dialled. */
  private routeTo(target: RouteTarget, dialled: number, isHttp: boolean, to: Address): Hop {
    const { registry } = this.context.indexes;
    const service = registry.byHost.get(target.host)?.[0];
    const ports = service === undefined ? [] : portsOf(registry, service, this.context.settle);
    const number = target.port ?? (ports.length === 1 && !isHttp ? ports[0]?.number : dialled);
    const port = ports.find((candidate) => candidate.number === number);
    // What a route names is imported with the route, so the egress list does not hide it.
    if (service === undefined || port === undefined || !this.sees(service, port.number, undefined))
      return { via: "missing-cluster", target };
    const cluster = clusterFor(this.context, service, port, target.subset);
    return cluster === null ? { via: "missing-cluster", target } : { via: "cluster", cluster, to, by: target.from };
  }

  /** A listener on 0.0.0.0 takes HTTP and lets everything else pass. */
  private throughHttp(target: Target, to: Address): readonly Hop[] {
    if (this.bytes.isTls) return this.passthrough(to, "app-tls", target.service);
    return this.bytes.isHttp ? this.routed(target, to) : this.passthrough(to, "not-http", target.service);
  }

  private toPod(dialled: Dialled, to: Address & { readonly kind: "pod" }, number: number): readonly Hop[] {
    const owner = to.byNode === true ? undefined : this.ownerOf(to.workload, number);
    if (owner !== undefined) return this.routed(owner, to);
    if (dialled.kind !== "service") return this.passthrough(to, "no-service");
    return this.toService(dialled.service, number, to, (port) => (port.protocol === "HTTP" ? undefined : "no-service"));
  }

  /** @param excluded why a port that the service has does not lead to its cluster */
  private toService(
    service: Registered,
    number: number,
    to: Address,
    excluded: (port: RegisteredPort) => PassthroughReason | undefined = () => undefined,
  ): readonly Hop[] {
    if (!this.sees(service, number)) return this.passthrough(to, "not-visible", service);
    const port = portOf(this.context.indexes.registry, service, number, this.context.settle);
    if (port === undefined) return this.passthrough(to, "no-such-port", service);
    const why = excluded(port) ?? (isFoundByName(service, port) && !this.bytes.isTls ? "not-tls" : undefined);
    if (why !== undefined) return this.passthrough(to, why, service);
    const target = { service, port };
    return port.protocol === "HTTP" ? this.throughHttp(target, to) : this.routed(target, to);
  }

  hops(dialled: Dialled, to: Address, number: number): readonly Hop[] {
    const { isGateway } = this.context.client.scope;
    if (isSelf(this.context, to)) return [{ via: "loopback", to }];
    if (isGateway && (dialled.kind === "service" || dialled.kind === "entry"))
      return this.fromGateway(dialled.service, number, to);
    if (dialled.kind === "entry") return this.toService(dialled.service, number, to);
    if (to.kind === "pod") return this.toPod(dialled, to, number);
    if (to.kind === "cluster-ip" && dialled.kind === "service") return this.toService(to.service, number, to);
    if (to.kind === "outside" && dialled.kind === "service") return this.toService(dialled.service, number, to);
    return this.passthrough(to, "no-service");
  }

  /** A gateway has no outbound listeners: its routes name clusters. */
  private fromGateway(service: Registered, number: number, to: Address): readonly Hop[] {
    const port = portOf(this.context.indexes.registry, service, number, this.context.settle);
    if (port !== undefined && this.sees(service, number)) return this.routed({ service, port }, to);
    const target = { host: service.host, subset: undefined, port: number, from: undefined };
    return [{ via: "missing-cluster", target }];
  }
}

/** A TLS port of a ServiceEntry without addresses: only the server name in the handshake tells that it is meant. */
const isFoundByName = (service: Registered, { protocol }: RegisteredPort): boolean =>
  service.kind === "ServiceEntry" && service.object.addresses.length === 0 && protocol === "TLS";

/** Every way that the proxy of the client may send what its application sends to an address. */
export const hopsFor = (context: Context, bytes: Bytes, dialled: Dialled, to: Address, port: number): readonly Hop[] =>
  new Proxy(context, bytes).hops(dialled, to, port);
