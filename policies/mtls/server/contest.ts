import { byAge } from "../client/age";
import type { Undecided } from "../flow";
import { isUnknown, type Known } from "../known";
import type { PeerAuthentication } from "../mesh";

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
  /** Policies that came too late, or do not belong. */
  readonly losers: readonly PeerAuthentication[];
  /** Equally old as a winner, so that their names decided. */
  readonly rivals: readonly PeerAuthentication[];
  readonly undecided: readonly Undecided[];
}

export function possibleWinners(candidates: readonly Candidate[]): Contest {
  const ordered = candidates.filter(({ counts }) => counts !== false).sort((a, b) => byAge(a.policy, b.policy));
  const sure = ordered.findIndex(({ counts }) => counts === true);
  const possible = sure < 0 ? ordered : ordered.slice(0, sure + 1);
  const losers = sure < 0 ? [] : ordered.slice(sure + 1);
  const winners = possible.map(({ policy }) => policy);
  return {
    winners: sure < 0 ? [...winners, NONE] : winners,
    losers: losers.map(({ policy }) => policy),
    rivals: losers
      .map(({ policy }) => policy)
      .filter((policy) => winners.some((winner) => winner.created === policy.created)),
    undecided: possible.flatMap(({ counts, undecided }) => (isUnknown(counts) ? [undecided] : [])),
  };
}
