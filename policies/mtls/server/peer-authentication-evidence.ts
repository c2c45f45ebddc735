import type { Considered } from "../flow";
import { isUnknown, type Known } from "../known";
import { selects } from "../labels";
import type { MtlsMode, PeerAuthentication, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { describeRef } from "../objects";
import { type NONE, type Contest } from "./contest";

const word = (mode: Known<MtlsMode> | undefined): string =>
  mode === undefined ? "no mode" : isUnknown(mode) ? "a mode that is not known" : mode;

const settingsOf = ({ mode, portLevel }: PeerAuthentication): string => {
  const whole = `sets ${word(mode)}`;
  if (isUnknown(portLevel)) return `${whole}; its ports are not known`;
  return [whole, ...[...portLevel].map(([port, portMode]) => `port ${port} ${word(portMode)}`)].join("; ");
};

interface Outcomes {
  readonly winners: ReadonlySet<PeerAuthentication | typeof NONE>;
  readonly losers: ReadonlySet<PeerAuthentication>;
}

/** Why a policy of the workload's or the root namespace counts or not. */
const verdictOn = (
  index: MeshIndex,
  workload: Workload,
  policy: PeerAuthentication,
  { winners, losers }: Outcomes,
): Pick<Considered, "says" | "won"> => {
  if (winners.has(policy)) return { won: true, says: settingsOf(policy) };
  if (losers.has(policy))
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
  const outcomes = {
    winners: new Set(contests.flatMap(({ winners }) => winners)),
    losers: new Set(contests.flatMap((contest) => contest.losers())),
  };
  return index.mesh.peerAuthentications
    .filter(({ ref }) => namespaces.has(ref.namespace))
    .map((policy) => ({
      step: "peer-authentication",
      object: describeRef(policy.ref),
      ...verdictOn(index, workload, policy, outcomes),
    }));
}
