import { isUnknown } from "../known";
import type { DestinationRule, Labels } from "../mesh";

/**
 * DestinationRules of one host in one index, merged as istiod merges them, quirks included.
 * Source: `mergeDestinationRule` in pilot/pkg/model/destination_rule.go, with `ENABLE_ENHANCED_DESTINATIONRULE_MERGE` at its default.
 */

/** A rule as it enters an index: `exportTo` after defaults (a workload selector makes it private). */
export interface IndexedRule {
  readonly rule: DestinationRule;
  readonly exportTo: ReadonlySet<string>;
}

/** What istiod keeps per host: one rule, possibly completed by others. */
export interface ConsolidatedRule extends IndexedRule {
  /** The rule whose `trafficPolicy` counts; `rule` itself unless it had none. */
  readonly policyFrom: DestinationRule;
  /** Every rule that was merged in, the first being `rule`. */
  readonly from: readonly DestinationRule[];
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((entry) => b.has(entry));

const includesAll = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...b].every((entry) => a.has(entry));

const selectorOf = (rule: DestinationRule): Labels | undefined =>
  isUnknown(rule.workloadSelector) ? undefined : rule.workloadSelector;

const sameLabels = (a: Labels | undefined, b: Labels | undefined): boolean => {
  const [left, right] = [Object.entries(a ?? {}), Object.entries(b ?? {})];
  return left.length === right.length && left.every(([key, value]) => b?.[key] === value);
};

function absorb(into: ConsolidatedRule, rule: DestinationRule): ConsolidatedRule {
  const subsets = isUnknown(into.rule.subsets) ? [] : into.rule.subsets;
  const added = isUnknown(rule.subsets) ? [] : rule.subsets;
  const adopts = into.rule.trafficPolicy === undefined && rule.trafficPolicy !== undefined;
  return {
    ...into,
    rule: {
      ...into.rule,
      subsets: [...subsets, ...added.filter(({ name }) => subsets.every((subset) => subset.name !== name))],
      trafficPolicy: adopts ? rule.trafficPolicy : into.rule.trafficPolicy,
    },
    policyFrom: adopts ? rule : into.policyFrom,
    from: [...into.from, rule],
  };
}

/** Merges rules of one host, given in istiod's order (selectors first, then oldest first). */
export function mergeRules(rules: readonly IndexedRule[]): readonly ConsolidatedRule[] {
  const list: ConsolidatedRule[] = [];
  for (const { rule, exportTo } of rules) {
    let appendSeparately = true;
    for (const [at, existing] of list.entries()) {
      if (sameSet(exportTo, existing.exportTo)) appendSeparately = false;
      else {
        appendSeparately = true;
        if (existing.exportTo.size === 0 || !includesAll(exportTo, existing.exportTo)) continue;
      }
      const [mine, theirs] = [selectorOf(rule), selectorOf(existing.rule)];
      const bothSelect = mine !== undefined && theirs !== undefined;
      const alike = sameLabels(mine, theirs);
      if (bothSelect && !alike) {
        appendSeparately = true;
        continue;
      }
      if ((mine === undefined && theirs === undefined) || bothSelect) appendSeparately = false;
      list[at] = absorb(existing, rule);
    }
    if (appendSeparately) list.push({ rule, exportTo, policyFrom: rule, from: [rule] });
  }
  return list;
}
