/**
 * Which data plane a pod gets, as a pure function of the labels, annotations and settings that decide it.
 * Sources: `manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml` (which webhook is called),
 * `injectRequired` in pkg/kube/inject/inject.go (whether that webhook injects), `CompiledEnablementSelectors.Matches` in
 * cni/pkg/util/enablement_selector.go with the chart's `ambient.enablementSelectors` (ambient).
 */

export type DataPlaneMode = "sidecar" | "ambient" | "none";

type Text = string | undefined;

/** A label or annotation that is absent is `undefined`. */
export type Enrollment = {
  /** Namespace labels `istio-injection`, `istio.io/rev`, `istio.io/dataplane-mode`. */
  readonly namespaceInjection: Text;
  readonly namespaceRevision: Text;
  readonly namespaceAmbient: Text;
  /** Pod labels `sidecar.istio.io/inject`, `istio.io/rev`, `istio.io/dataplane-mode`. */
  readonly podInject: Text;
  readonly podRevision: Text;
  readonly podAmbient: Text;
  /** Pod annotation `sidecar.istio.io/inject`. */
  readonly annotatedInject: Text;
  readonly hostNetwork: boolean;
  /** The pod's labels match the injector's `neverInjectSelector`, `alwaysInjectSelector`. */
  readonly neverSelected: boolean;
  readonly alwaysSelected: boolean;
  /** The injector's `policy: enabled`. */
  readonly autoInject: boolean;
  /** `enableNamespacesByDefault` */
  readonly namespacesByDefault: boolean;
};

export const DEFAULT_REVISION = "default";

/** Values worth telling apart where one is not known. */
export const ENROLLMENT_WAYS: { readonly [K in keyof Enrollment]: readonly Enrollment[K][] } = {
  namespaceInjection: [undefined, "enabled", "disabled"],
  namespaceRevision: [undefined, DEFAULT_REVISION],
  namespaceAmbient: [undefined, "ambient"],
  podInject: [undefined, "true", "false"],
  podRevision: [undefined, DEFAULT_REVISION],
  podAmbient: [undefined, "ambient", "none"],
  annotatedInject: [undefined, "true", "false"],
  hostNetwork: [false, true],
  neverSelected: [false, true],
  alwaysSelected: [false, true],
  autoInject: [false, true],
  namespacesByDefault: [false, true],
};

/** `pkg/kube/inject/initializer.go` IgnoredNamespaces. */
const NEVER_INJECTED = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

export const isNeverInjected = (namespace: string): boolean => NEVER_INJECTED.includes(namespace);

/** The revision (or tag) whose webhook the API server calls for a new pod, if any. */
export function calledRevision(pod: Enrollment, namespace: string): Text {
  const { namespaceInjection, namespaceRevision, podInject, podRevision } = pod;
  if (podInject === "false") return undefined;
  if (namespaceInjection !== undefined) return namespaceInjection === "enabled" ? DEFAULT_REVISION : undefined;
  if (namespaceRevision !== undefined) return namespaceRevision;
  if (podRevision !== undefined) return podRevision;
  if (podInject === "true") return DEFAULT_REVISION;
  return pod.namespacesByDefault && podInject === undefined && !isNeverInjected(namespace)
    ? DEFAULT_REVISION
    : undefined;
}

/** Whether the called webhook injects; any value but `true` and `false` falls back to the default. */
export function isInjectionRequired(pod: Enrollment, namespace: string): boolean {
  if (pod.hostNetwork || isNeverInjected(namespace)) return false;
  const asked = pod.podInject ?? pod.annotatedInject;
  if (asked === "true") return true;
  if (asked === "false" || pod.neverSelected) return false;
  return pod.alwaysSelected || pod.autoInject;
}

export const isAmbient = (pod: Pick<Enrollment, "hostNetwork" | "podAmbient" | "namespaceAmbient">): boolean =>
  !pod.hostNetwork &&
  (pod.podAmbient === "ambient" || (pod.namespaceAmbient === "ambient" && pod.podAmbient !== "none"));

/** @param revisions revisions and tags that exist; `undefined` when that is not known: then any does */
export function enroll(pod: Enrollment, namespace: string, revisions: readonly string[] | undefined): DataPlaneMode {
  const revision = calledRevision(pod, namespace);
  const isCalled = revision !== undefined && (revisions === undefined || revisions.includes(revision));
  if (isCalled && isInjectionRequired(pod, namespace)) return "sidecar";
  return isAmbient(pod) ? "ambient" : "none";
}
