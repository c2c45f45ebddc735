import { isUnknown } from "../known";
import type { Labels, Meta } from "../mesh";
import type { ObjectRef, Source } from "../objects";
import { Field, settled } from "./fields";

/** Stands in for a name or namespace that is not known (yet); no object can be called so. */
export const UNKNOWN_NAME = "<unknown>";

/** Kinds that belong to no namespace; of any other a missing namespace is `default`, as for the API server. */
const CLUSTER_SCOPED = new Set([
  "APIService",
  "CustomResourceDefinition",
  "GatewayClass",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "StorageClass",
  "ValidatingWebhookConfiguration",
]);

const isClusterScoped = (kind: string): boolean =>
  CLUSTER_SCOPED.has(kind) || (kind.startsWith("Cluster") && /^Cluster[A-Z]/.test(kind));

const DEFAULT_NAMESPACE = "default";
const NO_LABELS: Labels = {};

/** RFC 3339 in one spelling, so that times compare as text; a time that is not known counts as not set (only the server sets it). */
function readCreated(metadata: Field): string | undefined {
  const field = metadata.at("creationTimestamp");
  if (field.isAbsent || field.isUnknown) return undefined;
  const { value } = field;
  const time = value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  field.problem(`${field.path} is no time; a time such as 2026-01-31T12:00:00Z is expected`);
  return undefined;
}

const nameOf = (metadata: Field): string => {
  const name = metadata.text("name");
  if (name !== undefined) return settled(name) ?? UNKNOWN_NAME;
  const generated = metadata.text("generateName");
  if (generated !== undefined) return `${settled(generated) ?? ""}${UNKNOWN_NAME}`;
  metadata.at("name").problem("metadata.name is missing");
  return UNKNOWN_NAME;
};

/** An object that names no namespace is put into `default` by the API server. */
const namespaceOf = (metadata: Field, kind: string): string => {
  if (isClusterScoped(kind)) return "";
  const namespace = metadata.text("namespace") ?? "";
  if (isUnknown(namespace)) return UNKNOWN_NAME;
  return namespace === "" ? DEFAULT_NAMESPACE : namespace;
};

/** What an object is called; what is wrong with its names goes to the report of `root`. */
export function readRef(root: Field, kind: string): ObjectRef {
  const metadata = root.at("metadata");
  return { kind, namespace: namespaceOf(metadata, kind), name: nameOf(metadata) };
}

/** Whether two readings can be of one object: only if it has a name. */
export const isNamed = ({ name, namespace }: ObjectRef): boolean =>
  !name.endsWith(UNKNOWN_NAME) && namespace !== UNKNOWN_NAME;

/** Whether the object leaves its namespace to whoever applies it. */
export const isUnplaced = (object: unknown, { namespace }: ObjectRef): boolean =>
  namespace === DEFAULT_NAMESPACE && Field.quietly(object).at("metadata").at("namespace").isAbsent;

/** Name, labels, annotations and age of any object. */
export function readMeta(root: Field, kind: string, source: Source | undefined): Meta {
  const metadata = root.at("metadata");
  return {
    ref: readRef(root, kind),
    labels: metadata.texts("labels") ?? NO_LABELS,
    annotations: metadata.texts("annotations") ?? NO_LABELS,
    created: readCreated(metadata),
    source,
  };
}
