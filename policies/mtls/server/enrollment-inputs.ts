import { decide, type Decision } from "../decide";
import type { Undecided } from "../flow";
import { isUnknown, UNKNOWN, type Known } from "../known";
import { matchesSelector } from "../labels";
import type { Labels, LabelSelector, Mesh, Workload } from "../mesh";
import type { ObjectRef } from "../objects";
import { ENROLLMENT_WAYS, type DataPlaneMode, type Enrollment } from "./enrollment";
import { podMetadata, valueOf } from "./pod-metadata";

/** What decides a workload's data plane, as far as it is known, and where it stands. */

const matchesAny = (selectors: Known<readonly LabelSelector[]>, labels: Known<Labels>): Known<boolean> => {
  if (isUnknown(selectors)) return UNKNOWN;
  if (selectors.length === 0) return false;
  const results = selectors
    .filter(({ matchLabels, matchExpressions }) => Object.keys(matchLabels).length + matchExpressions.length > 0)
    .map((selector) => matchesSelector(selector, labels));
  return results.includes(true) ? true : results.some(isUnknown) ? UNKNOWN : false;
};

export type EnrollmentInputs = { readonly [K in keyof Enrollment]: Known<Enrollment[K]> };

/** Everything that enrolls a pod. */
export const enrollmentInputs = (mesh: Mesh, workload: Workload): EnrollmentInputs => {
  const { ref, podLabels, podAnnotations, hostNetwork } = workload;
  const { injector } = mesh;
  const namespaceLabels = mesh.namespaces.get(ref.namespace)?.labels ?? UNKNOWN;
  return {
    namespaceInjection: valueOf(namespaceLabels, "istio-injection"),
    namespaceRevision: valueOf(namespaceLabels, "istio.io/rev"),
    namespaceAmbient: valueOf(namespaceLabels, "istio.io/dataplane-mode"),
    podInject: valueOf(podLabels, "sidecar.istio.io/inject"),
    podRevision: valueOf(podLabels, "istio.io/rev"),
    podAmbient: valueOf(podLabels, "istio.io/dataplane-mode"),
    annotatedInject: valueOf(podAnnotations, "sidecar.istio.io/inject"),
    hostNetwork,
    neverSelected: matchesAny(injector.neverInject, podLabels),
    alwaysSelected: matchesAny(injector.alwaysInject, podLabels),
    autoInject: injector.autoInject,
    namespacesByDefault: injector.namespacesByDefault,
  };
};

type Owner = "namespace" | "pod" | "podSpec" | "injector";

/** Where each input stands. */
const PLACES: { readonly [K in keyof Enrollment]: readonly [Owner, string] } = {
  namespaceInjection: ["namespace", "labels.istio-injection"],
  namespaceRevision: ["namespace", "labels.istio.io/rev"],
  namespaceAmbient: ["namespace", "labels.istio.io/dataplane-mode"],
  podInject: ["pod", "labels.sidecar.istio.io/inject"],
  podRevision: ["pod", "labels.istio.io/rev"],
  podAmbient: ["pod", "labels.istio.io/dataplane-mode"],
  annotatedInject: ["pod", "annotations.sidecar.istio.io/inject"],
  hostNetwork: ["podSpec", "hostNetwork"],
  neverSelected: ["pod", "labels"],
  alwaysSelected: ["pod", "labels"],
  autoInject: ["injector", "config"],
  namespacesByDefault: ["injector", "values"],
};

const enrollmentPlace = (mesh: Mesh, workload: Workload, input: keyof Enrollment): Undecided => {
  const { ref } = workload;
  const { injector, namespaces } = mesh;
  const [owner, path] = PLACES[input];
  const isSelectorOpen =
    (input === "neverSelected" && isUnknown(injector.neverInject)) ||
    (input === "alwaysSelected" && isUnknown(injector.alwaysInject));
  if (isSelectorOpen) return { object: injector.ref ?? ref, path: "data.config" };
  if (owner === "injector") return { object: injector.ref ?? ref, path: `data.${path}` };
  if (owner === "pod") return { object: ref, path: `${podMetadata(workload)}.${path}` };
  if (owner === "podSpec") return { object: ref, path: `${workload.podPath}.${path}` };
  const namespace: ObjectRef = namespaces.get(ref.namespace)?.ref ?? {
    kind: "Namespace",
    namespace: "",
    name: ref.namespace,
  };
  return { object: namespace, path: `metadata.${path}` };
};

/**
 * The data plane that comes of the inputs, with every one that is possible while some are not known.
 * @param rule what comes of known inputs
 */
export const decideEnrollment = (
  mesh: Mesh,
  workload: Workload,
  inputs: EnrollmentInputs,
  rule: (pod: Enrollment) => DataPlaneMode,
): Decision<DataPlaneMode> =>
  decide<Enrollment, DataPlaneMode>(
    inputs,
    { ways: ENROLLMENT_WAYS, place: (input) => enrollmentPlace(mesh, workload, input) },
    rule,
  );
