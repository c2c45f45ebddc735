/** A Kubernetes type as a Pulumi type token names it: `kubernetes:<group>/<version>:<Kind>`. */
export interface Token {
  readonly token: string;
  /** API group; "" is the core group, which tokens write as `core`. */
  readonly group: string;
  readonly version: string;
  /** The last part of the token: for a patch resource it ends in `Patch` and the object's own kind does not. */
  readonly kind: string;
}

/** @throws Error when the token is not one of the `kubernetes` package, or has no group and version. */
export function parseToken(token: string): Token {
  const [pkg, module, kind, ...rest] = token.split(":");
  const [group, version, ...more] = (module ?? "").split("/");
  if (pkg !== "kubernetes" || !kind || !group || !version || rest.length > 0 || more.length > 0) {
    throw new Error(`${token} is not a resource type of this provider; expected kubernetes:<group>/<version>:<Kind>`);
  }
  return { token, group: group === "core" ? "" : group, version, kind };
}

/** The type token and the resource name of a URN; a name may itself contain `::`. */
export function parseUrn(urn: string): { readonly token: string; readonly name: string } {
  const [, , type = "", ...name] = urn.split("::");
  return { token: type.slice(type.lastIndexOf("$") + 1), name: name.join("::") };
}

/** `v1`, `apps/v1`: as a manifest writes it. */
export const apiVersionOf = ({ group, version }: Pick<Token, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`;

export const groupOf = (apiVersion: string): string => {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return group === "core" ? "" : group;
};

/** Groups that the API server itself serves. A group outside this list is a custom resource's. */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "auditregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "settings.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

export const isBuiltIn = (group: string): boolean => BUILT_IN_GROUPS.has(group);

/**
 * True when the token is the `…Patch` form of the kind the object itself declares; a custom kind may end in Patch by
 * itself.
 */
export const isPatch = (token: Token, kind: string): boolean => token.kind === `${kind}Patch`;

/** The kind that an object of this type declares when the program does not say. */
export const baseKindOf = ({ group, kind }: Token): string =>
  isBuiltIn(group) && kind.endsWith("Patch") ? kind.slice(0, -"Patch".length) : kind;

/** Groups that are no API groups but features of the official plugin: charts, manifests, overlays. */
const PLUGIN_GROUPS: ReadonlySet<string> = new Set(["helm.sh", "helm", "yaml", "kustomize"]);

const needsOfficialPlugin = (what: string): string =>
  `${what} needs the official Kubernetes plugin; this is the rehearsal provider, which renders plain resources only. ` +
  "Install it with `pulumi plugin install resource kubernetes`, or write the objects as resources";

/** Why a resource of this type cannot be created here; undefined when it can. */
export function refusal(token: string): string | undefined {
  const group = (token.split(":")[1] ?? "").split("/")[0] ?? "";
  if (PLUGIN_GROUPS.has(group)) return needsOfficialPlugin(token);
  const { kind, group: apiGroup } = parseToken(token);
  if (isBuiltIn(apiGroup) && kind.endsWith("List")) {
    return (
      "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly; " +
      `use one ${kind.slice(0, -"List".length)} for each item instead`
    );
  }
  return undefined;
}

/** The answer to every function of the package (`kubernetes:yaml:decode`, `kubernetes:helm:template`, …). */
export const functionRefusal = (token: string): string => needsOfficialPlugin(`function ${token}`);
