import { isUnknown, isFields, mapFields, UNKNOWN, type Plain, type PlainFields } from "./values";

/** A Kubernetes object as it would be written to a file; fields may be unknown at preview. */
export type Manifest = PlainFields;

/** The value at a path of keys. Anything below an unknown is unknown; undefined when there is nothing. */
export function at(manifest: Manifest, ...path: readonly string[]): Plain | undefined {
  let value: Plain | undefined = manifest;
  for (const key of path) {
    if (isUnknown(value)) return UNKNOWN;
    if (!isFields(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The string at a path; "" when there is none or it is not known. */
export const textAt = (manifest: Manifest, ...path: readonly string[]): string => {
  const value = at(manifest, ...path);
  return typeof value === "string" ? value : "";
};

/** A copy with the value at a path set (or, given undefined, removed); objects on the way are made. */
export function withAt(manifest: Manifest, path: readonly [string, ...string[]], value: Plain | undefined): Manifest {
  const [key, next, ...rest] = path;
  if (next !== undefined) {
    const child = manifest[key];
    if (value === undefined && !isFields(child)) return manifest;
    return { ...manifest, [key]: withAt(isFields(child) ? child : {}, [next, ...rest], value) };
  }
  if (value !== undefined) return { ...manifest, [key]: value };
  return Object.fromEntries(Object.entries(manifest).filter(([name]) => name !== key));
}

export const apiVersionOf = (manifest: Manifest): string => textAt(manifest, "apiVersion");
export const kindOf = (manifest: Manifest): string => textAt(manifest, "kind");
export const nameOf = (manifest: Manifest): string => textAt(manifest, "metadata", "name");
export const namespaceOf = (manifest: Manifest): string => textAt(manifest, "metadata", "namespace");
export const annotation = (manifest: Manifest, key: string): string => textAt(manifest, "metadata", "annotations", key);

/** The resource id the official provider gives: `namespace/name`, or `name` outside namespaces. */
export const idOf = (manifest: Manifest): string => {
  const namespace = namespaceOf(manifest);
  return namespace === "" ? nameOf(manifest) : `${namespace}/${nameOf(manifest)}`;
};

/** For messages: `ConfigMap default/settings`. */
export const describe = (manifest: Manifest): string => `${kindOf(manifest)} ${idOf(manifest)}`;

/**
 * The generated SDKs cannot spell these CRD schema keys with dashes, so programs write underscores.
 * Source: pulumi-kubernetes, provider/pkg/provider/provider.go, `underscoreToDashMap`.
 */
const DASHED = [
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
];
const TO_DASHES = new Map(DASHED.map((key) => [key.replaceAll("-", "_"), key]));
const TO_UNDERSCORES = new Map(DASHED.map((key) => [key, key.replaceAll("-", "_")]));

function renameKeys(value: PlainFields, names: ReadonlyMap<string, string>): PlainFields;
function renameKeys(value: Plain, names: ReadonlyMap<string, string>): Plain;
function renameKeys(value: Plain, names: ReadonlyMap<string, string>): Plain {
  if (Array.isArray(value)) return value.map((item: Plain) => renameKeys(item, names));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [names.get(key) ?? key, renameKeys(item, names)]),
  );
}

/** From the program's spelling of keys to Kubernetes' own, and back. */
export const withDashes = (fields: PlainFields): Manifest => renameKeys(fields, TO_DASHES);
export const withUnderscores = (manifest: Manifest): PlainFields => renameKeys(manifest, TO_UNDERSCORES);

/** `source` reduced to the fields that `shape` has: what of a live object the program wrote. */
export function prune(source: PlainFields, shape: PlainFields): PlainFields {
  const kept = Object.entries(source).filter(([key]) => Object.hasOwn(shape, key));
  return mapFields(Object.fromEntries(kept), (value, key) => pruneValue(value, shape[key]));
}

function pruneValue(value: Plain, shape: Plain | undefined): Plain {
  if (isFields(value) && isFields(shape)) return prune(value, shape);
  // A list keeps all its live items: one that somebody added is drift to show, not noise of the cluster.
  if (Array.isArray(value) && Array.isArray(shape)) {
    return value.map((item: Plain, index) => pruneValue(item, index < shape.length ? shape[index] : undefined));
  }
  return value;
}
