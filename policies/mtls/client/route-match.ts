import { contains } from "../cidr";
import type { Settle } from "../explore";
import type { VirtualService } from "../mesh";
import { isSelected } from "./selected";
import type { RouteQuery } from "./virtual-service";

/**
 * Which routes of a VirtualService are for a client and a connection.
 * Sources: `sourceMatchHTTP` in pilot/pkg/networking/core/route/route.go; `matchTCP`, `matchTLS` and `buildSidecarOutboundTCPFilterChainOpts` in
 * pilot/pkg/networking/core/tls.go.
 */

export type Route = VirtualService["routes"][number];

/** Whether the client and the port are those of a match. */
export function fits(
  { port, gateways, sourceNamespace, sourceLabels }: Route["match"][number],
  { type }: Route,
  { ref }: VirtualService,
  query: RouteQuery,
  settle: Settle,
): boolean {
  if (port !== undefined && port !== query.port) return false;
  const isBound = gateways.includes("mesh");
  if (gateways.length > 0 && !isBound) return false;
  // Of an HTTP match that names the mesh's proxies nothing else about the client is looked at.
  if (type === "http" && isBound) return true;
  return (
    (sourceNamespace === undefined || sourceNamespace === query.scope.namespace) &&
    isSelected(sourceLabels, { ref, path: `spec.${type}.match` }, query.scope.labels(), query.scope.labelsAt(), settle)
  );
}

/** `always`, `maybe` when the match depends on the request, `never`. */
export function matches(
  route: Route,
  object: VirtualService,
  query: RouteQuery,
  settle: Settle,
): "always" | "maybe" | "never" {
  if (route.match.length === 0) return "always";
  const fitting = route.match.filter((match) => fits(match, route, object, query, settle));
  if (fitting.length === 0) return "never";
  return fitting.some(({ conditional }) => !conditional) ? "always" : "maybe";
}

/** A `tcp` route with the subnets that it is for; none: it is for every address. */
interface Near {
  readonly route: Route;
  readonly subnets: readonly string[];
}

/** The `tcp` routes for a client and a port. After one for every address istiod reads no further. */
function tcpRoutes(object: VirtualService, query: RouteQuery, settle: Settle): readonly Near[] {
  const found: Near[] = [];
  for (const route of object.routes) {
    if (route.type !== "tcp" || route.destinations.length === 0) continue;
    const fitting = route.match.filter((match) => fits(match, route, object, query, settle));
    const isLast = route.match.length === 0 || fitting.some(({ subnets }) => subnets.length === 0);
    const subnets = isLast ? [] : fitting.flatMap((match) => match.subnets);
    if (isLast || subnets.length > 0) found.push({ route, subnets });
    if (isLast) break;
  }
  return found;
}

const lengthOf = (subnet: string): number => Number(subnet.split("/")[1] ?? 128);

interface Nearest {
  readonly route: Route;
  /** Of the subnet that holds the address, in bits; `ANYWHERE` where the route names none. */
  readonly size: number;
}

export const ANYWHERE = -1;

/** The `tcp` route for the address that the client connects to: Envoy takes the one of the smallest subnet, else the one for every address. */
export function nearest(object: VirtualService, query: RouteQuery, settle: Settle): Nearest | undefined {
  const { ip } = query;
  let found: Nearest | undefined;
  for (const { route, subnets } of tcpRoutes(object, query, settle)) {
    if (subnets.length === 0) return found ?? { route, size: ANYWHERE };
    const holding = subnets.filter((subnet) => ip !== undefined && contains(subnet, ip));
    const size = Math.max(ANYWHERE, ...holding.map(lengthOf));
    if (size > (found?.size ?? ANYWHERE)) found = { route, size };
  }
  return found;
}

/** The subnets that `tcp` routes are for, as far as istiod reads them. */
export function subnetsIn(
  object: VirtualService,
  query: RouteQuery,
  settle: Settle,
): { readonly subnets: readonly string[]; readonly isLast: boolean } {
  const routes = tcpRoutes(object, query, settle);
  return { subnets: routes.flatMap(({ subnets }) => subnets), isLast: routes.at(-1)?.subnets.length === 0 };
}
