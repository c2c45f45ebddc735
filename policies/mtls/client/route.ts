import type { VirtualService } from "../mesh";
import { byAge } from "./age";
import { ipOf, isSelf, type Address, type EndpointAddress } from "./address";
import { clusterFor, type Cluster } from "./cluster";
import type { Context } from "./context";
import type { Dialled } from "./dialled";
import { hasOwnAddress } from "./entry-address";
import { isIpAddress } from "./hosts";
import { Listeners, type Bytes } from "./listeners";
import { meantBy, type Meant } from "./meant";
import type { Merged } from "./same-host";
import { externalNameOf, type ExternalService, type Registered } from "./registry";
import { forwardedPortOf, portOf, type RegisteredPort } from "./service-ports";
import { chainFor, type Chain, type Target } from "./shared-listener";
import { hasHost, isLedBySubnet, routesFor, type RouteTarget } from "./virtual-service";
import { outboundPolicy } from "./visibility";

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
  "not-visible" | "no-such-port" | "udp-port" | "no-service" | "app-tls" | "not-http" | "not-tls" | "refused-listener";

/** Where one question leads. */
class Routes {
  private readonly listeners: Listeners;

  constructor(
    private readonly context: Context,
    private readonly bytes: Bytes,
  ) {
    this.listeners = new Listeners(context, bytes);
  }

  /** What the proxy does with what is meant for no service that it knows. */
  private passthrough(to: Address, why: PassthroughReason, service?: Registered): readonly Hop[] {
    const policy = outboundPolicy(this.listeners.sidecar, this.context.mesh, this.context.settle);
    return policy === "REGISTRY_ONLY" ? [{ via: "black-hole" }] : [{ via: "passthrough", to, why, service }];
  }

  private isRequest({ protocol }: RegisteredPort): boolean {
    return this.bytes.isHttp && !this.bytes.isTls && (protocol === "HTTP" || protocol === "AUTO");
  }

  /** The clusters that the routes of a service lead to. */
  private routed(target: Target, to: Address, looksHttp = this.isRequest(target.port)): readonly Hop[] {
    const { service, port } = target;
    const { indexes, client, settle } = this.context;
    const ip = ipOf(to);
    const asTcp = { ...this.listeners.queryOf(target, false), ip };
    const isHttp = looksHttp && !(port.protocol === "AUTO" && isLedBySubnet(indexes.virtualServices, asTcp, settle));
    if (isHttp && port.protocol === "AUTO" && !client.scope.isGateway && !this.listeners.routes(target))
      return [
        {
          via: "missing-cluster",
          target: { host: service.host, subset: undefined, port: port.number, from: undefined },
        },
      ];
    const isRouted = !client.scope.isGateway && port.protocol !== "TLS";
    const targets = isRouted
      ? routesFor(indexes.virtualServices, { ...this.listeners.queryOf(target, isHttp), ip }, settle)
      : undefined;
    return this.led(target, targets, isHttp, to);
  }

  /** Where a listener or its route leads; `undefined`: to the service's own cluster. */
  private led(
    target: Target,
    targets: readonly RouteTarget[] | undefined,
    isHttp: boolean,
    to: Address,
  ): readonly Hop[] {
    const { service, port } = target;
    if (targets !== undefined) return targets.map((each) => this.routeTo(each, port.number, isHttp, to));
    const owner = this.listeners.told.clusterOf(target);
    const cluster = owner === undefined ? null : clusterFor(this.context, owner.service, owner.port, undefined);
    const own = { host: service.host, subset: undefined, port: port.number, from: undefined };
    return [
      cluster === null ? { via: "missing-cluster", target: own } : { via: "cluster", cluster, to, by: undefined },
    ];
  }

  private aliased({ service }: Merged): string | undefined {
    return externalNameOf(service, this.context.settle);
  }

  /** Whether a route knows what an alias stands for: an HTTP route knows only the services of the port that is dialled. */
  private resolves({ service, ports }: Merged, dialled: number, isHttp: boolean): boolean {
    return !isHttp || (ports.some(({ number }) => number === dialled) && this.listeners.told.sees(service, dialled));
  }

