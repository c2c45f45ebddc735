import { isUnknown, type Known } from "../known";
import { LabelledIndex } from "../labels";
import type { ConfigMap, Labels, Mesh, OtherObject, Service, Workload } from "../mesh";
import { indexMesh } from "../mesh-index";

/** Lookups that only discovery needs, made once per mesh: time stays linear in objects plus flows. */

/** Computes once per mesh. A mesh never changes. */
export function perMesh<T>(make: (mesh: Mesh) => T): (mesh: Mesh) => T {
  const made = new WeakMap<Mesh, { readonly value: T }>();
  return (mesh) => {
    const known = made.get(mesh);
    if (known !== undefined) return known.value;
    const value = make(mesh);
    made.set(mesh, { value });
    return value;
  };
}

/** Items under a key, in their order. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const configMaps = perMesh(
  (mesh) =>
    new Map(mesh.configMaps.map((configMap) => [`${configMap.ref.namespace}/${configMap.ref.name}`, configMap])),
);

export const configMapNamed = (mesh: Mesh, namespace: string, name: string): ConfigMap | undefined =>
  configMaps(mesh).get(`${namespace}/${name}`);

const othersByKind = perMesh((mesh) => groupBy(mesh.others, ({ ref }) => ref.kind));

/** Objects of a kind whose API group is `group` (`monitoring.coreos.com`), in any version. */
export const objectsOf = (mesh: Mesh, group: string, kind: string): readonly OtherObject[] =>
  (othersByKind(mesh).get(kind) ?? []).filter(({ apiVersion }) => apiVersion.startsWith(`${group}/`));

/** What labels select, and whether more might be selected by labels that are not known. */
export interface Selection<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
}

const selection = <T>(found: readonly { readonly item: T; readonly certain: boolean }[]): Selection<T> => ({
  items: found.flatMap(({ item, certain }) => (certain ? [item] : [])),
  complete: found.every(({ certain }) => certain),
});

const merge = <T>(parts: readonly Selection<T>[]): Selection<T> => ({
  items: parts.flatMap(({ items }) => items),
  complete: parts.every(({ complete }) => complete),
});

const workloadNamespaces = perMesh((mesh) => [...new Set(mesh.workloads.map(({ ref }) => ref.namespace))]);
const serviceIndexes = perMesh(
  (mesh) =>
    new Map(
      [...groupBy(mesh.services, ({ ref }) => ref.namespace)].map(([namespace, services]) => [
        namespace,
        new LabelledIndex(services, ({ labels }) => labels),
      ]),
    ),
);

/**
 * Workloads whose pods carry all of the labels.
 * @param namespaces `undefined` for all of them
 */
export const workloadsLabelled = (
  mesh: Mesh,
  labels: Known<Labels>,
  namespaces: readonly string[] | undefined,
): Selection<Workload> =>
  merge(
    (namespaces ?? workloadNamespaces(mesh)).map((namespace) =>
      selection(
        indexMesh(mesh)
          .workloadsSelected(namespace, labels)
          .map(({ workload, certain }) => ({ item: workload, certain })),
      ),
    ),
  );

/** Services that themselves carry all of the labels. */
export const servicesLabelled = (
  mesh: Mesh,
  labels: Known<Labels>,
  namespaces: readonly string[] | undefined,
): Selection<Service> =>
  merge(
    (namespaces ?? [...serviceIndexes(mesh).keys()]).map((namespace) =>
      selection(serviceIndexes(mesh).get(namespace)?.selectedBy(labels) ?? []),
    ),
  );

/** Workloads behind a Service by its selector; none of a Service without one. */
export function workloadsBehind(mesh: Mesh, service: Service): Selection<Workload> {
  const { selector } = service;
  if (selector === undefined) return { items: [], complete: true };
  if (isUnknown(selector)) return { items: [], complete: false };
  return workloadsLabelled(mesh, selector, [service.ref.namespace]);
}

/**
 * The Service that a host of the cluster names: `name`, `name.namespace`, `name.namespace.svc` or the full name.
 * @param namespace of whoever writes the host
 */
export function serviceByHost(mesh: Mesh, host: string, namespace: string): Service | undefined {
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  const [name = "", from = namespace, svc, ...rest] = labels;
  const inCluster = svc === undefined || (svc === "svc" && ["", mesh.config.clusterDomain].includes(rest.join(".")));
  return inCluster ? indexMesh(mesh).service(from, name) : undefined;
}
