import { isUnknown } from "../known";
import type { DestinationRule } from "../mesh";

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

const includesAll = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...b].every((entry) => a.has(entry));

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && includesAll(a, b);

/** As text, so that equal selectors are equal texts; `undefined` without one, and where it is not known. */
const selectorOf = ({ workloadSelector }: DestinationRule): string | undefined =>
  workloadSelector === undefined || isUnknown(workloadSelector)
    ? undefined
    : JSON.stringify(
        Object.entries(workloadSelector)
          .map(([key, value]) => [key, String(value)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );

type Subsets = Exclude<DestinationRule["subsets"], symbol>;

/** A rule, and what others add to it. */
class Merging {
  readonly selector: string | undefined;
  readonly exportTo: ReadonlySet<string>;
  private readonly first: DestinationRule;
  private readonly from: DestinationRule[];
  private readonly subsets: Subsets[number][];
  private readonly names: Set<string>;
  private policyFrom: DestinationRule;

  constructor({ rule, exportTo }: IndexedRule, selector: string | undefined) {
    this.selector = selector;
    this.exportTo = exportTo;
    this.first = rule;
    this.from = [rule];
    this.subsets = isUnknown(rule.subsets) ? [] : [...rule.subsets];
    this.names = new Set(this.subsets.map(({ name }) => name));
    this.policyFrom = rule;
  }

  absorb(rule: DestinationRule): void {
    const added = isUnknown(rule.subsets) ? [] : rule.subsets.filter(({ name }) => !this.names.has(name));
    for (const subset of added) {
      this.subsets.push(subset);
      this.names.add(subset.name);
    }
    if (this.policyFrom.trafficPolicy === undefined && rule.trafficPolicy !== undefined) this.policyFrom = rule;
    this.from.push(rule);
  }

  result(): ConsolidatedRule {
    const { exportTo, first, from, policyFrom, subsets } = this;
    if (from.length === 1) return { rule: first, exportTo, policyFrom, from };
    const rule: DestinationRule = { ...first, subsets, trafficPolicy: policyFrom.trafficPolicy };
    return { rule, exportTo, policyFrom, from };
  }
}

/** Those with one `exportTo`, by selector: a rule is merged into few of them. */
interface Audience {
  readonly exportTo: ReadonlySet<string>;
  readonly bySelector: Map<string | undefined, Merging[]>;
}

/** Whether a rule with that selector is merged into one with the other, as far as the selectors go. */
const meets = (selector: string | undefined, other: string | undefined): boolean =>
  selector === undefined || other === undefined || selector === other;

/** Those of an audience that a rule with that selector is merged into. */
const absorbing = ({ bySelector }: Audience, selector: string | undefined): readonly Merging[] =>
  selector === undefined
    ? [...bySelector.values()].flat()
    : [...(bySelector.get(selector) ?? []), ...(bySelector.get(undefined) ?? [])];

/** Merges rules of one host, given in istiod's order (selectors first, then oldest first). */
export function mergeRules(rules: readonly IndexedRule[]): readonly ConsolidatedRule[] {
  const list: Merging[] = [];
  const audiences: Audience[] = [];
  for (const indexed of rules) {
    const { rule, exportTo } = indexed;
    const selector = selectorOf(rule);
    const last = list.at(-1);
    const own = audiences.find((audience) => sameSet(exportTo, audience.exportTo));
    for (const audience of audiences)
      if (audience === own || (audience.exportTo.size > 0 && includesAll(exportTo, audience.exportTo)))
        for (const each of absorbing(audience, selector)) each.absorb(rule);
    if (last !== undefined && !standsApart(last, exportTo, selector)) continue;
    const added = new Merging(indexed, selector);
    list.push(added);
    const { bySelector } = own ?? newAudience(audiences, exportTo);
    const alike = bySelector.get(selector);
    if (alike === undefined) bySelector.set(selector, [added]);
    else alike.push(added);
  }
  return list.map((each) => each.result());
}

/** Only the last of the list says whether a rule also stands for itself. */
function standsApart(last: Merging, exportTo: ReadonlySet<string>, selector: string | undefined): boolean {
  if (!meets(selector, last.selector)) return true;
  if (sameSet(exportTo, last.exportTo)) return false;
  const isMerged = last.exportTo.size > 0 && includesAll(exportTo, last.exportTo);
  return !isMerged || (selector === undefined) !== (last.selector === undefined);
}

function newAudience(audiences: Audience[], exportTo: ReadonlySet<string>): Audience {
  const audience = { exportTo, bySelector: new Map<string | undefined, Merging[]>() };
  audiences.push(audience);
  return audience;
}
