import { isUnknown } from "../known";
import type { Mesh } from "../mesh";
import { mayListenPerEndpoint } from "./entry-address";
import { serviceHost } from "./registry";

/**
 * The hosts of services without an address of their own that list an address as an endpoint's, in whatever namespace: clients' proxies
 * listen there for what is not HTTP (`buildSidecarOutboundListeners` in pilot/pkg/networking/core/listener.go).
 */
export type ListedAddresses = ReadonlyMap<string, readonly string[]>;

/** Built once per mesh; time linear in what is listed. */
export function indexListed({ services, endpoints, serviceEntries, config }: Mesh): ListedAddresses {
  const listed = new Map<string, Set<string>>();
  const list = (ip: string, host: string): void => {
    listed.set(ip, (listed.get(ip) ?? new Set()).add(host));
  };
  const written = new Map(
    services
      .filter(({ selector, headless }) => selector === undefined && headless !== false)
      .map((service) => [`${service.ref.namespace}/${service.ref.name}`, serviceHost(service, config.clusterDomain)]),
  );
  for (const { ref, service, addresses } of endpoints) {
    const host = written.get(`${ref.namespace}/${service}`);
    if (host !== undefined) for (const { ip } of addresses) list(ip, host);
  }
  for (const entry of serviceEntries) {
    if (isUnknown(entry.hosts) || !mayListenPerEndpoint(entry)) continue;
    for (const { address } of entry.endpoints) for (const host of entry.hosts) list(address, host);
  }
  return new Map([...listed].map(([ip, hosts]) => [ip, [...hosts]]));
}
