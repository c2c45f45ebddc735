import { byAge, byCreation, compare } from "./age";
import { ipOf, isSelf, type Address } from "./address";
import { clusterFor, type Cluster } from "./cluster";
import type { Context } from "./context";
import type { Dialled } from "./dialled";
import { remember } from "../explore";
import { instancesOf } from "./endpoints";
import { meantBy, type Meant } from "./meant";
import {
  externalNameOf,
  forwardedPortOf,
  hasOwnAddress,
  isPassthrough,
  portOf,
  portsOf,
  registered,
  servicesWithPort,
  sharesListener,
  type Registered,
  type RegisteredPort,
} from "./registry";
import {
  chainFor,
  chainsNamed,
  sharedChains,
  type Chain,
  type Connection,
  type NamedRoute,
  type Target,
} from "./shared-listener";
import { hasHost, namesFor, routesFor, type RouteTarget } from "./virtual-service";
import { isPublic, isVisible, listenerOf, outboundPolicy, ownListener, protocolUnder, sidecarFor } from "./visibility";
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

export type PassthroughReason =
  "not-visible" | "no-such-port" | "udp-port" | "no-service" | "app-tls" | "not-http" | "not-tls";

/** What the application puts on its socket. */
export interface Bytes {
  readonly isHttp: boolean;
  readonly isTls: boolean;
}