  /** A TCP route that names no port leads to the only port of the service; an HTTP route stays on the one dialled. */
  private routeTo(target: RouteTarget, dialled: number, isHttp: boolean, to: Address): Hop {
    const named = this.listeners.told.routedTo(target);
    const number = target.port ?? (named?.ports.length === 1 && !isHttp ? named.ports[0]?.number : dialled);
    const alias = named === undefined || !this.resolves(named, dialled, isHttp) ? undefined : this.aliased(named);
    const meant = alias === undefined ? named : this.listeners.told.routedTo({ ...target, host: alias });
    const port = meant?.ports.find((each) => each.number === number && !each.isUdp);
    if (meant === undefined || port === undefined || this.aliased(meant) !== undefined)
      return { via: "missing-cluster", target };
    const cluster = clusterFor(this.context, meant.service, port, target.subset);
    return cluster === null ? { via: "missing-cluster", target } : { via: "cluster", cluster, to, by: target.from };
  }

  /**
   * What is sent to an address at which the proxy has no listener of its own: the listener on 0.0.0.0 of that port takes it, by the name
   * of the host where it can be read.
   */
  private anywhere(
    to: Address,
    number: number,
    why: PassthroughReason,
    { host, written, service, isPodName, alias }: Meant,
  ): readonly Hop[] {
    const chains = this.listeners.sharing(number);
    if (chains === undefined) return this.passthrough(to, why, service);
    const chain = chainFor(chains, { ...this.bytes, ip: ipOf(to), host });
    if (chain !== undefined && !chain.isHttp) return this.through(chain, to);
    const isRead = chains.length === 0 || chain?.isHttp === true;
    const isRequest = this.bytes.isHttp && !this.bytes.isTls && isRead;
    const target = isRequest ? this.listeners.requested(host, number, chain !== undefined) : undefined;
    const isListenedFor = isRequest && (chain !== undefined || this.listeners.readsHttp(number));
    const byAlias = isListenedFor ? this.routedAs(alias, number, target, to) : undefined;
    if (byAlias !== undefined) return byAlias;
    const claimed =
      target === undefined && isRequest
        ? this.listeners.requested(alias?.host, number, chain !== undefined)
        : undefined;
    if (claimed?.service.kind === "ServiceEntry") return this.routed(claimed, to);
    // Names of pods are routed to Kubernetes Services only (`generateVirtualHostDomains` in httproute.go).
    const isNamed = isPodName !== true || target?.service.kind === "Service";
    // What is detected at the service's own address is no host of the routes here.
    const isHost = target !== undefined && (target.port.protocol === "HTTP" || this.listeners.routes(target));
    if (isHost && isNamed && this.listeners.knowsAs(written, alias, target)) return this.routed(target, to);
    const bare = isListenedFor && written !== undefined ? this.listeners.bare(written, number) : undefined;
    return bare?.map((each) => this.routeTo(each, number, true, to)) ?? this.passthrough(to, why, service);
  }

  /** Routes for the alias by which a request names a service count before the service's own where they name it, and are older. */
  private routedAs(
    alias: Registered | undefined,
    number: number,
    own: Target | undefined,
    to: Address,
  ): readonly Hop[] | undefined {
    const { indexes, mesh, settle } = this.context;
    if (alias === undefined || !this.listeners.told.sees(alias, number)) return undefined;
    const port = portOf(indexes.registry, alias, number, settle);
    if (port === undefined || (port.protocol !== "HTTP" && port.protocol !== "AUTO")) return undefined;
    const [targets, others] = [{ service: alias, port }, own].map((each) =>
      each === undefined ? undefined : routesFor(indexes.virtualServices, this.listeners.queryOf(each, true), settle),
    );
    const [by, other] = [targets?.[0]?.from, others?.[0]?.from];
    if (own !== undefined && by !== undefined && other !== undefined) {
      const isNamed = hasHost(by, alias.host, mesh);
      if (isNamed === hasHost(other, own.service.host, mesh) ? byAge(other, by) < 0 : !isNamed) return undefined;
    }
    if (targets === undefined) return undefined;
    return this.led({ service: alias, port }, targets, true, to);
  }

