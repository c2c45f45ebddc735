import { isUnknown, type Known } from "../known";
import type { Settle } from "../explore";
import { once } from "../memo";
import type { Mesh, Service, ServiceEntry } from "../mesh";
import type { ObjectRef } from "../objects";
import { writtenProtocol } from "../server/port-protocol";
import { byAge, byCreation, compare } from "./age";
import { addressesOf, sharesListener } from "./entry-address";
import { HostTable, isWildcard } from "./hosts";
import type { RegisteredPort } from "./service-ports";

/**
 * The services that istiod knows, by host name and by address: Kubernetes Services and the hosts of ServiceEntries.
 * Sources: `ConvertService` in pkg/config/kube/conversion.go; `convertServices` in
 * pilot/pkg/serviceregistry/serviceentry/conversion.go.
 */

interface Named {
  readonly ref: ObjectRef;
  /** Fully qualified, as DestinationRules name it; of a ServiceEntry possibly a wildcard. */
  readonly host: string;
  readonly created: string | undefined;
}

export interface KubernetesService extends Named {
  readonly kind: "Service";
  readonly object: Service;
}

export interface ExternalService extends Named {
  readonly kind: "ServiceEntry";
  readonly object: ServiceEntry;
}

export type Registered = KubernetesService | ExternalService;

export interface Registry {
  readonly mesh: Mesh;
  /** Oldest first; a Kubernetes Service before ServiceEntries of the same host. */
  readonly byHost: ReadonlyMap<string, readonly Registered[]>;
  readonly wildcards: HostTable<ExternalService>;
  readonly byAddress: ReadonlyMap<string, Registered>;
  /** Hosts of ServiceEntries by the addresses that several of them give as theirs. */
  readonly shared: ReadonlyMap<string, readonly ExternalService[]>;
  /** Numbers of ports of ServiceEntries that share the listener on 0.0.0.0 with HTTP. */
  readonly sharedPorts: ReadonlySet<number>;
  /** Services by name, under each port that one of them has. */
  readonly byPort: () => PortIndex;
  /** ServiceEntries whose hosts are not known: each may be any host. */
  readonly uncertain: readonly ServiceEntry[];
  readonly ports: Map<Registered, readonly RegisteredPort[]>;
}

/** `name.namespace.svc.domain` */
export const serviceHost = ({ ref }: Service, clusterDomain: string): string =>
  `${ref.name}.${ref.namespace}.svc.${clusterDomain}`;

/** istiod's order: the older first (`SortServicesByCreationTime` in pilot/pkg/model/push_context.go). */
export const byRegistration = (a: Registered, b: Registered): number =>
  byCreation(a, b) || compare(nameOf(a), nameOf(b));

/** As istiod names services where it orders them. */
const nameOf = ({ kind, host, ref }: Registered): string => `${kind === "Service" ? ref.name : host}\n${ref.namespace}`;

/** Of two that claim an address: a Service before a ServiceEntry, then the older. */
const precedes = (entry: Registered, other: Registered): boolean =>
  entry.kind === other.kind && byAge(entry.object, other.object) < 0;

/** Built once per mesh; time linear in the services. */
export function indexRegistry(mesh: Mesh): Registry {
  const byHost = new Map<string, Registered[]>();
  const wildcards = new HostTable<ExternalService>();
  const byAddress = new Map<string, Registered>();
  const claims = new Map<string, ExternalService[]>();
  const uncertain: ServiceEntry[] = [];
  const sharedPorts = new Set<number>();
  const register = (entry: Registered, addresses: readonly string[]) => {
    const others = byHost.get(entry.host);
    if (others === undefined) byHost.set(entry.host, [entry]);
    else others.push(entry);
    for (const address of addresses) {
      const other = byAddress.get(address);
      if (other === undefined || precedes(entry, other)) byAddress.set(address, entry);
    }
  };
  for (const object of mesh.services) {
    const host = serviceHost(object, mesh.config.clusterDomain);
    register({ kind: "Service", object, ref: object.ref, host, created: object.created }, object.clusterIps);
  }
  // Only what shares a host is ever in an order, so only that is sorted.
  for (const rivals of byHost.values()) if (rivals.length > 1) rivals.sort((a, b) => byAge(a.object, b.object));
  for (const object of [...mesh.serviceEntries].sort(byAge)) {
    if (isUnknown(object.hosts)) {
      uncertain.push(object);
      continue;
    }
    for (const { number, protocol: written } of object.ports) {
      const protocol = writtenProtocol(written);
      if (protocol !== "HTTP" && sharesListener(object, { protocol })) sharedPorts.add(number);
    }
    for (const host of object.hosts) {
      const entry: ExternalService = { kind: "ServiceEntry", object, ref: object.ref, host, created: object.created };
      const addresses = addressesOf(object);
      for (const address of addresses) {
        const others = claims.get(address);
        if (others === undefined) claims.set(address, [entry]);
        else others.push(entry);
      }
      if (isWildcard(host)) {
        wildcards.add(host, entry);
        for (const address of addresses) if (!byAddress.has(address)) byAddress.set(address, entry);
      } else register(entry, addresses);
    }
  }
  return {
    mesh,
    byHost,
    wildcards,
    byAddress,
    shared: new Map([...claims].filter(([, hosts]) => hosts.length > 1)),
    sharedPorts,
    byPort: once(() => indexPorts(byHost, wildcards)),
    uncertain,
    ports: new Map(),
  };
}

