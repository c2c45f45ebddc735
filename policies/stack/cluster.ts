import { isUnknown } from "../mtls/known";
import { parseYaml } from "../mtls/yaml";
import { isMap } from "./kubernetes";
import { readProperty } from "./plain";

/** An entry of a kubeconfig's list: `{ name, cluster: { server } }`, `{ name, context: { cluster } }`. */
function named(list: unknown, name: unknown, key: "cluster" | "context"): Record<string, unknown> {
  const entry: unknown = Array.isArray(list) ? list.find((item) => isMap(item) && item.name === name) : undefined;
  const value = isMap(entry) ? entry[key] : undefined;
  return isMap(value) ? value : {};
}

/**
 * Which cluster a Kubernetes provider speaks to, by its own properties: the address of its API server, else the file and the context
 * that it was given. `undefined` when they do not tell, as before the cluster is created.
 */
export function clusterOf(properties: unknown): string | undefined {
  const [kubeconfig, context, cluster] = ["kubeconfig", "context", "cluster"].map((key) =>
    readProperty(properties, key),
  );
  if ([kubeconfig, context, cluster].some(isUnknown)) return undefined;
  const parsed = typeof kubeconfig === "string" ? parseYaml(kubeconfig) : { value: kubeconfig };
  const config = "value" in parsed ? parsed.value : undefined;
  if (!isMap(config)) {
    const given = [config, context, cluster].filter((part) => typeof part === "string");
    return given.length === 0 ? undefined : given.join("\n");
  }
  const name = cluster ?? named(config.contexts, context ?? config["current-context"], "context").cluster;
  const { server } = named(config.clusters, name, "cluster");
  return typeof server === "string" ? server : undefined;
}

/** How to read resources of some shape. */
interface Reading<T> {
  /** The cluster that the resource's provider speaks to, as far as it tells. */
  readonly clusterFor: (resource: T) => string | undefined;
  /** URN of the parent. */
  readonly parentOf: (resource: T) => string | undefined;
}

/**
 * The resources of each cluster, by its name; under `""` those whose providers do not tell. Only providers that are known to speak to
 * several clusters set a stack apart; components, which have no provider, belong to whom their children belong to.
 */
export function byCluster<T extends { readonly urn: string }>(
  resources: readonly T[],
  { clusterFor, parentOf }: Reading<T>,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const resource of resources) {
    const cluster = clusterFor(resource) ?? "";
    const group = groups.get(cluster);
    if (group === undefined) groups.set(cluster, [resource]);
    else group.push(resource);
  }
  const named = [...groups.keys()].filter((cluster) => cluster !== "");
  if (named.length < 2) return new Map([[named[0] ?? "", resources]]);
  const parents = new Set(resources.map(parentOf));
  groups.set("", groups.get("")?.filter(({ urn }) => !parents.has(urn)) ?? []);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
