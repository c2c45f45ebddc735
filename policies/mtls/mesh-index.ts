import { byAge } from "./client/age";
import { serviceHost } from "./client/registry";
import { resolveEndpoints, resolveEntryEndpoints, type Endpoint } from "./endpoints";
import { isUnknown, type Known } from "./known";
import { firstOnly, LabelledIndex, SelectorIndex, type Selected } from "./labels";
import { once } from "./memo";
import type {
  Endpoints,
  Labels,
  Mesh,
  Namespace,
  PeerAuthentication,
  Service,
  ServiceEntry,
  ServicePort,
  Sidecar,
  Workload,
} from "./mesh";
import type { ObjectRef } from "./objects";
import { UNKNOWN_NAME } from "./readers/meta";
import { contenders } from "./server/contest";
import { runningLabels } from "./server/injection";

export type { Endpoint } from "./endpoints";

/** The PeerAuthentications that bear on one namespace, oldest first; those in a namespace that is not known bear on every one. */
export interface NamespacePolicies {
  /** Without a selector, or with one that is not known. */
  readonly wide: readonly PeerAuthentication[];
  selecting(labels: Known<Labels>): readonly Selected<PeerAuthentication>[];
  /** The same without those that lose to an older one of the same selector. */
  contending(labels: Known<Labels>): readonly Selected<PeerAuthentication>[];
}

/** A ServiceEntry with one of its endpoints. */
export interface ListingEntry {
  readonly entry: ServiceEntry;
  readonly endpoint: ServiceEntry["endpoints"][number];
}

/** Every lookup that a verdict needs, without a scan per flow. */
export interface MeshIndex {
  readonly mesh: Mesh;
  namespace(name: string): Namespace | undefined;
  /** By kind, namespace and name; a Pod that was folded into its owner is found as that owner. */
  workload(ref: ObjectRef): Workload | undefined;
  workloadsIn(namespace: string): readonly Workload[];
  workloadsSelected(
    namespace: string,
    labels: Known<Labels>,
  ): readonly { readonly workload: Workload; readonly certain: boolean }[];
  /** Labels of the running pods: those of the template, and those that injection adds. */
  labelsOf(workload: Workload): Known<Labels>;
  service(namespace: string, name: string): Service | undefined;
  /** @param fqdn `name.namespace.svc.<cluster domain>` */
  serviceByHost(fqdn: string): Service | undefined;
  serviceByIp(ip: string): Service | undefined;
  workloadByIp(ip: string): Workload | undefined;
  /** One and the same list for all workloads that the same selectors select; so is that of the entries. */
  servicesSelecting(workload: Workload): readonly { readonly service: Service; readonly certain: boolean }[];
  entriesSelecting(workload: Workload): readonly { readonly entry: ServiceEntry; readonly certain: boolean }[];
  /** EndpointSlices and Endpoints of Services without selector that list an address of the workload. */
  slicesListing(workload: Workload): readonly { readonly service: Service; readonly slice: Endpoints }[];
  /** ServiceEntries of the workload's namespace that give one of its addresses as an endpoint's. */
  entriesListing(workload: Workload): readonly ListingEntry[];
  /** EndpointSlices and Endpoints that name the Service. */
  slicesOf(service: Service): readonly Endpoints[];
  /** Who answers on a port of a Service. */
  endpointsOf(service: Service, port: ServicePort): readonly Endpoint[];
  /** Who answers on a port of a ServiceEntry. */
  entryEndpoints(entry: ServiceEntry, port: ServiceEntry["ports"][number]): readonly Endpoint[];
  policies(namespace: string): NamespacePolicies;
  /** Sidecars of the namespace whose selector selects the workload, oldest first; of those with one selector the oldest. */
  sidecarsSelecting(workload: Workload): readonly { readonly sidecar: Sidecar; readonly certain: boolean }[];
  /** The oldest Sidecar without a selector. */
  sidecarOf(namespace: string): Sidecar | undefined;
}

const group = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [item]);
    else members.push(item);
  }
  return groups;
};

