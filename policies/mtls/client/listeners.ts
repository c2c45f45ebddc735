import { remember } from "../explore";
import type { Sidecar } from "../mesh";
import type { Endpoint } from "../mesh-index";
import type { EndpointAddress } from "./address";
import { describeRef } from "../objects";
import { bareRoutes, type Registration } from "./bare-hosts";
import type { Context } from "./context";
import { coversHost, isIpAddress, isWildcard } from "./hosts";
import { instancesOf } from "./endpoints";
import { hasOwnAddress, mayListenPerEndpoint, sharesListener } from "./entry-address";
import { serverFirst, writtenProtocol } from "../server/port-protocol";
import {
  addressesOfService,
  externalNameOf,
  isPassthrough,
  servicesOf,
  servicesWithPort,
  type ExternalService,
  type Registered,
} from "./registry";
import { portOf, type RegisteredPort } from "./service-ports";
import { routingBy } from "./routing";
import { sharedChains, type Chain, type Routing, type Target } from "./shared-listener";
import { Told } from "./told";
import { type RouteQuery, type RouteTarget } from "./virtual-service";
import {
  importedByRest,
  importsAs,
  isWatched,
  listenerOf,
  ownListener,
  protocolUnder,
  sidecarFor,
  type ListenedPort,
} from "./visibility";

/**
 * What the proxy of a client listens for: of the services that it is told, which one takes what is sent to an address or names a host.
 * Sources: `buildSidecarOutboundListeners` in pilot/pkg/networking/core/listener.go; `buildSidecarOutboundVirtualHosts` in
 * pilot/pkg/networking/core/httproute.go; `initServiceRegistry` in pilot/pkg/model/push_context.go.
 */

/** What the application puts on its socket. */
export interface Bytes {
  readonly isHttp: boolean;
  readonly isTls: boolean;
}

const NO_CHAINS: readonly Chain[] = [];

/** The listeners of one client's proxy, for one question. */
export class Listeners {
  readonly sidecar: Sidecar | undefined;
  readonly told: Told;

  constructor(
    private readonly context: Context,
    private readonly bytes: Bytes,
  ) {
    const { indexes, mesh, client, settle } = context;
    this.sidecar = sidecarFor(indexes.sidecars, mesh, client.scope, settle);
    this.told = new Told(context, this.sidecar);
  }

  /** The port of a service, as what listens for it takes it: an egress entry for the port says what it is. */
  portOf(service: Registered, number: number): RegisteredPort | undefined {
    const { indexes, client, settle } = this.context;
    const port = portOf(indexes.registry, service, number, settle);
    const own = ownListener(this.sidecar, number, service, client.scope.namespace);
    const protocol = port === undefined || own === undefined ? undefined : protocolUnder(own, port.protocol);
    return port === undefined || protocol === undefined ? port : { ...port, protocol };
  }

  /**
   * The listener at the address of an endpoint: of the services without an address whose port is not HTTP and that have an endpoint there.
   * What is sent to that address is their traffic, whatever name was dialled.
   */
  atEndpoint(to: EndpointAddress, number: number): readonly Chain[] {
    const { indexes, settle } = this.context;
    const isThere = ({ workload, ip }: Endpoint): boolean =>
      to.kind === "pod" ? workload === to.workload : ip === to.host;
    const owners = this.told.withoutAddress(to).flatMap((service) => {
      if (!this.told.sees(service, number, "pods")) return [];
      const port = portOf(indexes.registry, service, number, settle);
      if (port === undefined || port.protocol === "HTTP") return [];
      return instancesOf(this.context, port).some(isThere) ? [{ service, port, isAtPod: true }] : [];
    });
    owners.sort((a, b) => this.told.compare(a.service, b.service));
    return this.alone(...owners);
  }

  /** Hosts of entries that share an address with others, as far as the proxy is told of them on the port, in istiod's order. */
  claimants(address: string, number: number): readonly ExternalService[] | undefined {
    const sharing = this.context.indexes.registry.shared.get(address);
    if (sharing === undefined) return undefined;
    return sharing
      .filter((entry) => this.portOf(entry, number) !== undefined && this.told.sees(entry, number))
      .sort((a, b) => this.told.compare(a, b));
  }

  /** The listener at an address that several hosts share: of those whose port is not HTTP. */
  atShared(claimants: readonly ExternalService[], number: number): readonly Chain[] {
    const owners = claimants.flatMap((service) => {
      const port = hasOwnAddress(service.object) ? this.atAddress(service, number) : undefined;
      return port === undefined ? [] : [{ service, port }];
    });
    return this.alone(...owners);
  }

