import type { Problem } from "../../policies/mtls/mesh";
import type { Manifest } from "../../policies/mtls/objects";
import { stackManifests, type StackResource } from "../../policies/stack";
import { parseJsonStream } from "./json-stream";
import { decodable } from "./text";

/** What a Pulumi document gave: objects, or everything that is wrong with it. */
export interface PulumiDocument {
  readonly manifests: Manifest[];
  readonly problems: Problem[];
}

export type Bag = Readonly<Record<string, unknown>>;

export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A resource as states and previews write it down (Pulumi's `apitype.ResourceV3`). */
export function stackResource(resource: Bag, props: unknown, providers: ReadonlyMap<string, string>): StackResource {
  const { urn, type, parent, provider } = resource;
  // The provider's reference is its URN with its id behind.
  const providerNamespace = typeof provider === "string" ? providers.get(provider.replace(/::[^:]*$/, "")) : undefined;
  return {
    urn: String(urn),
    type: String(type),
    name: String(urn).split("::").slice(3).join("::"),
    props,
    ...(typeof parent === "string" && parent !== "" ? { parent } : {}),
    ...(providerNamespace === undefined ? {} : { providerNamespace }),
  };
}

/** URN of each Kubernetes provider → the namespace it puts objects in that name none. */
export function providerNamespaces(resources: readonly Bag[]): Map<string, string> {
  const namespaces = new Map<string, string>();
  for (const { urn, type, inputs } of resources)
    if (type === "pulumi:providers:kubernetes" && isBag(inputs) && typeof inputs["namespace"] === "string")
      namespaces.set(String(urn), inputs["namespace"]);
  return namespaces;
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

export const read = (resources: readonly StackResource[]): PulumiDocument => ({
  manifests: stackManifests(resources),
  problems: [],
});

export const refuse = (file: string, ...messages: string[]): PulumiDocument => ({
  manifests: [],
  problems: messages.map((message) => ({ severity: "error", object: "", path: "", message, source: { file } })),
});

/** Whether a resource entry has what every one has. */
export const isResource = (value: unknown): value is Bag =>
  isBag(value) && typeof value["urn"] === "string" && typeof value["type"] === "string";
