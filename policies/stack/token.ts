/** What a Pulumi type token says about the Kubernetes object behind it. */
export interface Token {
  readonly apiVersion: string;
  readonly kind: string;
  /** A `…Patch` resource: it changes fields of an object that someone else owns. */
  readonly isPatch: boolean;
}

/** `kubernetes:apps/v1:Deployment`; extensions of the provider and generated SDKs use other prefixes for the same groups. */
const TOKEN = /^([^:]+):([a-z0-9.-]+)\/(v\d+(?:(?:alpha|beta)\d+)?):([A-Z]\w*)$/;

/** Groups that mean Kubernetes whatever the prefix says. */
const KUBERNETES_GROUP = /\.(istio\.io|k8s\.io|coreos\.com)$|^opentelemetry\.io$/;

/** Groups of the provider whose types are not objects of a cluster: client-side components, Helm, remote components. */
const NOT_OBJECTS: ReadonlySet<string> = new Set(["helm.sh", "yaml", "kustomize"]);

/** `undefined` for everything that is not one Kubernetes object. */
export function readToken(type: string): Token | undefined {
  const [, prefix, group, version, name] = TOKEN.exec(type) ?? [];
  if (prefix === undefined || group === undefined || version === undefined || name === undefined) return undefined;
  if (NOT_OBJECTS.has(group) || (prefix !== "kubernetes" && !KUBERNETES_GROUP.test(group))) return undefined;
  const isPatch = name.endsWith("Patch") && name !== "Patch";
  return {
    apiVersion: group === "core" ? version : `${group}/${version}`,
    kind: isPatch ? name.slice(0, -"Patch".length) : name,
    isPatch,
  };
}

/** A Helm release that the provider installs as a whole: nothing in it is a resource of the stack. */
export const isHelmRelease = (type: string): boolean => /^kubernetes:helm\.sh\/v\d+:Release$/.test(type);

/** Components that make their objects on the provider's side; a preview may show them before it knows the objects. */
export const isRemoteBundle = (type: string): boolean =>
  /^kubernetes:(helm\.sh\/v4:Chart|yaml\/v2:Config(Group|File)|kustomize\/v2:Directory)$/.test(type);
