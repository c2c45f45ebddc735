/** Helm templates that nobody rendered: what they say depends on values that are not here. */

export const TEMPLATE_PROBLEM =
  "has template markup ({{ … }}) left in; render it first, for example: helm template RELEASE CHART | meshtls check -";

/** What only Helm's own objects and functions look like; other tools use `{{` too (alert texts, workflow parameters). */
const HELM = /\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Files|Template)\b|(?:include|template|tpl|toYaml)\s)/;

/** No object's name has these, whoever's templates they are. */
const ANY = /\{\{/;
const NAMES = ["name", "namespace"];

/** Kinds whose payload is text for somebody else: a sidecar injector's ConfigMap holds templates of its own. */
const CARRIERS = new Set(["ConfigMap", "Secret"]);

const MAX_VISITED = 200_000;

/** Path of the first field with Helm's markup in it, or of a name with anybody's, if there is one. */
export function templateMarkup(object: unknown): string | undefined {
  let visited = 0;
  const search = (value: unknown, path: string): string | undefined => {
    if (typeof value === "string") return HELM.test(value) ? path : undefined;
    if (typeof value !== "object" || value === null || visited++ > MAX_VISITED) return undefined;
    for (const [key, child] of Object.entries(value)) {
      const at = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      if (HELM.test(key)) return at;
      const found = search(child, at);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  if (typeof object !== "object" || object === null) return search(object, "");
  const metadata = "metadata" in object ? object.metadata : undefined;
  const named = NAMES.find((key) => ANY.test(textAt(metadata, key)));
  if (named !== undefined) return `metadata.${named}`;
  const isCarrier = "kind" in object && typeof object.kind === "string" && CARRIERS.has(object.kind);
  return isCarrier && metadata !== undefined ? search(metadata, "metadata") : search(object, "");
}

const textAt = (value: unknown, key: string): string => {
  const text = typeof value === "object" && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
  return typeof text === "string" ? text : "";
};
