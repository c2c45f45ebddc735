import type { Settle } from "../explore";
import { isUnknown } from "../known";
import { expandShortName } from "./hosts";
import {
  ordered,
  seenFor,
  targetsOf,
  type RouteQuery,
  type RouteTarget,
  type VirtualServiceIndex,
} from "./virtual-service";

/**
 * Hosts that no service has and a VirtualService names: requests to them are routed on port 80, and on the ports of services that the
 * same VirtualService names beside them.
 * Sources: `buildSidecarVirtualHostsForVirtualService` and `separateVSHostsAndServices` in pilot/pkg/networking/core/route/route.go.
 */

/** What the services are to which a host refers on the port; `undefined`: there is none. */
export type Registration = "requests" | "other" | undefined;

const HTTP_PORT = 80;

/** @param query about HTTP; `host` as the request names it */
export function bareRoutes(
  index: VirtualServiceIndex,
  query: RouteQuery,
  registration: (host: string) => Registration,
  settle: Settle,
): readonly RouteTarget[] | undefined {
  for (const { host, objects } of seenFor(index, query, settle)) {
    if (registration(host) !== undefined) continue;
    for (const object of ordered(objects, query, settle)) {
      const { hosts, ref } = object;
      const named = isUnknown(hosts)
        ? []
        : hosts.map((written) => expandShortName(written, ref.namespace, query.mesh.config.clusterDomain));
      const isRouted = query.port === HTTP_PORT || named.some((other) => registration(other) === "requests");
      const targets = isRouted ? targetsOf(object, query, settle) : undefined;
      if (targets !== undefined) return targets;
    }
  }
  return undefined;
}
