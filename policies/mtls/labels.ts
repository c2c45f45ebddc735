import { isUnknown, UNKNOWN, type Known } from "./known";
import type { Labels, LabelSelector } from "./mesh";

/** Selecting by labels, with whatever is not known about either side, and without a scan over everything. */

/**
 * Whether every label of the selector is on the other side with that value (`labels.Instance.SubsetOf` in pkg/config/labels).
 * A label that is known to be missing or different decides, whatever else is unknown.
 */
export function selects(selector: Known<Labels>, labels: Known<Labels>): Known<boolean> {
  if (isUnknown(selector)) return UNKNOWN;
  let sure = true;
  for (const key of Object.keys(selector)) {
    const wanted = selector[key] ?? "";
    if (isUnknown(labels)) sure = false;
    else if (!Object.hasOwn(labels, key)) return false;
    else if (isUnknown(wanted) || isUnknown(labels[key])) sure = false;
    else if (labels[key] !== wanted) return false;
  }
  return sure ? true : UNKNOWN;
}

const meets = (
  labels: Labels,
  { key, operator, values }: LabelSelector["matchExpressions"][number],
): Known<boolean> => {
  const value = labels[key];
  if (operator === "Exists") return value !== undefined;
  if (operator === "DoesNotExist") return value === undefined;
  if (value !== undefined && isUnknown(value)) return UNKNOWN;
  const listed = value !== undefined && values.includes(value);
  return operator === "In" ? listed : operator === "NotIn" ? !listed : UNKNOWN;
};

/** A Kubernetes label selector; an empty one matches everything. */
export function matchesSelector(selector: LabelSelector, labels: Known<Labels>): Known<boolean> {
  const plain = selects(selector.matchLabels, labels);
  if (plain === false) return false;
  if (isUnknown(labels)) return selector.matchExpressions.length === 0 ? plain : UNKNOWN;
  const met = selector.matchExpressions.map((expression) => meets(labels, expression));
  if (met.includes(false)) return false;
  return isUnknown(plain) || met.some(isUnknown) ? UNKNOWN : true;
}

/** Something found by labels; `certain` is false when that depends on labels that are not known. */
export interface Selected<T> {
  readonly item: T;
  readonly certain: boolean;
}

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
};

const pairOf = (key: string, value: string): string => `${key}=${value}`;

/** Things that carry labels, found by a selector: looks only at those that share the selector's rarest label. */
export class LabelledIndex<T> {
  private readonly byPair = new Map<string, number[]>();
  private readonly unsure = new Map<string, number[]>();
  private readonly unlabelled: number[] = [];
  private readonly entries: readonly { readonly item: T; readonly labels: Known<Labels> }[];

  constructor(items: readonly T[], labelsOf: (item: T) => Known<Labels>) {
    this.entries = items.map((item) => ({ item, labels: labelsOf(item) }));
    this.entries.forEach(({ labels }, at) => {
      if (isUnknown(labels)) this.unlabelled.push(at);
      else
        for (const [key, value] of Object.entries(labels))
          if (isUnknown(value)) push(this.unsure, key, at);
          else push(this.byPair, pairOf(key, value), at);
    });
  }

  /** Places in ascending order; `undefined` when the selector has no known label to go by. */
  private candidates(selector: Labels): readonly number[] | undefined {
    let rarest: readonly number[] | undefined;
    let mixed = this.unlabelled.length > 0;
    for (const [key, value] of Object.entries(selector)) {
      if (isUnknown(value)) continue;
      const sure = this.byPair.get(pairOf(key, value)) ?? [];
      const unsure = this.unsure.get(key) ?? [];
      if (rarest !== undefined && sure.length + unsure.length >= rarest.length) continue;
      rarest = unsure.length === 0 ? sure : [...sure, ...unsure];
      mixed ||= unsure.length > 0;
    }
    if (rarest === undefined || !mixed) return rarest;
    return [...rarest, ...this.unlabelled].sort((a, b) => a - b);
  }

  /** In the order of the items given. An empty selector selects all. */
  selectedBy(selector: Known<Labels>): readonly Selected<T>[] {
    const some = isUnknown(selector) ? undefined : this.candidates(selector);
    const found: Selected<T>[] = [];
    for (const at of some ?? this.entries.keys()) {
      const entry = this.entries[at];
      if (entry === undefined) continue;
      const selected = selects(selector, entry.labels);
      if (selected !== false) found.push({ item: entry.item, certain: selected === true });
    }
    return found;
  }
}

/** Things that carry a selector, found by labels: each stands under the rarest pair of its selector. */
export class SelectorIndex<T> {
  private readonly byPair = new Map<string, number[]>();
  private readonly byKey = new Map<string, number[]>();
  private readonly loose: number[] = [];
  private readonly entries: readonly { readonly item: T; readonly selector: Known<Labels> }[];

  constructor(items: readonly T[], selectorOf: (item: T) => Known<Labels>) {
    this.entries = items.map((item) => ({ item, selector: selectorOf(item) }));
    const uses = new Map<string, number>();
    const pairsOf = (selector: Known<Labels>): readonly (readonly [string, string])[] =>
      isUnknown(selector)
        ? []
        : Object.entries(selector).flatMap(([key, value]) => (isUnknown(value) ? [] : [[key, value] as const]));
    for (const { selector } of this.entries)
      for (const [key, value] of pairsOf(selector))
        uses.set(pairOf(key, value), (uses.get(pairOf(key, value)) ?? 0) + 1);
    this.entries.forEach(({ selector }, at) => {
      let rarest: readonly [string, string] | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const pair of pairsOf(selector)) {
        const count = uses.get(pairOf(...pair)) ?? 0;
        if (count < least) [rarest, least] = [pair, count];
      }
      if (rarest === undefined) this.loose.push(at);
      else {
        push(this.byPair, pairOf(...rarest), at);
        push(this.byKey, rarest[0], at);
      }
    });
  }

  private candidates(labels: Labels): readonly number[] {
    const places = [...this.loose];
    for (const [key, value] of Object.entries(labels))
      places.push(...((isUnknown(value) ? this.byKey.get(key) : this.byPair.get(pairOf(key, value))) ?? []));
    return places.sort((a, b) => a - b);
  }

  /** In the order of the items given. */
  selecting(labels: Known<Labels>): readonly Selected<T>[] {
    const found: Selected<T>[] = [];
    for (const at of isUnknown(labels) ? this.entries.keys() : this.candidates(labels)) {
      const entry = this.entries[at];
      if (entry === undefined) continue;
      const selected = selects(entry.selector, labels);
      if (selected !== false) found.push({ item: entry.item, certain: selected === true });
    }
    return found;
  }
}