interface PortIndex {
  readonly known: ReadonlyMap<number, readonly (readonly Registered[])[]>;
  /** Those of which some port is not known. */
  readonly unsure: readonly (readonly Registered[])[];
}

/** Numbers of the ports that are TCP underneath; `undefined` while one of them is not known. */
function portNumbers({ kind, object }: Registered): readonly number[] | undefined {
  if ((object.open ?? []).length > 0) return undefined;
  if (kind === "ServiceEntry") return object.ports.map(({ number }) => number);
  if (isUnknown(object.ports)) return undefined;
  const numbers = object.ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port);
  return numbers.some(isUnknown) ? undefined : numbers.filter((number) => !isUnknown(number));
}

function indexPorts(byHost: Registry["byHost"], wildcards: Registry["wildcards"]): PortIndex {
  const known = new Map<number, (readonly Registered[])[]>();
  const unsure: (readonly Registered[])[] = [];
  for (const services of [...byHost.values(), ...wildcards.all()]) {
    const numbers = services.map(portNumbers);
    if (numbers.includes(undefined)) unsure.push(services);
    else
      for (const number of new Set(numbers.flatMap((of) => of ?? []))) {
        const others = known.get(number);
        if (others === undefined) known.set(number, [services]);
        else others.push(services);
      }
  }
  return { known, unsure };
}

/** Services by name of which one has the port, or may have it. */
export function servicesWithPort({ byPort }: Registry, number: number): readonly (readonly Registered[])[] {
  const { known, unsure } = byPort();
  return [...(known.get(number) ?? []), ...unsure];
}

/** Where it is reached, as it says itself. */
export const addressesOfService = (entry: Registered): readonly string[] =>
  entry.kind === "Service" ? entry.object.clusterIps : addressesOf(entry.object);

/** Every service of a host, which may be a wildcard, oldest first. */
export const servicesOf = ({ byHost, wildcards }: Registry, host: string): readonly Registered[] =>
  (isWildcard(host) ? wildcards.exactly(host) : byHost.get(host)) ?? NOBODY;

const NOBODY: readonly never[] = [];

/** The entry of a Service of the mesh. */
export function registered(registry: Registry, service: Service): KubernetesService | undefined {
  const entry = registry.byHost.get(serviceHost(service, registry.mesh.config.clusterDomain))?.[0];
  return entry?.kind === "Service" ? entry : undefined;
}

const BOOLEANS = [true, false] as const;

/** Whether clients connect to the pods themselves: `clusterIP: None`, or a ServiceEntry without resolution. */
export const isPassthrough = (entry: Registered, settle: Settle): boolean =>
  entry.kind === "Service"
    ? settle<boolean>(entry.object.headless, BOOLEANS, entry.ref, "spec.clusterIP")
    : settle(entry.object.resolution, RESOLUTIONS, entry.ref, "spec.resolution") === "NONE";

const RESOLUTIONS = ["NONE", "STATIC", "DNS"] as const;

/** Never in the mesh: a ServiceEntry unless it says MESH_INTERNAL. */
export const isMeshExternal = (entry: Registered, settle: Settle): boolean =>
  entry.kind === "ServiceEntry" &&
  settle(entry.object.location, ["MESH_EXTERNAL", "MESH_INTERNAL"], entry.ref, "spec.location") === "MESH_EXTERNAL";

/** The name an ExternalName Service stands for; `undefined` for any other. */
export function externalNameOf(entry: Registered, settle: Settle): string | undefined {
  if (entry.kind !== "Service") return undefined;
  const type = settle<string>(entry.object.type, ["ClusterIP", "ExternalName"], entry.ref, "spec.type");
  if (type !== "ExternalName") return undefined;
  return settle<string>(entry.object.externalName ?? "", [], entry.ref, "spec.externalName");
}

/** `undefined` lets the mesh's default decide. */
export const exportToOf = (entry: Registered): Known<readonly string[]> | undefined =>
  entry.kind === "Service" || isUnknown(entry.object.exportTo) || entry.object.exportTo.length > 0
    ? entry.object.exportTo
    : undefined;

/** Exported to nobody: istiod then has no endpoints of a Service either (`endpointslice.go` in pilot/pkg/serviceregistry/kube/controller). */
export function isForNobody(entry: Registered): boolean {
  const exportTo = exportToOf(entry);
  return exportTo !== undefined && !isUnknown(exportTo) && exportTo.includes("~");
}