/** Computed when first asked for, then kept. */
const lazily = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined || made.has(key)) return known as V;
    const value = make(key);
    made.set(key, value);
    return value;
  };
};

const keyOf = ({ kind, name }: Omit<ObjectRef, "namespace">): string => `${kind}/${name}`;
const namespaceOf = ({ ref }: { readonly ref: ObjectRef }): string => ref.namespace;

/** Of one namespace. */
const byName = (workloads: readonly Workload[]): ReadonlyMap<string, Workload> => {
  const found = new Map<string, Workload>();
  for (const workload of workloads)
    for (const { name } of workload.pods) found.set(keyOf({ kind: "Pod", name }), workload);
  for (const workload of workloads) found.set(keyOf(workload.ref), workload);
  return found;
};

/** Pods on the host's network share its address, so an address leads to them only when nothing else has it. */
const byIp = (workloads: readonly Workload[]): ReadonlyMap<string, Workload> => {
  const found = new Map<string, Workload>();
  for (const workload of workloads)
    for (const ip of workload.podIps) {
      const other = found.get(ip);
      if (other === undefined || (other.hostNetwork !== false && workload.hostNetwork === false))
        found.set(ip, workload);
    }
  return found;
};

const NONE: readonly never[] = [];

function buildIndex(mesh: Mesh): MeshIndex {
  const workloads = group(mesh.workloads, namespaceOf);
  const named = lazily((namespace: string) => byName(workloads.get(namespace) ?? NONE));
  const workloadAt = byIp(mesh.workloads);
  const services = once(
    () => new Map(mesh.services.map((service) => [`${service.ref.namespace}/${service.ref.name}`, service])),
  );
  const hosts = once(
    () => new Map(mesh.services.map((service) => [serviceHost(service, mesh.config.clusterDomain), service])),
  );
  const serviceAt = once(
    () => new Map(mesh.services.flatMap((service) => service.clusterIps.map((ip) => [ip, service] as const))),
  );
  const slices = group(mesh.endpoints, (slice) => `${slice.ref.namespace}/${slice.service}`);
  const servicesIn = group(mesh.services, namespaceOf);
  const entriesIn = group(mesh.serviceEntries, namespaceOf);
  const policiesIn = group(mesh.peerAuthentications, namespaceOf);
  const sidecarsIn = group([...mesh.sidecars].sort(byAge), namespaceOf);

  const labelsOf = lazily((workload: Workload) => runningLabels(mesh, workload));
  const labelled = lazily((namespace: string) => new LabelledIndex(workloads.get(namespace) ?? NONE, labelsOf));
  const selectingServices = lazily(
    (namespace: string) =>
      new SelectorIndex(
        (servicesIn.get(namespace) ?? NONE).filter((service) => service.selector !== undefined),
        (service) => service.selector ?? {},
      ),
  );
  const selectingEntries = lazily(
    (namespace: string) =>
      new SelectorIndex(
        (entriesIn.get(namespace) ?? NONE).filter((entry) => entry.workloadSelector !== undefined),
        (entry) => entry.workloadSelector ?? {},
      ),
  );
  const policies = lazily((namespace: string): NamespacePolicies => {
    const elsewhere = namespace === UNKNOWN_NAME ? NONE : (policiesIn.get(UNKNOWN_NAME) ?? NONE);
    const all = [...(policiesIn.get(namespace) ?? NONE), ...elsewhere].sort(byAge);
    const selecting = new SelectorIndex(
      all.filter(({ selector }) => selector !== undefined),
      ({ selector }) => selector ?? {},
      contenders,
    );
    return {
      wide: all.filter(({ selector }) => selector === undefined || isUnknown(selector)),
      selecting: (labels) => selecting.selecting(labels),
      contending: (labels) => selecting.foremost(labels),
    };
  });
  const asServices = lazily((found: readonly Selected<Service>[]) =>
    found.map(({ item, certain }) => ({ service: item, certain })),
  );
  const servicesSelecting = lazily((workload: Workload) =>
    asServices(selectingServices(workload.ref.namespace).selecting(labelsOf(workload))),
  );
  const asEntries = lazily((found: readonly Selected<ServiceEntry>[]) =>
    found.map(({ item, certain }) => ({ entry: item, certain })),
  );
  const entriesSelecting = lazily((workload: Workload) =>
    asEntries(selectingEntries(workload.ref.namespace).selecting(labelsOf(workload))),
  );
  const selectingSidecars = lazily(
    (namespace: string) =>
      new SelectorIndex(
        (sidecarsIn.get(namespace) ?? NONE).filter(({ workloadSelector }) => workloadSelector !== undefined),
        ({ workloadSelector }) => workloadSelector ?? {},
        firstOnly,
      ),
  );
  const sidecarsSelecting = lazily((workload: Workload) =>
    selectingSidecars(workload.ref.namespace)
      .foremost(labelsOf(workload))
      .map(({ item, certain }) => ({ sidecar: item, certain })),
  );
  const sidecarOf = lazily((namespace: string) =>
    (sidecarsIn.get(namespace) ?? NONE).find(({ workloadSelector }) => workloadSelector === undefined),
  );
  const handwritten = lazily((namespace: string) => {
    const listing = new Map<string, { service: Service; slice: Endpoints }[]>();
    for (const service of (servicesIn.get(namespace) ?? NONE).filter(({ selector }) => selector === undefined))
      for (const slice of index.slicesOf(service))
        for (const { ip } of slice.addresses) {
          const others = listing.get(ip);
          if (others === undefined) listing.set(ip, [{ service, slice }]);
          else others.push({ service, slice });
        }
    return listing;
  });
  const inline = lazily((namespace: string) =>
    group(
      (entriesIn.get(namespace) ?? NONE).flatMap((entry) => entry.endpoints.map((endpoint) => ({ entry, endpoint }))),
      ({ endpoint }) => endpoint.address,
    ),
  );
  const endpointsOfService = lazily((service: Service) =>
    lazily((port: ServicePort) => resolveEndpoints(index, service, port)),
  );

  const index: MeshIndex = {
    mesh,
    namespace: (name) => mesh.namespaces.get(name),
    workload: (ref) => named(ref.namespace).get(keyOf(ref)),
    workloadsIn: (namespace) => workloads.get(namespace) ?? NONE,
    workloadsSelected: (namespace, labels) => {
      const here = namespace === UNKNOWN_NAME ? NONE : labelled(namespace).selectedBy(labels);
      const somewhere = labelled(UNKNOWN_NAME).selectedBy(labels);
      return [
        ...here.map(({ item, certain }) => ({ workload: item, certain })),
        ...somewhere.map(({ item }) => ({ workload: item, certain: false })),
      ];
    },
    labelsOf,
    service: (namespace, name) => services().get(`${namespace}/${name}`),
    serviceByHost: (fqdn) => hosts().get(fqdn),
    serviceByIp: (ip) => serviceAt().get(ip),
    workloadByIp: (ip) => workloadAt.get(ip),
    servicesSelecting,
    entriesSelecting,
    slicesListing: ({ ref, podIps }) => podIps.flatMap((ip) => [...(handwritten(ref.namespace).get(ip) ?? NONE)]),
    entriesListing: ({ ref, podIps }) => podIps.flatMap((ip) => inline(ref.namespace).get(ip) ?? NONE),
    slicesOf: ({ ref }) => slices.get(`${ref.namespace}/${ref.name}`) ?? NONE,
    endpointsOf: (service, port) => endpointsOfService(service)(port),
    entryEndpoints: (entry, port) => resolveEntryEndpoints(index, entry, port),
    policies,
    sidecarsSelecting,
    sidecarOf,
  };
  return index;
}

const built = new WeakMap<Mesh, MeshIndex>();

/** The index of a mesh, built once. */
export function indexMesh(mesh: Mesh): MeshIndex {
  const known = built.get(mesh);
  if (known !== undefined) return known;
  const index = buildIndex(mesh);
  built.set(mesh, index);
  return index;
}
