import type { Settle } from "../explore";
import { isUnknown } from "../known";
import type { Labels } from "../mesh";
import type { ObjectRef } from "../objects";
import type { ConsolidatedRule } from "./destination-rule-merge";

/**
 * The one rule that counts for one client.
 * Source: `SidecarScope.DestinationRule` in pilot/pkg/model/sidecar.go.
 */

/** Whether `labels` contain every label of `selector`; a label value that is unknown can go both ways. */
export function selects(
  selector: Labels,
  labels: Labels,
  settle: Settle,
  selectorOf: ObjectRef,
  labelsOf: ObjectRef,
): boolean {
  return Object.entries(selector).every(([key, wanted]) => {
    if (!(key in labels)) return false;
    const given = labels[key];
    if (given === undefined) return false;
    if (isUnknown(wanted)) return settle<boolean>(wanted, [true, false], selectorOf, `selector.${key}`);
    if (isUnknown(given)) return settle<boolean>(given, [true, false], labelsOf, `labels.${key} = ${wanted}`);
    return given === wanted;
  });
}

/**
 * A rule whose workload selector matches wins, if it lives in the client's namespace; else the last rule without selector, that is
 * the newest of those that could not be merged.
 */
export function pickRule(
  list: readonly ConsolidatedRule[],
  client: { readonly namespace: string; readonly labels: Labels; readonly ref: ObjectRef },
  settle: Settle,
): ConsolidatedRule | undefined {
  let catchAll: ConsolidatedRule | undefined;
  for (const candidate of list) {
    const { workloadSelector, ref } = candidate.rule;
    if (workloadSelector === undefined || isUnknown(workloadSelector)) {
      catchAll = candidate;
      continue;
    }
    const isOurs = ref.namespace === client.namespace;
    if (isOurs && selects(workloadSelector, client.labels, settle, ref, client.ref)) return candidate;
  }
  return catchAll;
}
