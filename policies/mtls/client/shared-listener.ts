import { contains } from "../cidr";
import { coversHost } from "./hosts";
import { rangeOf } from "./entry-address";
import type { Registered } from "./registry";
import type { RegisteredPort } from "./service-ports";
import type { RouteTarget } from "./virtual-service";

/**
 * The listener of a client's proxy on 0.0.0.0 for a port. HTTP of every service shares it, told apart by host name; so does what has no
 * address of its own: ServiceEntries without addresses, or with ranges.
 * Sources: `buildSidecarOutboundListener` and `mergeTCPFilterChains` in pilot/pkg/networking/core/listener.go,
 * `buildSidecarOutboundTLSFilterChainOpts` in pilot/pkg/networking/core/tls.go; which chain takes a connection: Envoy,
 * `FilterChainMatch` in config/listener/v3/listener_components.proto.
 */

/** A service and its port, as a listener or route names them. */
export interface Target {
  readonly service: Registered;
  readonly port: RegisteredPort;
  /** Where it answers itself, at the address of a pod. */
  readonly isAtPod?: boolean;
}

/** Where a connection with one of these names in its TLS handshake goes. */
export interface NamedRoute {
  readonly names: readonly string[];
  /** Of a VirtualService; `undefined`: the service's own cluster. */
  readonly to: readonly RouteTarget[] | undefined;
}

/** What a listener does with the connections that fit. */
export interface Chain {
  readonly range: string | undefined;
  readonly names: readonly string[];
  readonly isHttp: boolean;
  readonly target: Target;
  readonly to: readonly RouteTarget[] | undefined;
}

/** A connection as a listener sees it. */
export interface Connection {
  readonly ip: string | undefined;
  /** The host that the application means: `Host` of HTTP, server name of TLS. */
  readonly host: string | undefined;
  readonly isHttp: boolean;
  readonly isTls: boolean;
}

/** Chains that are the same to istiod: it leaves out the later one (`conflictsWith` in listener.go). */
const sameness = ({ isHttp, range = "", names }: Chain): string =>
  `${isHttp}|${range}|${[...new Set(names)].sort().join()}`;

/** `*` restricts nothing. */
const restricting = (names: readonly string[]): readonly string[] => (names.includes("*") ? [] : names);

/** What VirtualServices say of the connections to a port. */
export interface Routing {
  /** Where the names of a TLS port lead. */
  names(target: Target): readonly NamedRoute[];
  /** For which connections are told apart by the address that the client connects to. */
  subnets(target: Target): readonly string[];
}

function ofTarget(target: Target, routing: Routing): readonly Chain[] {
  const { service, port } = target;
  const range = service.kind === "ServiceEntry" ? rangeOf(service.object) : undefined;
  const plain: Chain = { range, names: [], isHttp: false, target, to: undefined };
  const http: Chain = { ...plain, range: undefined, isHttp: true };
  const near = (): readonly Chain[] => routing.subnets(target).map((subnet) => ({ ...plain, range: subnet }));
  switch (port.protocol) {
    case "HTTP":
      return [http];
    case "AUTO":
      return [...near(), plain, http];
    case "TLS": {
      // Routes for names that are written the same: the first counts.
      const routed = new Map([...routing.names(target)].reverse().map((route) => [route.names.join(), route]));
      return [...routed.values()].reverse().map(({ names, to }) => ({ ...plain, names: restricting(names), to }));
    }
    case "TCP":
      return [...near(), plain];
  }
}

/**
 * Two chains ask for the same name, so Envoy refuses the listener as a whole: `FilterChainManagerImpl::addFilterChains` in its
 * source/common/listener_manager/filter_chain_manager_impl.cc.
 */
function isRefused(chains: readonly Chain[]): boolean {
  const taken = chains.flatMap(({ range = "", names }) => names.map((name) => `${range}|${name}`));
  return new Set(taken).size < taken.length;
}

/**
 * The chains of the listener, of the services that share it in istiod's order; `undefined` when Envoy does not take it. What would be
 * the same chain as one of an earlier service is left out, a port without a protocol adds nothing once the listener detects protocols
 * anyway, and where a server may speak first nothing else shares the listener.
 */
export function sharedChains(targets: readonly Target[], routing: Routing): readonly Chain[] | undefined {
  const chains: Chain[] = [];
  const known = new Set<string>();
  const [oldest] = targets;
  let detects = false;
  for (const target of targets) {
    const { protocol, serverFirst } = target.port;
    if (detects && protocol === "AUTO") continue;
    if (serverFirst !== oldest?.port.serverFirst) continue;
    for (const chain of ofTarget(target, routing)) {
      if (target !== oldest && known.has(sameness(chain))) continue;
      known.add(sameness(chain));
      chains.push(chain);
    }
    detects ||= protocol === "HTTP" || protocol === "AUTO";
  }
  return isRefused(chains) ? undefined : chains;
}

/** Those that fit best, else those that ask for nothing of the kind; `rank` is 0 where a chain does not fit. */
function best(
  chains: readonly Chain[],
  asks: (chain: Chain) => boolean,
  rank: (chain: Chain) => number,
): readonly Chain[] {
  const highest = Math.max(0, ...chains.map((chain) => (asks(chain) ? rank(chain) : 0)));
  return highest > 0 ? chains.filter((chain) => rank(chain) === highest) : chains.filter((chain) => !asks(chain));
}

const rankOfRange = (ip: string | undefined, { range = "" }: Chain): number =>
  ip !== undefined && contains(range, ip) ? Number(range.split("/")[1] ?? 128) : 0;

const rankOfNames = (host: string, { names }: Chain): number =>
  Math.max(0, ...names.map((name) => (name === host ? Infinity : coversHost(name, host) ? name.length : 0)));

/** A name in a handshake beats none, the longer the better; ranges of addresses come before names. */
export const chainsNamed = (chains: readonly Chain[], { host, isTls }: Connection): readonly Chain[] =>
  best(
    chains,
    ({ names }) => names.length > 0,
    (chain) => (isTls && host !== undefined ? rankOfNames(host, chain) : 0),
  );

/** The chain that takes a connection; `undefined` leaves it to the traffic policy. */
export function chainFor(chains: readonly Chain[], connection: Connection): Chain | undefined {
  if (chains.length === 0) return undefined;
  const isRest = (chain: Chain): boolean => chain.range === undefined && chain.names.length === 0 && !chain.isHttp;
  const restricted = chains.filter((chain) => !isRest(chain));
  const near = best(
    restricted,
    ({ range }) => range !== undefined,
    (chain) => rankOfRange(connection.ip, chain),
  );
  const named = chainsNamed(near, connection);
  const isRequest = connection.isHttp && !connection.isTls;
  // Plaintext that is no HTTP fits no chain once one of them reads HTTP.
  const fitting = named.some(({ isHttp }) => isHttp) && !isRequest ? [] : named;
  return fitting[0] ?? chains.findLast(isRest);
}
