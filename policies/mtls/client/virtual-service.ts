import type { Settle } from "../explore";
import { isUnknown } from "../known";
import type { Mesh, VirtualService } from "../mesh";
import { byAge } from "./age";
import { coversHost, expandShortName, HostTable, isWildcard } from "./hosts";
import { meshConfigRef } from "./mesh-config";
import { ANYWHERE, fits, matches, nearest, subnetsIn, type Route } from "./route-match";
import { settleOpen } from "./selected";
import { imports, isExported, type Scope } from "./visibility";

/**
 * Where the VirtualServices that a proxy sees send the traffic for a service.
 * Sources: `SelectVirtualServices` in pilot/pkg/model/virtualservice.go; `initVirtualServices` in pilot/pkg/model/push_context.go;
 * `computeWildcardHostVirtualServiceIndex` in pilot/pkg/model/sidecar.go; `separateVSHostsAndServices`, `TranslateRoute` and `sourceMatchHTTP`
 * in pilot/pkg/networking/core/route/route.go; `matchTCP`, `getConfigsForHost` and `buildSidecarOutboundTCPFilterChainOpts` in
 * pilot/pkg/networking/core/tls.go.
 */

export interface VirtualServiceIndex {
  readonly byHost: HostTable<VirtualService>;
  /** Those whose hosts are not known: each may concern any host. */
  readonly uncertain: readonly VirtualService[];
  readonly isEmpty: boolean;
  /** Some route looks at the labels of the client. */
  readonly isSelective: boolean;
}

/** A cluster that a route names: host, subset and, if it says so, port. */
export interface RouteTarget {
  readonly host: string;
  readonly subset: string | undefined;
  readonly port: number | undefined;
  /** The VirtualService that names it; `undefined`: the question itself. */
  readonly from: VirtualService | undefined;
}

/** Built once per mesh; time linear in the hosts. Only what is bound to the mesh's proxies counts. */
export function indexVirtualServices(mesh: Mesh): VirtualServiceIndex {
  const byHost = new HostTable<VirtualService>();
  const uncertain: VirtualService[] = [];
  for (const object of [...mesh.virtualServices].sort(byAge)) {
    if (isUnknown(object.hosts) || isUnknown(object.gateways)) {
      uncertain.push(object);
      continue;
    }
    if (object.gateways.length > 0 && !object.gateways.includes("mesh")) continue;
    for (const host of new Set(object.hosts))
      byHost.add(expandShortName(host, object.ref.namespace, mesh.config.clusterDomain), object);
  }
  const isSelective = mesh.virtualServices.some(({ routes }) =>
    routes.some(({ match }) => match.some(({ sourceLabels }) => Object.keys(sourceLabels).length > 0)),
  );
  return { byHost, uncertain, isEmpty: mesh.virtualServices.length === 0, isSelective };
}

export interface RouteQuery {
  readonly mesh: Mesh;
  /** The service's host name. */
  readonly host: string;
  /** The port that the client dials. */
  readonly port: number;
  readonly isHttp: boolean;
  /** The address that the client connects to, where it is known. */
  readonly ip?: string | undefined;
  readonly scope: Scope;
  /** What the egress entry imports by which the proxy listens; `undefined` where all that is exported is. */
  readonly imported: readonly string[] | undefined;
}

const EXPORT_WAYS = [["*"], ["~"]] as const;

/** What the object says, else what MeshConfig says for those that say nothing. */
function exportToOf({ exportTo, ref }: VirtualService, mesh: Mesh, settle: Settle): readonly string[] {
  const own = settle<readonly string[]>(exportTo, EXPORT_WAYS, ref, "spec.exportTo");
  if (own.length > 0) return own;
  const { defaultVirtualServiceExportTo: usual } = mesh.config;
  return settle<readonly string[]>(usual, EXPORT_WAYS, meshConfigRef(mesh), "defaultVirtualServiceExportTo");
}

