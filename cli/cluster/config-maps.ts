import { EXCEPTION_PREFIX } from "../../policies/mtls/exception";
import { bag, isBag } from "./json";

/** Which ConfigMaps somebody refers to; of all others the content is left alone. */

/** Fields that name a ConfigMap: of volumes, variables, `envFrom`. */
const REFERENCES: ReadonlySet<string> = new Set(["configMap", "configMapRef", "configMapKeyRef"]);

/** Mesh and injector configuration, of every revision. */
const CONTROL_PLANE = /^istio(-sidecar-injector)?(-(?!ca-).+)?$/;

/** `namespace/name` of every ConfigMap that the `spec` of an object names. */
export function configMapsNamedBy(object: unknown): string[] {
  const { metadata, spec } = bag(object);
  const namespace = bag(metadata)["namespace"];
  const names: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!isBag(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      const name = REFERENCES.has(key) ? bag(inner)["name"] : undefined;
      if (typeof name === "string") names.push(`${String(namespace)}/${name}`);
      walk(inner);
    }
  };
  walk(spec);
  return names;
}

/** @param metadata what a list of metadata says of a ConfigMap */
export function isNeeded(metadata: unknown, referenced: ReadonlySet<string>): boolean {
  const { name, namespace, annotations } = bag(metadata);
  return (
    referenced.has(`${String(namespace)}/${String(name)}`) ||
    CONTROL_PLANE.test(String(name)) ||
    Object.keys(bag(annotations)).some((key) => key.startsWith(EXCEPTION_PREFIX))
  );
}

export const namespacedName = (metadata: unknown): { readonly namespace: string; readonly name: string } => ({
  namespace: String(bag(metadata)["namespace"]),
  name: String(bag(metadata)["name"]),
});
