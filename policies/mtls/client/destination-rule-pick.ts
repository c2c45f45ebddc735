import type { Settle } from "../explore";
import { isUnknown } from "../known";
import type { ConsolidatedRule } from "./destination-rule-merge";
import { isSelected } from "./selected";
import type { Scope } from "./visibility";

/**
 * The one rule that counts for one client.
 * Source: `SidecarScope.DestinationRule` in pilot/pkg/model/sidecar.go.
 */

/**
 * A rule whose workload selector matches wins, if it lives in the client's namespace; else the last rule without selector, that is
 * the newest of those that could not be merged.
 */
export function pickRule(
  list: readonly ConsolidatedRule[],
  scope: Scope,
  settle: Settle,
): ConsolidatedRule | undefined {
  let catchAll: ConsolidatedRule | undefined;
  for (const candidate of list) {
    const { workloadSelector, ref } = candidate.rule;
    if (workloadSelector === undefined || isUnknown(workloadSelector)) {
      catchAll = candidate;
      continue;
    }
    if (ref.namespace !== scope.namespace) continue;
    const at = { ref, path: "spec.workloadSelector" };
    if (isSelected(workloadSelector, at, scope.labels(), scope.labelsAt(), settle)) return candidate;
  }
  return catchAll;
}