/** What is only for the client's own namespace comes first, then what names that namespace, then what is for all. */
function rank(object: VirtualService, { scope, mesh }: RouteQuery, settle: Settle): number {
  const exportTo = exportToOf(object, mesh, settle);
  if (exportTo.length === 0 || exportTo.includes("*")) return 2;
  return object.ref.namespace === scope.namespace ? 0 : 1;
}

/** Whether an object names a host itself, not by a wildcard. */
export const hasHost = ({ hosts, ref }: VirtualService, host: string, { config }: Mesh): boolean =>
  !isUnknown(hosts) && hosts.some((written) => expandShortName(written, ref.namespace, config.clusterDomain) === host);

/** One covers the other: a VirtualService for a wildcard comes along with any Service that it covers (`VSMatches` in sidecar.go). */
const overlaps = (pattern: string, host: string): boolean => coversHost(pattern, host) || coversHost(host, pattern);

/** Whether an egress list brings the object along, by any of its hosts; `undefined` imports all. */
export function isImportedBy(
  { hosts, ref }: VirtualService,
  imported: readonly string[] | undefined,
  scope: Scope,
  { config }: Mesh,
): boolean {
  if (imported === undefined || isUnknown(hosts)) return true;
  return hosts.some((written) => {
    const host = expandShortName(written, ref.namespace, config.clusterDomain);
    return imports(imported, host, ref.namespace, scope.namespace, overlaps);
  });
}

/**
 * The ports of a host that the destinations of an object name; `undefined`: one of them names none, so all count.
 * Source: `virtualServiceDestinationsFilteredBySourceNamespace` in pilot/pkg/model/sidecar.go.
 */
export function portsNamedBy(
  object: VirtualService,
  host: string,
  clientNamespace: string,
  mesh: Mesh,
): ReadonlySet<number> | undefined {
  const ports = object.routes
    .filter((route) => isForNamespace(route, clientNamespace))
    .flatMap((route) => route.destinations)
    .filter((to) => expandShortName(to.host, object.ref.namespace, mesh.config.clusterDomain) === host)
    .map(({ port }) => port);
  const named = ports.filter((port) => port !== undefined);
  return named.length < ports.length ? undefined : new Set(named);
}

/** An HTTP route of which some match is for other namespaces counts as theirs alone, whatever its other matches say. */
function isForNamespace({ type, match }: Route, clientNamespace: string): boolean {
  const named = match.flatMap(({ sourceNamespace }) => sourceNamespace || []);
  return type !== "http" || named.length === 0 || named.includes(clientNamespace);
}

function isSeen(object: VirtualService, host: string, query: RouteQuery, settle: Settle): boolean {
  if (!isExported(exportToOf(object, query.mesh, settle), object.ref.namespace, query.scope.namespace)) return false;
  const { imported, scope } = query;
  return imported === undefined || imports(imported, host, object.ref.namespace, scope.namespace, overlaps);
}

const targetsIn = (
  { destinations }: Route,
  object: VirtualService,
  { config: { clusterDomain } }: Mesh,
): readonly RouteTarget[] =>
  destinations
    .filter(({ weight }) => destinations.length === 1 || weight > 0)
    .map(({ host, subset, port }) => ({
      host: expandShortName(host, object.ref.namespace, clusterDomain),
      subset,
      port,
      from: object,
    }));

/** Every destination that the first matching routes of an object lead to; `undefined` when none matches. */
export function targetsOf(
  object: VirtualService,
  query: RouteQuery,
  settle: Settle,
): readonly RouteTarget[] | undefined {
  settleOpen(object, settle);
  if (!query.isHttp) {
    const found = nearest(object, query, settle);
    return found && targetsIn(found.route, object, query.mesh);
  }
  const targets: RouteTarget[] = [];
  let hasRoute = false;
  for (const route of object.routes) {
    if (route.type !== "http") continue;
    const match = matches(route, object, query, settle);
    if (match === "never") continue;
    hasRoute = true;
    targets.push(...targetsIn(route, object, query.mesh));
    if (match === "always") break;
  }
  return hasRoute ? targets : undefined;
}

/**
 * The clusters that traffic for a service and port may go to; `undefined` when no VirtualService concerns it. More than one where
 * the request or a weight decides.
 */