const NO_CHAINS: readonly Chain[] = [];

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

  private sees(service: Registered, number: number): boolean {
    return this.isImported(service, number, this.sidecar);
  }

  private isImported(service: Registered, number: number, sidecar: Sidecar | undefined): boolean {
    const { client, indexes, mesh, settle } = this.context;
    const protocol = () => portOf(indexes.registry, service, number, settle)?.protocol;
    return isVisible(service, { number, protocol }, client.scope, sidecar, mesh, settle);
  }

  /** The port of a service, as what listens for it takes it: an egress entry for the port says what it is. */
  private portOf(service: Registered, number: number): RegisteredPort | undefined {
    const { indexes, client, settle } = this.context;
    const port = portOf(indexes.registry, service, number, settle);
    const own = ownListener(this.sidecar, number, service, client.scope.namespace);
    const protocol = port === undefined || own === undefined ? undefined : protocolUnder(own, port.protocol);
    return port === undefined || protocol === undefined ? port : { ...port, protocol };
  }

  /** What the proxy does with what is meant for no service that it knows. */
  private passthrough(to: Address, why: PassthroughReason, service?: Registered): readonly Hop[] {
    const policy = outboundPolicy(this.sidecar, this.context.mesh, this.context.settle);
    return policy === "REGISTRY_ONLY" ? [{ via: "black-hole" }] : [{ via: "passthrough", to, why, service }];
  }

  /**
   * The first visible headless service that has a listener for the pod's address: its port is not HTTP, and the pod answers on it.
   * What is sent to that address is its traffic, whatever name was dialled; HTTP goes to the first that looks for it.
   */
  private ownerOf(workload: Workload, number: number): Target | undefined {
    const { index, indexes, settle } = this.context;
    const services = [...index.servicesSelecting(workload), ...index.slicesListing(workload)];
    const owners = services.flatMap(({ service: object }) => {
      const service = registered(indexes.registry, object);
      if (service === undefined || !isPassthrough(service, settle) || !this.sees(service, number)) return [];
      const port = this.portOf(service, number);
      if (port === undefined || port.protocol === "HTTP") return [];
      const answers = instancesOf(this.context, port).some((endpoint) => endpoint.workload === workload);
      return answers ? [{ service, port }] : [];
    });
    owners.sort((a, b) => this.compareServices(a.service, b.service));
    const sniffs =
      this.bytes.isHttp && !this.bytes.isTls ? owners.find(({ port }) => port.protocol === "AUTO") : undefined;
    return sniffs ?? owners[0];
  }

  /** The clusters that the routes of a service lead to. */
  private routed(target: Target, to: Address): readonly Hop[] {
    const { service, port } = target;
    const { indexes, mesh, client, settle } = this.context;
    const readsHttp = port.protocol === "HTTP" || port.protocol === "AUTO";
    const isHttp = this.bytes.isHttp && !this.bytes.isTls && readsHttp;
    if (isHttp && this.isUnrouted(target))
      return [
        {
          via: "missing-cluster",
          target: { host: service.host, subset: undefined, port: port.number, from: undefined },
        },
      ];
    const query = { mesh, host: service.host, port: port.number, isHttp, scope: client.scope, sidecar: this.sidecar };
    const isRouted = !client.scope.isGateway && port.protocol !== "TLS";
    const targets = isRouted ? routesFor(indexes.virtualServices, query, settle) : undefined;
    return this.led(target, targets, isHttp, to);
  }

  /** Requests on a port that is detected find no route where an egress entry for that port alone has other hosts. */
  private isUnrouted({ service, port: { number, protocol } }: Target): boolean {
    const { namespace, isGateway } = this.context.client.scope;
    const hasOwn = !isGateway && protocol === "AUTO" && listenerOf(this.sidecar, number) !== undefined;
    return hasOwn && ownListener(this.sidecar, number, service, namespace) === undefined;
  }

  /** Where a listener or its route leads; `undefined`: to the service's own cluster. */
  private led(
    { service, port }: Target,
    targets: readonly RouteTarget[] | undefined,
    isHttp: boolean,
    to: Address,
  ): readonly Hop[] {
    if (targets !== undefined) return targets.map((target) => this.routeTo(target, port.number, isHttp, to));
    const cluster = clusterFor(this.context, service, port, undefined);
    return cluster === null ? [] : [{ via: "cluster", cluster, to, by: undefined }];
  }

  /** A TCP route that names no port leads to the only port of the service; an HTTP route stays on the one dialled. */
  private routeTo(target: RouteTarget, dialled: number, isHttp: boolean, to: Address): Hop {
    const { registry } = this.context.indexes;
    const named = registry.byHost.get(target.host)?.[0];
    const ports = named === undefined ? [] : portsOf(registry, named, this.context.settle);
    const number = target.port ?? (ports.length === 1 && !isHttp ? ports[0]?.number : dialled);
    const alias = named === undefined ? undefined : externalNameOf(named, this.context.settle);
    const service = alias === undefined ? named : registry.byHost.get(alias)?.[0];
    const port = number && service ? portOf(registry, service, number, this.context.settle) : undefined;
    // What a route names is imported with the route, so the egress list does not hide it.
    if (service === undefined || port === undefined || !this.isImported(service, port.number, undefined))
      return { via: "missing-cluster", target };
    const cluster = clusterFor(this.context, service, port, target.subset);
    return cluster === null ? { via: "missing-cluster", target } : { via: "cluster", cluster, to, by: target.from };
  }

  /** Names in the handshake that a TLS port is for, and where they lead; without routes its own, if nothing else tells it apart. */
  private names({ service, port }: Target, own: readonly string[]): readonly NamedRoute[] {
    const { indexes, mesh, client, settle } = this.context;
    const query = {
      mesh,
      host: service.host,
      port: port.number,
      isHttp: false,
      scope: client.scope,
      sidecar: this.sidecar,
    };
    const routes = namesFor(indexes.virtualServices, query, settle);
    return routes.length > 0 ? routes : [{ names: own, to: undefined }];
  }

  /** A service that is named in a request: the most specific that has the port; of one name the client's own namespace first. */
  private requested(host: string | undefined, number: number, isSniffed: boolean): Target | undefined {
    const { registry } = this.context.indexes;
    if (host === undefined) return undefined;
    const found =
      this.readable(registry.byHost.get(host) ?? [], number) ??
      firstOf(registry.wildcards.covering(host), ({ values }) => this.readable(values, number));
    return found?.port.protocol !== "AUTO" || isSniffed || this.readsHttp(number) ? found : undefined;
  }

  /** Of one name, what has the port: the youngest says whether requests are read there, the oldest has the cluster. */
  private readable(services: readonly Registered[], number: number): Target | undefined {
    const targets = this.ofOneName(services, number);
    const protocol = targets.at(-1)?.port.protocol;
    const [first] = targets;
    return first !== undefined && (protocol === "HTTP" || protocol === "AUTO")
      ? { ...first, port: { ...first.port, protocol } }
      : undefined;
  }

  /** Whether some service has HTTP on the port, for which there is a listener on 0.0.0.0. */
  private readsHttp(number: number): boolean {
    const { registry, httpListeners } = this.context.indexes;
    return this.ofListener(httpListeners, number, (proxy) =>
      servicesWithPort(registry, number).some((services) =>
        proxy.ofOneName(services, number).some((target) => proxy.isHttp(target)),
      ),
    );
  }

  /** What a listener on 0.0.0.0 is made of; worked out once for all clients that are told the same. */
  private ofListener<T>(memory: Map<string, T>, number: number, workOut: (proxy: Proxy) => T): T {
    const { client, settle } = this.context;
    const { ref, scope, isLikeOthers } = client;
    const key = `${scope.namespace}|${isLikeOthers ? "" : `${ref.kind}/${ref.name}`}|${number}`;
    return remember(memory, key, settle, (asked) => workOut(new Proxy({ ...this.context, settle: asked }, this.bytes)));
  }

  /** Services of one name that have the port: those of the client's namespace, else of the first that the proxy sees. */
  private ofOneName(services: readonly Registered[], number: number): readonly Target[] {
    const { client } = this.context;
    const seen = services.filter((service) => this.sees(service, number));
    const [first] = seen;
    const home = seen.find(({ ref }) => ref.namespace === client.scope.namespace) ?? first;
    const meant = first?.kind === "Service" ? [first] : seen.filter(({ ref }) => ref.namespace === home?.ref.namespace);
    return meant.flatMap((service) => {
      const port = this.portOf(service, number);
      return port === undefined ? [] : [{ service, port }];
    });
  }

  /** Who shares the listener on 0.0.0.0 with HTTP, oldest first, what is not exported to everybody before the rest. */
  private sharing(number: number): readonly Chain[] {
    const { registry, sharedListeners } = this.context.indexes;
    if (!registry.sharedPorts.has(number)) return NO_CHAINS;
    return this.ofListener(sharedListeners, number, (proxy) =>
      sharedChains(proxy.sharers(number), (target) => proxy.names(target, [target.service.host])),
    );
  }

  private sharers(number: number): readonly Target[] {
    const { registry } = this.context.indexes;
    const isShared = (target: Target): boolean =>
      target.service.kind === "Service" ? this.isHttp(target) : sharesListener(target.service.object, target.port);
    return servicesWithPort(registry, number)
      .flatMap((services) => this.ofOneName(services, number))
      .filter(isShared)
      .sort((a, b) => this.compareServices(a.service, b.service));
  }

  /** There is a listener on 0.0.0.0 for it. An alias has none. */
  private isHttp({ service, port }: Target): boolean {
    return port.protocol === "HTTP" && externalNameOf(service, this.context.settle) === undefined;
  }

  private compareServices(a: Registered, b: Registered): number {
    const { mesh, settle } = this.context;
    const rank = (service: Registered): number => (isPublic(service, mesh, settle) ? 1 : 0);
    return rank(a) - rank(b) || byCreation(a, b) || compare(nameOf(a), nameOf(b));
  }

  /**
   * What is sent to an address at which the proxy has no listener of its own: the listener on 0.0.0.0 of that port takes it, by the name
   * of the host where it can be read.
   */
  private anywhere(
    to: Address,
    number: number,
    why: PassthroughReason,
    { host, service, alias }: Meant,
  ): readonly Hop[] {
    const chains = this.sharing(number);
    const chain = chainFor(chains, { ...this.bytes, ip: ipOf(to), host });
    if (chain !== undefined && !chain.isHttp) return this.led(chain.target, chain.to, false, to);
    const isRead = chains.length === 0 || chain?.isHttp === true;
    const isRequest = this.bytes.isHttp && !this.bytes.isTls && isRead;
    const target = isRequest ? this.requested(host, number, chain !== undefined) : undefined;
    if (target === undefined) return this.passthrough(to, why, service);
    return this.routedAs(alias, target, to) ?? this.routed(target, to);
  }

  /** Routes for the alias by which a request names a service count before the service's own where they name it, and are older. */
  private routedAs(alias: Registered | undefined, own: Target, to: Address): readonly Hop[] | undefined {
    const { number } = own.port;
    const { indexes, mesh, client, settle } = this.context;
    if (alias === undefined || !this.sees(alias, number)) return undefined;
    const port = portOf(indexes.registry, alias, number, settle);
    if (port === undefined) return undefined;
    const query = { mesh, port: number, isHttp: true, scope: client.scope, sidecar: this.sidecar };
    const [targets, others] = [alias.host, own.service.host].map((host) =>
      routesFor(indexes.virtualServices, { ...query, host }, settle),
    );
    const [by, other] = [targets?.[0]?.from, others?.[0]?.from];
    if (by !== undefined && other !== undefined) {
      const isNamed = hasHost(by, alias.host, mesh);
      if (isNamed === hasHost(other, own.service.host, mesh) ? byAge(other, by) < 0 : !isNamed) return undefined;
    }
    if (targets === undefined) return undefined;
    return this.led({ service: alias, port }, targets, true, to);
  }

  /** At the address of a service itself. */
  private atService(target: Target, to: Address, meant: Meant): readonly Hop[] {
    if (target.port.protocol !== "TLS") return this.routed(target, to);
    const routes = this.names(target, []);
    const chains = routes.map(({ names, to: led }): Chain => ({
      ...{ names, to: led, target },
      ...{ range: undefined, isHttp: false },
    }));
    const connection: Connection = { ...this.bytes, ip: undefined, host: meant.host };
    const [chain] = chainsNamed(chains, connection);
    return chain === undefined
      ? this.passthrough(to, "not-tls", target.service)
      : this.led(target, chain.to, false, to);
  }

  private toPod(meant: Meant, to: Address & { readonly kind: "pod" }, number: number): readonly Hop[] {
    const owner = to.node !== undefined ? undefined : this.ownerOf(to.workload, number);
    if (owner !== undefined) return this.atService(owner, to, meant);
    if (meant.service === undefined) return this.anywhere(to, number, "no-service", meant);
    return this.toService(meant.service, number, to, meant, true);
  }

  /** @param isElsewhere the address is not one at which the proxy listens for the service */
  private toService(
    service: Registered,
    number: number,
    to: Address,
    meant: Meant,
    isElsewhere = false,
  ): readonly Hop[] {
    if (!this.sees(service, number)) return this.anywhere(to, number, "not-visible", meant);
    const port = this.portOf(service, number);
    if (port === undefined) return this.anywhere(to, number, this.missing(service, number), meant);
    if (port.protocol !== "HTTP" && !isElsewhere) return this.atService({ service, port }, to, meant);
    return this.anywhere(to, number, this.reasonFor(port), meant);
  }

  private missing(service: Registered, number: number): PassthroughReason {
    const { indexes, settle } = this.context;
    return forwardedPortOf(indexes.registry, service, number, settle) === undefined ? "no-such-port" : "udp-port";
  }

  private reasonFor({ protocol }: RegisteredPort): PassthroughReason {
    if (protocol === "HTTP") return this.bytes.isTls ? "app-tls" : "not-http";
    return protocol === "TLS" && !this.bytes.isTls ? "not-tls" : "no-service";
  }

  hops(dialled: Dialled, to: Address, number: number): readonly Hop[] {
    const { isGateway } = this.context.client.scope;
    if (isSelf(this.context, to)) return [{ via: "loopback", to }];
    const meant = meantBy(dialled, this.bytes);
    const { service } = meant;
    if (isGateway && service !== undefined) return this.fromGateway(service, number, to);
    if (service?.kind === "ServiceEntry")
      return this.toService(service, number, to, meant, !hasOwnAddress(service.object));
    if (to.kind === "pod") return this.toPod(meant, to, number);
    if (to.kind === "cluster-ip" && service !== undefined) return this.toService(to.service, number, to, meant);
    if (to.kind === "outside" && service !== undefined)
      return this.toService(service, number, to, meant, to.isNowhere === true);
    return this.anywhere(to, number, "no-service", meant);
  }

  /** A gateway has no outbound listeners: its routes name clusters. */
  private fromGateway(service: Registered, number: number, to: Address): readonly Hop[] {
    const port = portOf(this.context.indexes.registry, service, number, this.context.settle);
    if (port !== undefined && this.sees(service, number)) return this.routed({ service, port }, to);
    const target = { host: service.host, subset: undefined, port: number, from: undefined };
    return [{ via: "missing-cluster", target }];
  }
}

const firstOf = <T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined => {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** As istiod names services where it orders them (`SortServicesByCreationTime` in pilot/pkg/model/push_context.go). */
const nameOf = ({ kind, host, ref }: Registered): string => `${kind === "Service" ? ref.name : host}\n${ref.namespace}`;

/** Every way that the proxy of the client may send what its application sends to an address. */
export const hopsFor = (context: Context, bytes: Bytes, dialled: Dialled, to: Address, port: number): readonly Hop[] =>
  new Proxy(context, bytes).hops(dialled, to, port);
