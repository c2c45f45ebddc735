import type { Settle } from "../explore";
import type { Routing, Target } from "./shared-listener";
import { namesFor, subnetsFor, type RouteQuery, type VirtualServiceIndex } from "./virtual-service";

/**
 * How VirtualServices divide the connections to a port among the chains of a listener.
 * Source: `buildSidecarOutboundTLSFilterChainOpts` and `buildSidecarOutboundTCPFilterChainOpts` in pilot/pkg/networking/core/tls.go.
 * @param own the names in the handshake that a TLS port without routes is for
 */
export const routingBy = (
  index: VirtualServiceIndex,
  queryOf: (target: Target) => RouteQuery,
  own: (target: Target) => readonly string[],
  settle: Settle,
): Routing => ({
  names(target) {
    const routes = namesFor(index, queryOf(target), settle);
    return routes.length > 0 ? routes : [{ names: own(target), to: undefined }];
  },
  subnets: (target) => subnetsFor(index, queryOf(target), settle),
});
