import type { Assessment } from "../../mtls/assess";
import { perMesh } from "../../mtls/discovery/lookup";
import type { FlowAnswer } from "../../mtls/flow";
import { describeRef } from "../../mtls/objects";
import type { Settings } from "../settings";
import { takesOtlp } from "./collectors";

const receivers = perMesh(
  (mesh): ReadonlySet<string> =>
    new Set(mesh.workloads.filter((workload) => takesOtlp(mesh, workload)).map(({ ref }) => describeRef(ref))),
);

/** Flows that carry telemetry: to a collector or another OTLP receiver, and whatever is sent to an OTLP port. */
export function otlpFlows({ mesh, flows }: Assessment, { otlpPorts }: Settings): readonly FlowAnswer[] {
  const known = receivers(mesh);
  return flows.filter(
    ({ servers, to }) =>
      otlpPorts.includes(to.port) ||
      servers.some(({ workload }) => workload !== null && known.has(describeRef(workload))),
  );
}
