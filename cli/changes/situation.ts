import type { FlowAnswer } from "../../policies/mtls/flow";
import type { MeshIndex } from "../../policies/mtls/mesh-index";
import { describeRef, type Manifest } from "../../policies/mtls/objects";
import { isObject } from "./apply";
import { isBag, type Situation } from "./change";

/** Who takes part in a flow, and what they are written as. */
export function situationOf(index: MeshIndex, flow: FlowAnswer, manifests: readonly Manifest[]): Situation {
  const decisive = new Set([
    ...flow.because.map(({ object }) => object),
    ...(flow.evidence ?? []).filter(({ won }) => won).map(({ object }) => object),
  ]);
  return {
    index,
    flow,
    client: index.workload(flow.from),
    servers: flow.servers.flatMap(({ workload, targetPort }) => {
      const found = workload === null ? undefined : index.workload(workload);
      return found === undefined ? [] : [{ workload: found, port: targetPort }];
    }),
    service: index.serviceByHost(flow.to.host),
    decided: (object) => decisive.has(describeRef(object)),
    written: writtenIn(manifests),
  };
}

/** Finds objects as they came in. */
export function writtenIn(manifests: readonly Manifest[]): Situation["written"] {
  return (object) => {
    const manifest = manifests.find((candidate) => isObject(candidate, object));
    return isBag(manifest?.object) ? manifest.object : undefined;
  };
}
