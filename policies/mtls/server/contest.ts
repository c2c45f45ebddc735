import { byAge, byCreation } from "../client/age";
import type { Undecided } from "../flow";
import { isUnknown, type Known } from "../known";
import type { PeerAuthentication } from "../mesh";
import { UNKNOWN_NAME } from "../readers/meta";

/**
 * Only the oldest policy of a level counts (`ComposePeerAuthentication` in pilot/pkg/security/authn/policy_applier.go). Where it is not
 * known whether one belongs to the level, several may turn out to.
 */

export interface Candidate {
  readonly policy: PeerAuthentication;
  /** Whether it belongs to the level. */
  readonly counts: Known<boolean>;
  /** The field that would tell. */
  readonly undecided: Undecided;
}

export const NONE = "none";

export interface Contest {
  /** Policies that may win, oldest first; the last one surely wins if no other does. `none` when possibly none does. */
  readonly winners: readonly (PeerAuthentication | typeof NONE)[];
  /** Equally old as a winner, so that their names decided; of those that say the same one. */
  readonly rivals: readonly PeerAuthentication[];
  readonly undecided: readonly Undecided[];
  /** Policies that came too late. */
  losers(): readonly PeerAuthentication[];
}

/** What a policy of a certain age says, as text. */
const wording = ({ created, mode, portLevel }: PeerAuthentication): string =>
  JSON.stringify([
    created,
    String(mode),
    isUnknown(portLevel) ? "" : [...portLevel].sort(([a], [b]) => a - b).map(([port, of]) => [port, String(of)]),
  ]);

/** Of those that are equally old and say the same, the first. */
function distinct(policies: readonly PeerAuthentication[]): readonly PeerAuthentication[] {
  if (policies.length < 2) return policies;
  const said = new Map<string, PeerAuthentication>();
  for (const policy of policies) if (!said.has(wording(policy))) said.set(wording(policy), policy);
  return [...said.values()];
}

/** Of policies with one selector, oldest first, those that come into question once it selects: the first, and its rivals. */
export function contenders(policies: readonly PeerAuthentication[]): readonly PeerAuthentication[] {
  const [first] = policies;
  if (first === undefined || policies.length === 1) return policies;
  // Whether one belongs to the namespace at all is a question of its own for each.
  if (policies.some(({ ref }) => ref.namespace === UNKNOWN_NAME)) return policies;
  return distinct(policies.filter((policy) => byCreation(first, policy) === 0));
}

/**
 * @param candidates those that come into question
 * @param all every policy of the level
 */
export function possibleWinners(
  candidates: readonly Candidate[],
  all: () => readonly PeerAuthentication[] = () => candidates.map(({ policy }) => policy),
): Contest {
  const ordered = candidates.filter(({ counts }) => counts !== false).sort((a, b) => byAge(a.policy, b.policy));
  const sure = ordered.findIndex(({ counts }) => counts === true);
  const possible = sure < 0 ? ordered : ordered.slice(0, sure + 1);
  const late = sure < 0 ? [] : ordered.slice(sure + 1).map(({ policy }) => policy);
  const winners = possible.map(({ policy }) => policy);
  const ages = new Set(winners.map(({ created }) => created));
  return {
    winners: sure < 0 ? [...winners, NONE] : winners,
    rivals: distinct(late.filter(({ created }) => ages.has(created))),
    undecided: possible.flatMap(({ counts, undecided }) => (isUnknown(counts) ? [undecided] : [])),
    losers: () => {
      const won = new Set(winners);
      return sure < 0 ? [] : all().filter((policy) => !won.has(policy));
    },
  };
}
