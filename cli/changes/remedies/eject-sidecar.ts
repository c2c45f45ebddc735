import { describeRef } from "../../../policies/mtls/objects";
import { dataPlane } from "../../../policies/mtls/server/injection";
import type { Remedy, Situation } from "../change";
import { patchPods } from "../patches";

/** No remedy at all: what would undo a verdict that holds. Only `explain` asks for it. */
export const ejectSidecar: Remedy = {
  name: "eject-sidecar",
  propose: ({ index, servers }: Situation) =>
    servers
      .filter(({ workload }) => dataPlane(index, workload).mode === "sidecar")
      .map(({ workload }) => ({
        title: `run ${describeRef(workload.ref)} without its sidecar`,
        edits: [patchPods(workload, { labels: { "sidecar.istio.io/inject": "false" } })],
      })),
};
