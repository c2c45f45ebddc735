import type { Considered } from "../flow";
import { isUnknown, type Known } from "../known";
import { selects } from "../labels";
import type { MtlsMode, PeerAuthentication, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { describeRef } from "../objects";
import type { Contest } from "./contest";

const word = (mode: Known<MtlsMode> | undefined): string =>
  mode === undefined ? "no mode" : isUnknown(mode) ? "a mode that is not known" : mode;

const settingsOf = ({ mode, portLevel }: PeerAuthentication): string => {
  const whole = `sets ${word(mode)}`;
  if (isUnknown(portLevel)) return `${whole}; its ports are not known`;
  return [whole, ...[...portLevel].map(([port, portMode]) => `port ${port} ${word(portMode)}`)].join("; ");
};

/** Why a policy of the workload's or the root namespace counts or not. */
const verdictOn = (
  index: MeshIndex,
  workload: Workload,
  policy: PeerAuthentication,
  contests: readonly Contest[],
): Pick<Considered, "says" | "won"> => {
  if (contests.some(({ winners }) => winners.includes(policy))) return { won: true, says: settingsOf(policy) };
  if (contests.some(({ losers }) => losers.includes(policy)))
    return { won: false, says: "an older policy of the same level wins; policies are not merged" };
  if (policy.ref.namespace === index.mesh.config.rootNamespace)
    return { won: false, says: "in the root namespace a policy with a selector applies to nothing" };
  const selected = selects(policy.selector ?? {}, index.labelsOf(workload));
  return { won: false, says: selected === false ? "its selector does not match the pods" : "it does not apply" };
};

/** Every policy that could be thought to apply: those of the workload's namespace and of the root namespace. */
export function considerPolicies(
  index: MeshIndex,
  workload: Workload,
  contests: readonly Contest[],
): readonly Considered[] {
  const namespaces = new Set([workload.ref.namespace, index.mesh.config.rootNamespace]);
  return index.mesh.peerAuthentications
    .filter(({ ref }) => namespaces.has(ref.namespace))
    .map((policy) => ({
      step: "peer-authentication",
      object: describeRef(policy.ref),
      ...verdictOn(index, workload, policy, contests),
    }));
}
