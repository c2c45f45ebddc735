import type { Endpoint, MeshIndex } from "../mesh-index";
import type { ServiceEntry } from "../mesh";
import { isIpAddress } from "./hosts";
import type { ExternalService } from "./registry";

/**
 * Who answers on a port of a ServiceEntry: istiod keeps the endpoints of all entries of a namespace that declare a host together.
 * Sources: `mergeServicesInstancesByNamespaceHost` and `convertServiceEntryToInstances` in
 * pilot/pkg/serviceregistry/serviceentry/conversion.go; `BuildClusterLoadAssignment` and `FromServiceEndpoints` in
 * pilot/pkg/xds/endpoints/endpoint_builder.go; `CopyEndpoints` in pilot/pkg/model/endpointshards.go.
 */

type EntryPort = ServiceEntry["ports"][number];

/**
 * Whose endpoints: those of ports of the same name, which istiod tells proxies; those of ports of the same number, by which it decides
 * for the service as a whole, and which it tells where proxies look names up; or those that the network has.
 */
export type EndpointsBy = "name" | "number" | "network";

/** Proxies look its endpoints up by DNS. */
export const isLookedUp = ({ resolution }: ServiceEntry): boolean =>
  resolution === "DNS" || resolution === "DNS_ROUND_ROBIN";

/** Without endpoints of its own it is its host that answers. */
function endpointsIn(index: MeshIndex, { object, host }: ExternalService, port: EntryPort): readonly Endpoint[] {
  const isHost = isLookedUp(object) && object.endpoints.length === 0 && object.workloadSelector === undefined;
  if (!isHost) return index.entryEndpoints(object, port);
  const common = { workload: null, labels: {}, ready: true, tlsModeLabel: undefined, certain: true, undecided: [] };
  return [{ ...common, ip: host, targetPort: port.targetPort ?? port.number }];
}

/** @param entries all of one namespace that declare the host, oldest first */
export function endpointsOfHost(
  index: MeshIndex,
  entries: readonly ExternalService[],
  port: { readonly name: string | undefined; readonly number: number },
  by: EndpointsBy,
): readonly Endpoint[] {
  const found: Endpoint[] = [];
  for (const entry of entries)
    for (const candidate of entry.object.ports) {
      if (by === "number" ? candidate.number !== port.number : candidate.name !== (port.name ?? "")) continue;
      const isSingle = entry.object.resolution === "DNS_ROUND_ROBIN";
      if (isSingle && found.length > 0) continue;
      found.push(...endpointsIn(index, entry, candidate).slice(0, isSingle ? 1 : undefined));
    }
  // Only addresses are told.
  return by === "number" ? found : found.filter(({ ip, workload }) => workload !== null || isIpAddress(ip ?? ""));
}
