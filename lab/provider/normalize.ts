import { at, kindOf, withAt, type Manifest } from "./manifest";
import { isBuiltIn } from "./tokens";
import { isFields, isList, isUnknown, mapFields, type Plain, type PlainFields } from "./values";

/** Metadata that only the API server writes; in a program it can only have been copied from a live object. */
const SERVER_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** null in a built-in object means "not set"; in a custom one it may mean something. */
function withoutNulls(value: PlainFields): PlainFields;
function withoutNulls(value: Plain): Plain;
function withoutNulls(value: Plain): Plain {
  if (isList(value)) return value.map((item) => withoutNulls(item));
  if (!isFields(value)) return value;
  return mapFields(Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)), (item) =>
    withoutNulls(item),
  );
}

const base64 = (value: Plain): Plain =>
  typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : value;

/** The API server folds stringData into data, and stringData wins. */
function normalizeSecret(secret: Manifest): Manifest {
  const stringData = secret["stringData"];
  const data = secret["data"] ?? {};
  if (!isFields(stringData) || !isFields(data) || Object.keys(stringData).length === 0) return secret;
  return withAt({ ...secret, data: { ...data, ...mapFields(stringData, base64) } }, ["stringData"], undefined);
}

/** The API server ignores a definition's status, and drops the deprecated field when it is false. */
function normalizeDefinition(definition: Manifest): Manifest {
  const kept = withAt(definition, ["status"], undefined);
  return at(kept, "spec", "preserveUnknownFields") === false
    ? withAt(kept, ["spec", "preserveUnknownFields"], undefined)
    : kept;
}

/**
 * The one form of objects that mean the same, so that they show no difference. The official provider also passes
 * built-in objects through their Go types, which drops empty fields and rewrites quantities (`0.5` to `500m`); this
 * one keeps them.
 */
export function normalize(manifest: Manifest, group: string): Manifest {
  const ours = isUnknown(manifest["metadata"])
    ? manifest
    : SERVER_METADATA.reduce((object, field) => withAt(object, ["metadata", field], undefined), manifest);
  if (!isBuiltIn(group)) return ours;
  const object = withoutNulls(ours);
  if (group === "" && kindOf(object) === "Secret") return normalizeSecret(object);
  return kindOf(object) === "CustomResourceDefinition" ? normalizeDefinition(object) : object;
}
