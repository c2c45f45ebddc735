import { isUnknown, UNKNOWN } from "../mtls/known";
import { readPlain, readProperty } from "./plain";
import { readToken, type Token } from "./token";

/** A Kubernetes object as plain data: any JSON, with `UNKNOWN` where a value is not known. */
export type KubernetesObject = Record<string, unknown>;

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textAt = (properties: unknown, key: string): string | undefined => {
  const value = readProperty(properties, key);
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** The object behind a resource by its type token, else by its own `apiVersion` and `kind`, whatever the token is. */
export function identify(type: string, properties: unknown): Token | undefined {
  const token = readToken(type);
  // A token decides alone when there is one: most resources are none of Kubernetes, and are not read at all.
  if (token === undefined && /^(pulumi|aws|eks|random|tls|command):/.test(type)) return undefined;
  const apiVersion = textAt(properties, "apiVersion");
  const kind = textAt(properties, "kind");
  if (token !== undefined)
    return { ...token, apiVersion: apiVersion ?? token.apiVersion, kind: kind?.replace(/Patch$/, "") ?? token.kind };
  return apiVersion === undefined || kind === undefined ? undefined : { apiVersion, kind, isPatch: false };
}

/** Groups of which nothing but the name matters here; their objects can be huge. */
const NAME_ONLY =
  /^(rbac\.authorization|apiextensions|storage|scheduling|apiregistration|coordination|certificates)\.k8s\.io\/|^policy\//;

/** Fields that only the API server sets. A preview does not know them; nobody decided them, so unknown means unset. */
const SERVER_SIDE_METADATA = [
  "creationTimestamp",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
] as const;
const SERVER_SIDE_SERVICE_SPEC = [
  "clusterIP",
  "clusterIPs",
  "healthCheckNodePort",
  "internalTrafficPolicy",
  "ipFamilies",
  "ipFamilyPolicy",
  "loadBalancerIP",
] as const;

const dropUnknown = (map: unknown, keys: readonly string[]): void => {
  if (!isMap(map)) return;
  for (const key of keys) if (isUnknown(map[key])) delete map[key];
};

/** The same value without the unknown parts. */
const onlyKnown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((item) => !isUnknown(item)).map(onlyKnown);
  if (!isMap(value)) return isUnknown(value) ? undefined : value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => (isUnknown(child) ? [] : [[key, onlyKnown(child)]])),
  );
};

function forgetServerSide(object: KubernetesObject, kind: string): void {
  object.status = onlyKnown(object.status);
  if (object.status === undefined) delete object.status;
  dropUnknown(object.metadata, SERVER_SIDE_METADATA);
  if (kind !== "Service" || !isMap(object.spec)) return;
  dropUnknown(object.spec, SERVER_SIDE_SERVICE_SPEC);
  if (Array.isArray(object.spec.ports))
    for (const port of object.spec.ports as unknown[]) dropUnknown(port, ["nodePort"]);
}

/** The keys of a Secret with every value unread. */
function withoutValues(properties: unknown, key: string): Record<string, unknown> | undefined {
  try {
    const data = (properties as Record<string, unknown>)[key];
    if (!isMap(data)) return undefined;
    return Object.fromEntries(Object.keys(data).map((name) => [name, UNKNOWN]));
  } catch {
    return undefined;
  }
}

/**
 * The object that a resource's properties describe.
 * @param defaults name when the properties have none; namespace that the resource's provider puts objects in when they name none
 */
export function toObject(
  token: Token,
  properties: unknown,
  defaults: { readonly name: string; readonly namespace?: string },
): KubernetesObject {
  const read = (keys: readonly string[]) =>
    Object.fromEntries(keys.flatMap((key) => [[key, readProperty(properties, key)]]));
  const whole = (): KubernetesObject => {
    const plain = readPlain(properties);
    return isMap(plain) ? plain : { spec: UNKNOWN };
  };
  const object: KubernetesObject =
    token.kind === "Secret"
      ? {
          ...read(["metadata", "type"]),
          data: withoutValues(properties, "data"),
          stringData: withoutValues(properties, "stringData"),
        }
      : NAME_ONLY.test(token.apiVersion)
        ? read(["metadata"])
        : whole();
  object.apiVersion = token.apiVersion;
  object.kind = token.kind;
  forgetServerSide(object, token.kind);
  const metadata = object.metadata ?? {};
  if (!isMap(metadata)) return object;
  metadata.name ??= metadata.generateName === undefined ? defaults.name : undefined;
  if (defaults.namespace !== undefined) metadata.namespace ??= defaults.namespace;
  object.metadata = metadata;
  return object;
}
