import { isUnknown } from "../../../policies/mtls/known";
import type { Labels, Workload } from "../../../policies/mtls/mesh";
import { describeRef, type ObjectRef } from "../../../policies/mtls/objects";
import { effectivePeerAuthentication } from "../../../policies/mtls/server/peer-authentication";
import { field, type Change, type Remedy, type Situation } from "../change";
import { create, patch } from "../patches";

/** The server takes plaintext besides mTLS on one port: the narrowest PeerAuthentication that says so. */
export const permissivePort: Remedy = {
  name: "permissive-port",
  propose: (situation: Situation) =>
    situation.servers.flatMap(({ workload, port }) => opening(situation, workload, port)),
};

const NOTE =
  "clients outside the mesh get in without an identity: for a collector declare it with an owner and an end date (OtelMtlsException, mode permissive), and allow only its clients by NetworkPolicy";

function opening({ index, written }: Situation, workload: Workload, port: number): Omit<Change, "remedy">[] {
  const title = `accept plaintext besides mTLS on port ${port} of ${describeRef(workload.ref)}, and on no other`;
  const effective = effectivePeerAuthentication(index, workload);
  const own = effective.winners.find(({ selector }) => selector !== undefined);
  const open = { [String(port)]: { mode: "PERMISSIVE" } };
  // A second policy for the same pods would not count: the oldest does.
  if (own !== undefined) {
    const mode = field(written(own.ref), "spec", "mtls", "mode");
    const keep = mode === undefined || mode === "UNSET" ? {} : { mtls: { mode } };
    return [{ title, note: NOTE, edits: [patch(own.ref, "spec", { ...keep, portLevelMtls: open })] }];
  }
  const labels = selectorOf(workload);
  if (labels === undefined) return [];
  const ref: ObjectRef = {
    kind: "PeerAuthentication",
    namespace: workload.ref.namespace,
    name: `${workload.ref.name}-${port}`,
  };
  const mode = isUnknown(effective.mode) ? "STRICT" : effective.mode;
  const spec = { selector: { matchLabels: labels }, mtls: { mode }, portLevelMtls: open };
  return [{ title, note: NOTE, edits: [create("security.istio.io/v1", ref, spec)] }];
}

/** Labels that a workload's own selector requires, else those of its pods. */
function selectorOf(workload: Workload): Record<string, string> | undefined {
  const selector = field(workload.raw, "spec", "selector", "matchLabels");
  const labels = (selector ?? workload.podLabels) as Labels;
  if (isUnknown(workload.podLabels)) return undefined;
  const known = Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