export function routesFor(
  index: VirtualServiceIndex,
  query: RouteQuery,
  settle: Settle,
): readonly RouteTarget[] | undefined {
  if (index.isEmpty) return undefined;
  for (const object of index.uncertain) {
    const hosts = settle<readonly string[]>(object.hosts, [[], [query.host]], object.ref, "spec.hosts");
    const gateways = settle<readonly string[]>(object.gateways, [[], ["-"]], object.ref, "spec.gateways");
    const isBound = gateways.length === 0 || gateways.includes("mesh");
    const host = hosts.find((written) => coversHost(written, query.host));
    if (!isBound || host === undefined || !isSeen(object, host, query, settle)) continue;
    const targets = targetsOf(object, query, settle);
    if (targets !== undefined) return targets;
  }
  for (const object of concerned(index, query, settle)) {
    const targets = targetsOf(object, query, settle);
    if (targets !== undefined) return targets;
  }
  return undefined;
}

/** Whether a `tcp` route for a subnet takes a connection: it comes before what the bytes are, so requests are led like all else. */
export function isLedBySubnet(index: VirtualServiceIndex, query: RouteQuery, settle: Settle): boolean {
  if (index.isEmpty) return false;
  for (const object of concerned(index, query, settle)) {
    const found = nearest(object, query, settle);
    if (found !== undefined) return found.size > ANYWHERE;
  }
  return false;
}

/** The subnets for which a listener has chains of their own, as `tcp` routes name them. */
export function subnetsFor(index: VirtualServiceIndex, query: RouteQuery, settle: Settle): readonly string[] {
  if (index.isEmpty) return [];
  const found: string[] = [];
  for (const object of concerned(index, query, settle)) {
    const { subnets, isLast } = subnetsIn(object, query, settle);
    found.push(...subnets);
    if (isLast) break;
  }
  return found;
}

/** In istiod's order. */
export const ordered = (
  objects: readonly VirtualService[],
  query: RouteQuery,
  settle: Settle,
): readonly VirtualService[] =>
  [...new Set(objects)].sort((a, b) => rank(a, query, settle) - rank(b, query, settle) || byAge(a, b));

/** Those that the proxy sees, by each host that covers the one asked for, the most specific first. */
export const seenFor = (
  index: VirtualServiceIndex,
  query: RouteQuery,
  settle: Settle,
): readonly { readonly host: string; readonly objects: readonly VirtualService[] }[] =>
  index.byHost.covering(query.host).flatMap(({ host, values }) => {
    const objects = values.filter((object) => isSeen(object, host, query, settle));
    return objects.length > 0 ? [{ host, objects }] : [];
  });

/**
 * The VirtualServices whose routes are tried. HTTP routes are those of the most specific host, and of several for a wildcard only the
 * first; TCP routes are those of any host that covers the service.
 */
function concerned(index: VirtualServiceIndex, query: RouteQuery, settle: Settle): readonly VirtualService[] {
  const seen = seenFor(index, query, settle);
  if (!query.isHttp)
    return ordered(
      seen.flatMap(({ objects }) => objects),
      query,
      settle,
    );
  const [nearest] = seen;
  if (nearest === undefined) return [];
  const objects = ordered(nearest.objects, query, settle);
  return isWildcard(nearest.host) ? objects.slice(0, 1) : objects;
}

/** Where connections with a name in their TLS handshake go, by the `tls` routes that concern a service and port. */
export function namesFor(
  index: VirtualServiceIndex,
  query: RouteQuery,
  settle: Settle,
): readonly { readonly names: readonly string[]; readonly to: readonly RouteTarget[] }[] {
  if (index.isEmpty) return [];
  return concerned(index, query, settle).flatMap((object) => {
    settleOpen(object, settle);
    return object.routes
      .filter(({ type, destinations }) => type === "tls" && destinations.length > 0)
      .flatMap((route) =>
        route.match
          .filter((match) => fits(match, route, object, query, settle))
          .map(({ sniHosts }) => ({ names: sniHosts, to: targetsIn(route, object, query.mesh) })),
      );
  });
}