  /** A listener at an address that only these have; what is named in a handshake matters only to routes then. */
  alone(...owners: readonly Target[]): readonly Chain[] {
    return (
      sharedChains(
        owners,
        this.routing(() => []),
      ) ?? NO_CHAINS
    );
  }

  /** What decides which VirtualServices concern a service: those of the egress entry by which the proxy listens. */
  queryOf({ service, port: { number }, isAtPod }: Target, isHttp: boolean): RouteQuery {
    const { mesh, client } = this.context;
    const own = isHttp
      ? listenerOf(this.sidecar, number)
      : isAtPod === true
        ? undefined
        : this.told.own(service, number);
    const imported = own === undefined ? importedByRest(this.sidecar) : own.hosts;
    return { mesh, host: service.host, port: number, isHttp, scope: client.scope, imported };
  }

  /** @param own the names in the handshake that a TLS port without routes is for, if nothing else tells it apart */
  private routing(own: (target: Target) => readonly string[]): Routing {
    const { indexes, settle } = this.context;
    return routingBy(indexes.virtualServices, (target) => this.queryOf(target, false), own, settle);
  }

  /** A service that is named in a request: the most specific that has the port; of one name the client's own namespace first. */
  requested(host: string | undefined, number: number, isSniffed: boolean): Target | undefined {
    const { registry } = this.context.indexes;
    if (host === undefined) return undefined;
    const covering = registry.wildcards.covering(host).map(({ values }) => values);
    for (const services of [registry.byHost.get(host) ?? [], ...covering]) {
      const found = this.readable(services, number);
      if (found !== undefined)
        return found.port.protocol !== "AUTO" || isSniffed || this.readsHttp(number) ? found : undefined;
    }
    return undefined;
  }

  /**
   * Whether requests that name a service by its address, or by an alias, are routed to it: the address is that of the last of several
   * services of the host, and an egress list may leave the alias out.
   */
  knowsAs(written: string | undefined, alias: Registered | undefined, { service, port }: Target): boolean {
    if (alias === undefined)
      return written === undefined || !isIpAddress(written) || addressesOfService(service).includes(written);
    const { mesh, settle } = this.context;
    if (!isWatched(alias.ref.namespace, mesh, settle)) return false;
    const imported = this.queryOf({ service, port }, true).imported;
    return imported === undefined || importsAs(imported, alias.host, service, this.context.client.scope.namespace);
  }

  /** Where requests lead to a host that only VirtualServices name. */
  bare(host: string, number: number): readonly RouteTarget[] | undefined {
    const { indexes, mesh, client, settle } = this.context;
    const { registry, virtualServices } = indexes;
    if (virtualServices.isEmpty) return undefined;
    const imported = listenerOf(this.sidecar, number)?.hosts ?? importedByRest(this.sidecar);
    const query = { mesh, host, port: number, isHttp: true, scope: client.scope, imported };
    const of = (services: readonly Registered[]): Registration => {
      if (this.ofOneName(services, number).length === 0) return undefined;
      return this.readable(services, number) === undefined ? "other" : "requests";
    };
    const registration = (name: string): Registration => {
      if (!isWildcard(name)) return of(servicesOf(registry, name));
      const covered = servicesWithPort(registry, number).filter(([first]) => first && coversHost(name, first.host));
      const found = covered.map(of);
      return found.find((each) => each === "requests") ?? found.find((each) => each !== undefined);
    };
    return bareRoutes(virtualServices, query, registration, settle);
  }

  /** Whether requests to a port that is detected find a route: that of the egress entry for the port, if there is one. */
  routes(target: Target): boolean {
    const { registry } = this.context.indexes;
    const { number } = target.port;
    const services = this.told.importedBy(
      this.queryOf(target, true).imported,
      servicesOf(registry, target.service.host),
    );
    const protocol = services
      .flatMap((service) => portOf(registry, service, number, this.context.settle) ?? [])
      .at(-1)?.protocol;
    return protocol === "HTTP" || protocol === "AUTO";
  }

  /** Of one name, what has the port: the last says whether requests are read there. */
  private readable(services: readonly Registered[], number: number): Target | undefined {
    const target = this.ofOneName(services, number).at(-1);
    return target?.port.protocol === "HTTP" || target?.port.protocol === "AUTO" ? target : undefined;
  }

  /** Whether some service has HTTP on the port, for which there is a listener on 0.0.0.0. */
  readsHttp(number: number): boolean {
    const { registry, httpListeners } = this.context.indexes;
    return this.ofListener(httpListeners, number, (told) =>
      servicesWithPort(registry, number).some((services) =>
        told.ofOneName(services, number, "listener").some((target) => told.isHttp(target)),
      ),
    );
  }

