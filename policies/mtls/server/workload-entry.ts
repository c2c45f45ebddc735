import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Labels, Workload } from "../mesh";
import { describeRef } from "../objects";
import type { DataPlane } from "./injection";

/**
 * A workload outside Kubernetes. What istiod tells clients about it: `getTLSModeFromWorkloadEntry` in
 * pilot/pkg/serviceregistry/serviceentry/conversion.go. Whether an Envoy really runs there no object says, except that one which
 * registered itself (`pilot/pkg/autoregistration/controller.go`) did so through its proxy.
 */

const REGISTERED = ["istio.io/autoRegistrationGroup", "istio.io/workloadController"];
const TLS_MODE = "security.istio.io/tlsMode";

/** As written, else `istio` when there is a service account. */
export const entryTlsMode = (
  labels: Known<Labels>,
  serviceAccount: Known<string> | undefined,
): Known<string | undefined> => {
  if (isUnknown(labels)) return UNKNOWN;
  const written = labels[TLS_MODE];
  return written ?? mapKnown(serviceAccount ?? "", (account) => (account === "" ? undefined : "istio"));
};

export function entryDataPlane(workload: Workload): DataPlane {
  const { podLabels, serviceAccount, annotations, ref } = workload;
  const tlsModeLabel = entryTlsMode(podLabels, serviceAccount);
  const registered = isUnknown(annotations) ? UNKNOWN : REGISTERED.some((key) => Object.hasOwn(annotations, key));
  const mode = mapKnown(registered, (itself) => (itself ? ("sidecar" as const) : ("none" as const)));
  return {
    mode,
    possible: isUnknown(mode) ? ["sidecar", "none"] : [mode],
    tlsModeLabel,
    native: mapKnown(registered, () => false),
    says: mode === "sidecar" ? "it registered itself through its proxy" : "no proxy of its own is known",
    undecided: [
      ...(isUnknown(mode) ? [{ object: ref, path: "metadata.annotations" }] : []),
      ...(isUnknown(tlsModeLabel)
        ? [{ object: ref, path: isUnknown(podLabels) ? "spec.labels" : "spec.serviceAccount" }]
        : []),
    ],
    assumptions: mode === "none" ? [`${describeRef(ref)} runs without an Envoy of its own`] : [],
  };
}
