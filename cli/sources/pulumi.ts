import type { Problem } from "../../policies/mtls/mesh";
import type { Manifest } from "../../policies/mtls/objects";
import { stackManifests, type StackResource } from "../../policies/stack";
import { byCluster, clusterOf } from "../../policies/stack/cluster";
import { parseJsonStream } from "./json-stream";
import { decodable } from "./text";

/** What a Pulumi document gave: objects, or everything that is wrong with it. */
export interface PulumiDocument {
  readonly manifests: readonly Manifest[];
  /** The cluster of each, as its provider tells; `""` where others of the stack tell and this one does not. */
  readonly clusters: ReadonlyMap<Manifest, string>;
  readonly problems: Problem[];
}

export type Bag = Readonly<Record<string, unknown>>;

export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A resource, and the cluster that its provider speaks to. */
interface Placed extends StackResource {
  readonly cluster: string | undefined;
}

/** What the providers of a stack say of the objects that they put somewhere. */
interface Provider {
  /** For objects that name no namespace. */
  readonly namespace: string | undefined;
  readonly cluster: string | undefined;
}

/** A resource as states and previews write it down (Pulumi's `apitype.ResourceV3`). */
export function stackResource(resource: Bag, props: unknown, providers: ReadonlyMap<string, Provider>): Placed {
  const { urn, type, parent, provider: reference } = resource;
  // The provider's reference is its URN with its id behind.
  const provider = typeof reference === "string" ? providers.get(reference.replace(/::[^:]*$/, "")) : undefined;
  return {
    urn: String(urn),
    type: String(type),
    name: String(urn).split("::").slice(3).join("::"),
    props,
    cluster: provider?.cluster,
    ...(typeof parent === "string" && parent !== "" ? { parent } : {}),
    ...(provider?.namespace === undefined ? {} : { providerNamespace: provider.namespace }),
  };
}

/** Kubernetes providers by their URNs. */
export function providersOf(resources: readonly Bag[]): ReadonlyMap<string, Provider> {
  const providers = new Map<string, Provider>();
  for (const { urn, type, inputs } of resources) {
    if (type !== "pulumi:providers:kubernetes" || !isBag(inputs)) continue;
    const { namespace } = inputs;
    providers.set(String(urn), {
      namespace: typeof namespace === "string" ? namespace : undefined,
      cluster: clusterOf(inputs),
    });
  }
  return providers;
}

/** Reads one JSON document and hands it on. */
export function readJson(
  file: string,
  bytes: Buffer,
  reader: (file: string, document: unknown) => PulumiDocument,
): PulumiDocument {
  const decoded = decodable(bytes);
  if ("problem" in decoded) return refuse(file, decoded.problem);
  const { parsed, problems } = parseJsonStream(decoded.bytes);
  const [first, ...others] = parsed;
  if (problems.length > 0) return refuse(file, ...problems.map(({ message, line }) => `line ${line}: ${message}`));
  if (first === undefined || others.length > 0)
    return refuse(file, `has ${parsed.length} documents; exactly one is expected`);
  return reader(file, first.value);
}

export function read(resources: readonly Placed[]): PulumiDocument {
  const manifests: Manifest[] = [];
  const clusters = new Map<Manifest, string>();
  const groups = byCluster(resources, { clusterFor: ({ cluster }) => cluster, parentOf: ({ parent }) => parent });
  for (const [cluster, group] of groups)
    for (const manifest of stackManifests(group)) {
      manifests.push(manifest);
      if (cluster !== "" || groups.size > 1) clusters.set(manifest, cluster);
    }
  return { manifests, clusters, problems: [] };
}

export const refuse = (file: string, ...messages: string[]): PulumiDocument => ({
  manifests: [],
  clusters: new Map(),
  problems: messages.map((message) => ({ severity: "error", object: "", path: "", message, source: { file } })),
});

/** Whether a resource entry has what every one has. */
export const isResource = (value: unknown): value is Bag =>
  isBag(value) && typeof value["urn"] === "string" && typeof value["type"] === "string";