  /** What a listener on 0.0.0.0 is made of; worked out once for all clients that are told the same. */
  private ofListener<T>(memory: Map<string, T>, number: number, workOut: (told: Listeners) => T): T {
    const { client, indexes, settle } = this.context;
    const { namespace, isGateway } = client.scope;
    // Labels of clients choose their Sidecar, and routes by `sourceLabels`.
    const alone = indexes.virtualServices.isSelective ? describeRef(client.ref) : "";
    const sidecar = this.sidecar === undefined ? "" : describeRef(this.sidecar.ref);
    const key = [namespace, isGateway ? "gateway" : "", sidecar, alone, number].join("|");
    return remember(memory, key, settle, (asked) =>
      workOut(new Listeners({ ...this.context, settle: asked }, this.bytes)),
    );
  }

  /** Services of one name of which the proxy is told and that have the port. */
  private ofOneName(
    services: readonly Registered[],
    number: number,
    as: ListenedPort["as"] = "host",
  ): readonly Target[] {
    return this.told.of(services, number, as).flatMap((service) => {
      const port = as === "host" ? this.portOf(service, number) : this.listenedPort(service, number);
      return port === undefined ? [] : [{ service, port }];
    });
  }

  /** The port as a listener has it: an egress entry for the port alone says what it speaks. */
  private listenedPort(service: Registered, number: number): RegisteredPort | undefined {
    const { indexes, settle } = this.context;
    const port = portOf(indexes.registry, service, number, settle);
    const own = this.told.own(service, number);
    if (port === undefined || own === undefined) return port;
    return { ...port, protocol: writtenProtocol(own.protocol), serverFirst: serverFirst(own.protocol) };
  }

  /** The port as the proxy listens for it at the address of the service itself: HTTP is listened for on 0.0.0.0 instead. */
  atAddress(service: Registered, number: number): RegisteredPort | undefined {
    const { indexes, settle } = this.context;
    const own = this.told.own(service, number) === undefined ? undefined : this.listenedPort(service, number);
    if (own !== undefined && own.protocol !== "HTTP") return own;
    const port = portOf(indexes.registry, service, number, settle);
    return port?.protocol !== "HTTP" && this.told.sees(service, number, "pods") ? port : undefined;
  }

  /** Who shares the listener on 0.0.0.0 with HTTP, oldest first, what is not exported to everybody before the rest; `undefined`: Envoy refuses it. */
  sharing(number: number): readonly Chain[] | undefined {
    const { registry, sharedListeners } = this.context.indexes;
    if (!registry.sharedPorts.has(number) && listenerOf(this.sidecar, number) === undefined) return NO_CHAINS;
    return this.ofListener(sharedListeners, number, (told) =>
      sharedChains(
        told.sharers(number),
        told.routing(({ service }) => [service.host]),
      ),
    );
  }

  /** Once an egress entry for the port alone has something there, nothing else is added. */
  private sharers(number: number): readonly Target[] {
    const { registry } = this.context.indexes;
    const all = servicesWithPort(registry, number)
      .flatMap((services) => this.ofOneName(services, number, "listener"))
      .filter((target) => this.isShared(target))
      .sort((a, b) => this.told.compare(a.service, b.service));
    const own = all.filter(({ service }) => this.told.own(service, number) !== undefined);
    return own.length > 0 ? own : all;
  }

  private isShared(target: Target): boolean {
    const { service, port } = target;
    if (service.kind === "Service" && this.isHttp(target)) return true;
    if (this.told.own(service, port.number) === undefined)
      return service.kind === "ServiceEntry" && this.isAnywhere(service, port);
    return service.kind === "Service"
      ? isPassthrough(service, this.context.settle)
      : port.protocol === "HTTP" || !hasOwnAddress(service.object);
  }

  /** The port of an entry is on 0.0.0.0 unless it has endpoints that are the addresses: of any service of its host. */
  private isAnywhere(entry: ExternalService, port: RegisteredPort): boolean {
    if (!sharesListener(entry.object, port)) return false;
    if (port.protocol === "HTTP" || !mayListenPerEndpoint(entry.object)) return true;
    return instancesOf(this.context, port).length === 0;
  }

  /** There is a listener on 0.0.0.0 for it. An alias has none. */
  private isHttp({ service, port }: Target): boolean {
    return port.protocol === "HTTP" && externalNameOf(service, this.context.settle) === undefined;
  }
}
