import type { Reason, Undecided } from "../flow";
import { isUnknown, UNKNOWN, type Known } from "../known";
import { remembered } from "../memo";
import type { Container, Labels, Mesh, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { describeRef } from "../objects";
import { enroll, isAmbient, type DataPlaneMode } from "./enrollment";
import { decideEnrollment, enrollmentInputs } from "./enrollment-inputs";
import { isPlainPod } from "./plain-pod";
import { podMetadata, valueOf } from "./pod-metadata";
import { entryDataPlane } from "./workload-entry";

export type { DataPlaneMode } from "./enrollment";
export { podMetadata, valueOf } from "./pod-metadata";

/**
 * What stands between a workload and the network: an Envoy of its own, ztunnel, or nothing. A live pod is what it shows; a template is
 * what the injector will make of it (`./enrollment`, `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`).
 */
export interface DataPlane {
  readonly mode: Known<DataPlaneMode>;
  /** What `mode` may turn out to be; one when it is known. */
  readonly possible: readonly DataPlaneMode[];
  /** The label `security.istio.io/tlsMode` of the running pods; clients' proxies send mTLS only to `istio`. */
  readonly tlsModeLabel: Known<string | undefined>;
  /** The proxy is a native sidecar: it starts before the pod's other init containers. */
  readonly native: Known<boolean>;
  /** Why, in plain words. */
  readonly says: string;
  /** Fields that would settle `mode` and `tlsModeLabel`; empty when both are known. */
  readonly undecided: readonly Undecided[];
  /** What had to be taken for granted. */
  readonly assumptions: readonly string[];
}

export const TLS_MODE_LABEL = "security.istio.io/tlsMode";
export const PROXY_CONTAINER = "istio-proxy";

const STATUS = "sidecar.istio.io/status";
const NATIVE = "sidecar.istio.io/nativeSidecar";
const TEMPLATES = "inject.istio.io/templates";
const REDIRECTION = "ambient.istio.io/redirection";

type Text = string | undefined;

const proxyOf = (workload: Workload): Container | undefined =>
  isUnknown(workload.containers) ? undefined : workload.containers.find(({ name }) => name === PROXY_CONTAINER);

/** A proxy's container that is not merely a hint to the injector (`image: auto`) is a proxy, whoever wrote it. */
const showsProxy = (workload: Workload): boolean => {
  const proxy = proxyOf(workload);
  if (proxy === undefined) return false;
  const isHint = proxy.image === undefined || proxy.image === "auto";
  return workload.live || !isHint || valueOf(workload.podAnnotations, STATUS) !== undefined;
};

interface Finding {
  readonly possible: readonly DataPlaneMode[];
  readonly says: string;
  readonly undecided: readonly Undecided[];
  readonly assumptions: readonly string[];
}

const settledMode = (mode: DataPlaneMode, says: string): Finding => ({
  possible: [mode],
  says,
  undecided: [],
  assumptions: [],
});

const openContainers = (workload: Workload): readonly Undecided[] =>
  isUnknown(workload.containers) ? [{ object: workload.ref, path: `${workload.podPath}.containers` }] : [];

/** A running pod without a proxy can still be in ambient: the CNI agent annotates it, or its labels ask for it. */
const liveMode = (mesh: Mesh, workload: Workload): Finding => {
  if (isUnknown(workload.containers))
    return {
      possible: ["sidecar", "none"],
      says: "its containers are not known",
      undecided: openContainers(workload),
      assumptions: [],
    };
  if (valueOf(workload.podAnnotations, REDIRECTION) === "enabled")
    return settledMode("ambient", "its traffic is redirected to ztunnel");
  const inputs = enrollmentInputs(mesh, workload);
  // A Namespace that is not among the objects is not taken to be in ambient: the CNI agent would have left its mark.
  const namespaceAmbient = mesh.namespaces.has(workload.ref.namespace) ? inputs.namespaceAmbient : undefined;
  const { value, possible, undecided } = decideEnrollment(mesh, workload, { ...inputs, namespaceAmbient }, (pod) =>
    isAmbient(pod) ? "ambient" : "none",
  );
  return value === "ambient"
    ? settledMode("ambient", "its labels enroll it in ambient")
    : { possible, says: "the running pod has no proxy", undecided, assumptions: [] };
};

const SAYS: Readonly<Record<DataPlaneMode, string>> = {
  sidecar: "a proxy is injected",
  ambient: "it is enrolled in ambient",
  none: "no proxy is injected",
};

const templateMode = (mesh: Mesh, workload: Workload): Finding => {
  const { namespace } = workload.ref;
  const inputs = enrollmentInputs(mesh, workload);
  const { revisions } = mesh.injector;
  const { value, possible, undecided } = decideEnrollment(mesh, workload, inputs, (pod) =>
    enroll(pod, namespace, revisions),
  );
  if (isUnknown(workload.containers) && value !== "sidecar")
    return {
      possible: [...new Set<DataPlaneMode>(["sidecar", ...possible])],
      says: "whether its template brings a proxy is not known",
      undecided: [...openContainers(workload), ...undecided],
      assumptions: [],
    };
  if (isUnknown(value)) {
    const missing = mesh.namespaces.has(namespace) ? "" : `Namespace ${namespace} is not among the objects: `;
    return { possible, says: `${missing}whether a proxy is injected is not known`, undecided, assumptions: [] };
  }
  const revision = inputs.namespaceRevision ?? inputs.podRevision;
  const isByRevision = value === "sidecar" && inputs.namespaceInjection === undefined && typeof revision === "string";
  const assumptions = isByRevision && revisions === undefined ? [`the Istio revision or tag ${revision} exists`] : [];
  return { possible, says: SAYS[value], undecided: [], assumptions };
};

/** The `sidecar` template labels the pod `istio` unless the pod's own label says otherwise; other templates leave it alone. */
const labelOf = (mesh: Mesh, workload: Workload, mode: Known<DataPlaneMode>): Known<Text> => {
  const written = valueOf(workload.podLabels, TLS_MODE_LABEL);
  if (workload.live || isUnknown(written) || (written !== undefined && written !== "")) return written;
  if (mode === "ambient" || mode === "none") return written;
  const templates = templatesOf(mesh, workload);
  if (isUnknown(mode) || isUnknown(templates)) return UNKNOWN;
  return templates.includes("sidecar") ? "istio" : written;
};

/** Injection templates of the workload: its annotation, else the injector's default. */
export const templatesOf = (mesh: Mesh, workload: Workload): Known<readonly string[]> => {
  const asked = valueOf(workload.podAnnotations, TEMPLATES);
  if (isUnknown(asked)) return UNKNOWN;
  return asked === undefined ? mesh.injector.defaultTemplates : asked.split(",").map((name) => name.trim());
};

const minor = (version: string | undefined): number => Number(/^v?1\.(\d+)/.exec(version ?? "")?.[1] ?? Number.NaN);

/** Native sidecars: Istio 1.27 turned them on where every kubelet is at least 1.33 (`DetectNativeSidecar` in pkg/kube/inject/webhook.go). */
const nativeOf = (mesh: Mesh, workload: Workload, mode: Known<DataPlaneMode>): Known<boolean> => {
  if (isUnknown(mode)) return UNKNOWN;
  if (mode !== "sidecar") return false;
  const shown = proxyOf(workload);
  if (shown !== undefined && showsProxy(workload)) return shown.init;
  const asked = valueOf(workload.podAnnotations, NATIVE);
  if (isUnknown(asked)) return UNKNOWN;
  if (asked !== undefined) return asked !== "false";
  const { kubernetesVersion = "1.34", istioVersion } = mesh.facts;
  return minor(kubernetesVersion) >= 33 && !(minor(istioVersion) < 27);
};

function dataPlaneIn(mesh: Mesh, workload: Workload): DataPlane {
  if (workload.entry !== undefined) return entryDataPlane(workload);
  const found = showsProxy(workload)
    ? settledMode("sidecar", `its pods have a container ${PROXY_CONTAINER}`)
    : workload.live
      ? liveMode(mesh, workload)
      : templateMode(mesh, workload);
  const [only] = found.possible;
  const mode = only !== undefined && found.possible.length === 1 ? only : UNKNOWN;
  const tlsModeLabel = labelOf(mesh, workload, mode);
  const isLabelOpen = isUnknown(tlsModeLabel) && found.undecided.length === 0;
  return {
    mode,
    possible: found.possible,
    tlsModeLabel,
    native: nativeOf(mesh, workload, mode),
    says: found.says,
    undecided: isLabelOpen
      ? [{ object: workload.ref, path: `${podMetadata(workload)}.labels.${TLS_MODE_LABEL}` }]
      : found.undecided,
    assumptions: found.assumptions,
  };
}

/** Of a namespace's plain pods, templates and running ones; filled by the first whose data plane is known. */
const ofPlainPods = remembered((_mesh: Mesh, _namespace: string): { template?: DataPlane; live?: DataPlane } => ({}));

const memoised = remembered((mesh: Mesh, workload: Workload): DataPlane => {
  if (!isPlainPod(mesh, workload, PROXY_CONTAINER)) return dataPlaneIn(mesh, workload);
  const shared = ofPlainPods(mesh, workload.ref.namespace);
  const stage = workload.live ? "live" : "template";
  const known = shared[stage];
  if (known !== undefined) return known;
  const found = dataPlaneIn(mesh, workload);
  if (found.undecided.length === 0) shared[stage] = found;
  return found;
});

/** The data plane of a workload; worked out once. */
export const dataPlane = (index: MeshIndex, workload: Workload): DataPlane => memoised(index.mesh, workload);

/** Why a workload has the data plane that it has. */
export const dataPlaneReason = (index: MeshIndex, workload: Workload): Reason => ({
  step: "injection",
  object: describeRef(workload.ref),
  says: dataPlane(index, workload).says,
});

const CANONICAL_NAME = "service.istio.io/canonical-name";
const CANONICAL_REVISION = "service.istio.io/canonical-revision";

/** The first label of a list that is set; one that is not known hides those after it. */
const firstOf = (labels: Labels, keys: readonly string[], otherwise: string): Known<string> => {
  for (const key of keys) {
    const value = labels[key];
    if (value !== undefined && value !== "") return value;
  }
  return otherwise;
};

/** Labels as selectors meet them: those of the template, and those that the injection template adds to it. */
export function runningLabels(mesh: Mesh, workload: Workload): Known<Labels> {
  const { podLabels } = workload;
  if (workload.live || workload.entry !== undefined || isUnknown(podLabels)) return podLabels;
  const { mode, tlsModeLabel } = memoised(mesh, workload);
  if (mode === "none" || mode === "ambient") return podLabels;
  const name = firstOf(podLabels, [CANONICAL_NAME, "app.kubernetes.io/name", "app"], workload.ref.name);
  const revision = firstOf(podLabels, [CANONICAL_REVISION, "app.kubernetes.io/version", "version"], "latest");
  const added: Record<string, Known<string>> = { [CANONICAL_NAME]: name, [CANONICAL_REVISION]: revision };
  if (tlsModeLabel !== undefined) added[TLS_MODE_LABEL] = tlsModeLabel;
  if (mode === "sidecar") return { ...podLabels, ...added };
  const unsure = Object.keys(added).filter((key) => podLabels[key] === undefined);
  return { ...podLabels, ...Object.fromEntries(unsure.map((key) => [key, UNKNOWN])) };
}