  /** At an address that services have for themselves. */
  private atListener(chains: readonly Chain[], to: Address, meant: Meant): readonly Hop[] {
    const chain = chainFor(chains, { ...this.bytes, ip: ipOf(to), host: meant.host });
    if (chain === undefined) return this.passthrough(to, "not-tls", chains[0]?.target.service);
    return this.through(chain, to);
  }

  /** The names of a handshake have chosen a route along with the chain; else the routes of the service choose. */
  private through({ target, to: led, isHttp }: Chain, to: Address): readonly Hop[] {
    return target.port.protocol === "TLS" ? this.led(target, led, false, to) : this.routed(target, to, isHttp);
  }

  /** At the address of a service itself. */
  private atService(target: Target, to: Address, meant: Meant): readonly Hop[] {
    if (target.port.protocol !== "TLS") return this.routed(target, to);
    const chains = this.listeners.alone(target);
    if (chains.length > 0) return this.atListener(chains, to, meant);
    return this.anywhere(to, target.port.number, "refused-listener", meant);
  }

  /** At an address that services without one may have an endpoint at. */
  private toEndpoint(meant: Meant, to: EndpointAddress, number: number): readonly Hop[] {
    const isNode = to.kind === "pod" && to.node !== undefined;
    const chains = isNode ? [] : this.listeners.atEndpoint(to, number);
    if (chains.length > 0) return this.atListener(chains, to, meant);
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
    if (!this.listeners.told.sees(service, number)) return this.anywhere(to, number, "not-visible", meant);
    const port = this.listeners.portOf(service, number);
    if (port === undefined) return this.anywhere(to, number, this.missing(service, number), meant);
    const own = isElsewhere ? undefined : this.listeners.atAddress(service, number);
    if (own !== undefined) return this.atService({ service, port: own }, to, meant);
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
    if (service?.kind === "ServiceEntry") return this.toEntry(service, number, to, meant);
    if (to.kind === "pod" || (to.kind === "outside" && isIpAddress(to.host))) return this.toEndpoint(meant, to, number);
    if (to.kind === "cluster-ip" && service !== undefined) return this.toService(to.service, number, to, meant);
    if (to.kind === "outside" && service !== undefined)
      return this.toService(service, number, to, meant, to.isNowhere === true);
    return this.anywhere(to, number, "no-service", meant);
  }

  private toEntry(service: ExternalService, number: number, to: Address, meant: Meant): readonly Hop[] {
    const claimants = this.listeners.claimants(ipOf(to) ?? "", number);
    if (claimants === undefined) return this.toService(service, number, to, meant, !hasOwnAddress(service.object));
    const chains = this.listeners.atShared(claimants, number);
    if (chains.length > 0) return this.atListener(chains, to, meant);
    // A request to the address itself is taken for one to the first of the hosts that have it.
    const isByAddress = meant.written !== undefined && isIpAddress(meant.written);
    const [first = service] = isByAddress ? claimants : [];
    const host = isByAddress && meant.host !== undefined ? first.host : meant.host;
    return this.toService(first, number, to, { ...meant, host, service: first }, true);
  }

  /** A gateway has no outbound listeners: its routes name clusters. */
  private fromGateway(service: Registered, number: number, to: Address): readonly Hop[] {
    const port = portOf(this.context.indexes.registry, service, number, this.context.settle);
    if (port !== undefined && this.listeners.told.sees(service, number)) return this.routed({ service, port }, to);
    const target = { host: service.host, subset: undefined, port: number, from: undefined };
    return [{ via: "missing-cluster", target }];
  }
}

/** Every way that the proxy of the client may send what its application sends to an address. */
export const hopsFor = (context: Context, bytes: Bytes, dialled: Dialled, to: Address, port: number): readonly Hop[] =>
  new Routes(context, bytes).hops(dialled, to, port);
