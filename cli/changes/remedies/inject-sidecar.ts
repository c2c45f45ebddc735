import { isUnknown } from "../../../policies/mtls/known";
import type { Workload } from "../../../policies/mtls/mesh";
import { describeRef } from "../../../policies/mtls/objects";
import { dataPlane } from "../../../policies/mtls/server/injection";
import type { Change, Remedy, Situation } from "../change";
import { patch, patchPods } from "../patches";

const INJECT = "sidecar.istio.io/inject";

/** Whoever has no proxy gets one: the pods by label, else their whole namespace. */
export const injectSidecar: Remedy = {
  name: "inject-sidecar",
  propose: ({ index, client, servers }: Situation) =>
    [...servers.map(({ workload }) => workload), ...(client === undefined ? [] : [client])]
      .filter((workload) => dataPlane(index, workload).mode === "none")
      .flatMap(injections),
};

function injections(workload: Workload): Omit<Change, "remedy">[] {
  const { ref, podAnnotations } = workload;
  // The old annotation wins over nothing, but says the opposite of the label to whoever reads it.
  const isAnnotated = !isUnknown(podAnnotations) && INJECT in podAnnotations;
  const pods = patchPods(workload, {
    labels: { [INJECT]: "true" },
    ...(isAnnotated ? { annotations: { [INJECT]: null } } : {}),
  });
  const namespace = patch({ kind: "Namespace", namespace: "", name: ref.namespace }, "metadata.labels", {
    "istio-injection": "enabled",
  });
  const title = `inject the sidecar into ${describeRef(ref)}`;
  return [
    { title, edits: [pods] },
    { title: `${title} and label its namespace for injection`, edits: [pods, namespace] },
  ];
}
