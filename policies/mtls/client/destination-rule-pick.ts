import type { Settle } from "../explore";
import { isUnknown } from "../known";
import { firstOnly, SelectorIndex } from "../labels";
import type { ConsolidatedRule } from "./destination-rule-merge";
import { isSelected } from "./selected";
import type { Scope } from "./visibility";

/**
 * The one rule that counts for one client.
 * Source: `SidecarScope.DestinationRule` in pilot/pkg/model/sidecar.go.
 */

/** Rules of one host, by whom they select. */
interface Choice {
  readonly selecting: SelectorIndex<ConsolidatedRule>;
  /** The last without a selector. */
  readonly catchAll: ConsolidatedRule | undefined;
}

const isCatchAll = ({ rule: { workloadSelector } }: ConsolidatedRule): boolean =>
  workloadSelector === undefined || isUnknown(workloadSelector);

const choices = new WeakMap<readonly ConsolidatedRule[], Choice>();

function choiceOf(list: readonly ConsolidatedRule[]): Choice {
  const known = choices.get(list);
  if (known !== undefined) return known;
  const selective = list.filter((candidate) => !isCatchAll(candidate));
  const choice = {
    selecting: new SelectorIndex(selective, ({ rule }) => rule.workloadSelector ?? {}, firstOnly),
    catchAll: list.findLast(isCatchAll),
  };
  choices.set(list, choice);
  return choice;
}

/**
 * A rule whose workload selector matches wins, if it lives in the client's namespace; else the last rule without selector, that is
 * the newest of those that could not be merged.
 */
export function pickRule(
  list: readonly ConsolidatedRule[],
  scope: Scope,
  settle: Settle,
): ConsolidatedRule | undefined {
  const [first] = list;
  if (first === undefined || (list.length === 1 && isCatchAll(first))) return first;
  const { selecting, catchAll } = choiceOf(list);
  const own = selecting.foremost(scope.labels()).find(({ item: { rule } }) => {
    const { workloadSelector = {}, ref } = rule;
    if (ref.namespace !== scope.namespace) return false;
    const at = { ref, path: "spec.workloadSelector" };
    return isSelected(workloadSelector, at, scope.labels(), scope.labelsAt(), settle);
  });
  return own?.item ?? catchAll;
}
