import { remember } from "../explore";
import type { Sidecar, Workload } from "../mesh";
import { byCreation, compare } from "./age";
import type { Context } from "./context";
import { instancesOf } from "./endpoints";
import {
  externalNameOf,
  hasOwnAddress,
  isPassthrough,
  portOf,
  registered,
  servicesWithPort,
  sharesListener,
  type Registered,
  type RegisteredPort,
} from "./registry";
import { sharedChains, type Chain, type NamedRoute, type Target } from "./shared-listener";
import { namesFor, type RouteQuery } from "./virtual-service";
import {
  importedByRest,
  importsAs,
  isPublic,
  isVisible,
  listenerOf,
  ownListener,
  protocolUnder,
  sidecarFor,
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

  constructor(
    private readonly context: Context,
    private readonly bytes: Bytes,
  ) {
    const { indexes, mesh, client, settle } = context;
    this.sidecar = sidecarFor(indexes.sidecars, mesh, client.scope, settle);
  }

  /** Whether the proxy is told of the service, on that port. */
  sees(service: Registered, number: number): boolean {
    return this.isImported(service, number, this.sidecar);
  }

  /** Whether a Sidecar imports it; without one whatever is exported to the client is. */
  isImported(service: Registered, number: number, sidecar: Sidecar | undefined, isOwnAddress = false): boolean {
    const { client, indexes, mesh, settle } = this.context;
    const protocol = () => portOf(indexes.registry, service, number, settle)?.protocol;
    return isVisible(service, { number, isOwnAddress, protocol }, client.scope, sidecar, mesh, settle);
  }

  /** The egress entry for the port alone that imports it. */
  private own(service: Registered, number: number) {
    return ownListener(this.sidecar, number, service, this.context.client.scope.namespace);
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
   * The listener at a pod's own address: of the visible headless services whose port is not HTTP and on which the pod answers. What is
   * sent to that address is their traffic, whatever name was dialled.
   */
  atPod(workload: Workload, number: number): readonly Chain[] {
    const { index, indexes, settle } = this.context;
    const services = [...index.servicesSelecting(workload), ...index.slicesListing(workload)];
    const owners = services.flatMap(({ service: object }) => {
      const service = registered(indexes.registry, object);
      if (service === undefined || !isPassthrough(service, settle)) return [];
      if (!this.isImported(service, number, this.sidecar, true)) return [];
      const port = portOf(indexes.registry, service, number, settle);
      if (port === undefined || port.protocol === "HTTP") return [];
      const answers = instancesOf(this.context, port).some((endpoint) => endpoint.workload === workload);
      return answers ? [{ service, port, isAtPod: true }] : [];
    });
    owners.sort((a, b) => this.compareServices(a.service, b.service));
    return this.alone(...owners);
  }

  /** A listener at an address that only these have; what is named in a handshake matters only to routes then. */
  alone(...owners: readonly Target[]): readonly Chain[] {
    return sharedChains(owners, (target) => this.names(target, [])) ?? NO_CHAINS;
  }

  /** What decides which VirtualServices concern a service: those of the egress entry by which the proxy listens. */
  queryOf({ service, port: { number }, isAtPod }: Target, isHttp: boolean): RouteQuery {
    const { mesh, client } = this.context;
    const own = isHttp ? listenerOf(this.sidecar, number) : isAtPod === true ? undefined : this.own(service, number);
    const imported = own === undefined ? importedByRest(this.sidecar) : own.hosts;
    return { mesh, host: service.host, port: number, isHttp, scope: client.scope, imported };
  }

  /** Names in the handshake that a TLS port is for, and where they lead; without routes its own, if nothing else tells it apart. */
  private names(target: Target, own: readonly string[]): readonly NamedRoute[] {
    const { indexes, settle } = this.context;
    const routes = namesFor(indexes.virtualServices, this.queryOf(target, false), settle);
    return routes.length > 0 ? routes : [{ names: own, to: undefined }];
  }

  /** A service that is named in a request: the most specific that has the port; of one name the client's own namespace first. */
  requested(host: string | undefined, number: number, isSniffed: boolean): Target | undefined {
    const { registry } = this.context.indexes;
    if (host === undefined) return undefined;
    const found =
      this.readable(registry.byHost.get(host) ?? [], number) ??
      firstOf(registry.wildcards.covering(host), ({ values }) => this.readable(values, number));
    return found?.port.protocol !== "AUTO" || isSniffed || this.readsHttp(number) ? found : undefined;
  }

  /** Whether requests that name a service by an alias of it are routed to it: an egress list may leave the alias out. */
  knowsAs(alias: Registered, { service, port }: Target): boolean {
    const imported = this.queryOf({ service, port }, true).imported;
    return imported === undefined || importsAs(imported, alias.host, service, this.context.client.scope.namespace);
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
  readsHttp(number: number): boolean {
    const { registry, httpListeners } = this.context.indexes;
    return this.ofListener(httpListeners, number, (told) =>
      servicesWithPort(registry, number).some((services) =>
        told.ofOneName(services, number).some((target) => told.isHttp(target)),
      ),
    );
  }

  /** What a listener on 0.0.0.0 is made of; worked out once for all clients that are told the same. */
  private ofListener<T>(memory: Map<string, T>, number: number, workOut: (told: Listeners) => T): T {
    const { client, settle } = this.context;
    const { ref, scope, isLikeOthers } = client;
    const key = `${scope.namespace}|${isLikeOthers ? "" : `${ref.kind}/${ref.name}`}|${number}`;
    return remember(memory, key, settle, (asked) =>
      workOut(new Listeners({ ...this.context, settle: asked }, this.bytes)),
    );
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

  /** Who shares the listener on 0.0.0.0 with HTTP, oldest first, what is not exported to everybody before the rest; `undefined`: Envoy refuses it. */
  sharing(number: number): readonly Chain[] | undefined {
    const { registry, sharedListeners } = this.context.indexes;
    if (!registry.sharedPorts.has(number) && listenerOf(this.sidecar, number) === undefined) return NO_CHAINS;
    return this.ofListener(sharedListeners, number, (told) =>
      sharedChains(told.sharers(number), (target) => told.names(target, [target.service.host])),
    );
  }

  /** Once an egress entry for the port alone has something there, nothing else is added. */
  private sharers(number: number): readonly Target[] {
    const { registry } = this.context.indexes;
    const all = servicesWithPort(registry, number)
      .flatMap((services) => this.ofOneName(services, number))
      .filter((target) => this.isShared(target))
      .sort((a, b) => this.compareServices(a.service, b.service));
    const own = all.filter(({ service }) => this.own(service, number) !== undefined);
    return own.length > 0 ? own : all;
  }

  private isShared(target: Target): boolean {
    const { service, port } = target;
    if (service.kind === "Service" && this.isHttp(target)) return true;
    if (this.own(service, port.number) === undefined)
      return service.kind === "ServiceEntry" && sharesListener(service.object, port);
    return service.kind === "Service"
      ? isPassthrough(service, this.context.settle)
      : port.protocol === "HTTP" || !hasOwnAddress(service.object);
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
