import { describeRef, type ObjectRef } from "../../../policies/mtls/objects";
import { field, isBag, type Change, type Remedy, type Situation } from "../change";
import { patch } from "../patches";

/** A PeerAuthentication that turned mTLS off takes it again: clients that send it are understood, others still are. */
export const acceptMtls: Remedy = {
  name: "accept-mtls",
  propose: ({ index, decided, written, servers }: Situation) =>
    index.mesh.peerAuthentications
      .filter(({ ref }) => decided(ref))
      .flatMap(({ ref }) =>
        enabled(
          ref,
          written(ref),
          servers.map(({ port }) => port),
        ),
      ),
};

function enabled(ref: ObjectRef, policy: unknown, ports: readonly number[]): Omit<Change, "remedy">[] {
  const portLevel = field(policy, "spec", "portLevelMtls");
  const disabled = ports.filter((port) => isBag(portLevel) && field(portLevel, String(port), "mode") === "DISABLE");
  if (disabled.length > 0)
    return [
      {
        title: `accept mTLS besides plaintext on port ${disabled.join(", ")} in ${describeRef(ref)}`,
        edits: [
          patch(
            ref,
            "spec.portLevelMtls",
            Object.fromEntries(disabled.map((port) => [String(port), { mode: "PERMISSIVE" }])),
          ),
        ],
      },
    ];
  if (field(policy, "spec", "mtls", "mode") !== "DISABLE") return [];
  return [
    {
      title: `accept mTLS besides plaintext in ${describeRef(ref)}`,
      edits: [patch(ref, "spec.mtls.mode", "PERMISSIVE")],
    },
  ];
}
