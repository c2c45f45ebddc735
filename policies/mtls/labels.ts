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

/** Places of items, by label and value. */
type Postings = Map<string, Map<string, number[]>>;

const post = (postings: Postings, key: string, value: string, at: number): void => {
  let values = postings.get(key);
  if (values === undefined) postings.set(key, (values = new Map<string, number[]>()));
  const places = values.get(value);
  if (places === undefined) values.set(value, [at]);
  else places.push(at);
};

const NOWHERE: readonly number[] = [];

/** Things that carry labels, found by a selector: looks only at those that share the selector's rarest label. */
export class LabelledIndex<T> {
  private readonly postings: Postings = new Map();
  private readonly unsure = new Map<string, number[]>();
  private readonly unlabelled: number[] = [];
  private readonly labels: readonly Known<Labels>[];

  constructor(
    private readonly items: readonly T[],
    labelsOf: (item: T) => Known<Labels>,
  ) {
    this.labels = items.map(labelsOf);
    this.labels.forEach((labels, at) => {
      if (isUnknown(labels)) this.unlabelled.push(at);
      else for (const key of Object.keys(labels)) this.postLabel(key, labels[key] ?? "", at);
    });
  }

  private postLabel(key: string, value: Known<string>, at: number): void {
    if (!isUnknown(value)) {
      post(this.postings, key, value, at);
      return;
    }
    const places = this.unsure.get(key);
    if (places === undefined) this.unsure.set(key, [at]);
    else places.push(at);
  }

  /** Places in ascending order; `undefined` when the selector has no known label to go by. */
  private candidates(selector: Labels): readonly number[] | undefined {
    let rarest: readonly number[] | undefined;
    let isMixed = this.unlabelled.length > 0;
    for (const [key, value] of Object.entries(selector)) {
      if (isUnknown(value)) continue;
      const sure = this.postings.get(key)?.get(value) ?? NOWHERE;
      const unsure = this.unsure.get(key) ?? NOWHERE;
      if (rarest !== undefined && sure.length + unsure.length >= rarest.length) continue;
      rarest = unsure.length === 0 ? sure : [...sure, ...unsure];
      isMixed ||= unsure.length > 0;
    }
    if (rarest === undefined || !isMixed) return rarest;
    return [...rarest, ...this.unlabelled].sort((a, b) => a - b);
  }

  /** In the order of the items given. An empty selector selects all. */
  selectedBy(selector: Known<Labels>): readonly Selected<T>[] {
    const some = isUnknown(selector) ? undefined : this.candidates(selector);
    const found: Selected<T>[] = [];
    for (const at of some ?? this.items.keys()) {
      const selected = selects(selector, this.labels[at] ?? UNKNOWN);
      if (selected !== false) found.push({ item: this.items[at] as T, certain: selected === true });
    }
    return found;
  }
}

/** Items that have one and the same selector, in their order. */
interface Alike<T> {
  readonly selector: Known<Labels>;
  readonly items: T[];
  /** Of the items among all. */
  readonly places: number[];
  /** Places of those that stand for all of them; worked out when first asked for. */
  foremost?: readonly number[];
}

/** A selector as text; `undefined` while some of it is not known, for then it may differ from what reads the same. */
export function selectorText(selector: Known<Labels>): string | undefined {
  if (isUnknown(selector)) return undefined;
  const entries = Object.entries(selector);
  if (entries.some(([, value]) => isUnknown(value))) return undefined;
  return JSON.stringify(entries.length < 2 ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const EVERY = <T>(items: readonly T[]): readonly T[] => items;

/**
 * Things that carry a selector, found by labels: each selector stands once, under its rarest label. Of the things that have a selector in
 * common, most who ask need to look at few.
 */
export class SelectorIndex<T> {
  private readonly postings: Postings = new Map();
  private readonly loose: number[] = [];
  private readonly groups: Alike<T>[] = [];
  private readonly found = new Map<string, readonly Selected<T>[]>();

  /** @param foremostOf of things with one selector, in their order, those that stand for all once it surely selects */
  constructor(
    private readonly items: readonly T[],
    selectorOf: (item: T) => Known<Labels>,
    private readonly foremostOf: (alike: readonly T[]) => readonly T[] = EVERY,
  ) {
    const known = new Map<string, Alike<T>>();
    items.forEach((item, at) => {
      const selector = selectorOf(item);
      const text = selectorText(selector);
      let group = text === undefined ? undefined : known.get(text);
      if (group === undefined) {
        group = { selector, items: [], places: [] };
        this.groups.push(group);
        if (text !== undefined) known.set(text, group);
      }
      group.items.push(item);
      group.places.push(at);
    });
    const everywhere: Postings = new Map();
    this.groups.forEach(({ selector }, at) => {
      if (isUnknown(selector)) return;
      for (const [key, value] of Object.entries(selector)) if (!isUnknown(value)) post(everywhere, key, value, at);
    });
    this.groups.forEach(({ selector }, at) => {
      const rarest = isUnknown(selector) ? undefined : rarestLabel(selector, everywhere);
      if (rarest === undefined) this.loose.push(at);
      else post(this.postings, ...rarest, at);
    });
  }

  private candidates(labels: Labels): readonly number[] {
    const places = [...this.loose];
    for (const key of Object.keys(labels)) {
      const values = this.postings.get(key);
      if (values === undefined) continue;
      const value = labels[key] ?? "";
      if (isUnknown(value)) for (const each of values.values()) places.push(...each);
      else places.push(...(values.get(value) ?? NOWHERE));
    }
    return places.length > 1 ? places.sort((a, b) => a - b) : places;
  }

  private groupsSelecting(labels: Known<Labels>): readonly Selected<Alike<T>>[] {
    const found: Selected<Alike<T>>[] = [];
    for (const at of isUnknown(labels) ? this.groups.keys() : this.candidates(labels)) {
      const group = this.groups[at] as Alike<T>;
      const selected = selects(group.selector, labels);
      if (selected !== false) found.push({ item: group, certain: selected === true });
    }
    return found;
  }

  private foremostPlaces(group: Alike<T>): readonly number[] {
    if (group.foremost !== undefined) return group.foremost;
    const chosen = new Set(this.foremostOf(group.items));
    return (group.foremost = group.places.filter((place) => chosen.has(this.items[place] as T)));
  }

  private inOrder(
    groups: readonly Selected<Alike<T>>[],
    placesOf: (group: Alike<T>, certain: boolean) => readonly number[],
  ): readonly Selected<T>[] {
    const found: (Selected<T> & { readonly place: number })[] = [];
    for (const { item, certain } of groups)
      for (const place of placesOf(item, certain)) found.push({ item: this.items[place] as T, certain, place });
    if (groups.length > 1) found.sort((a, b) => a.place - b.place);
    return found.map(({ item, certain }) => ({ item, certain }));
  }

  /** In the order of the items given; one and the same list for all that the same selectors select. */
  selecting(labels: Known<Labels>): readonly Selected<T>[] {
    const groups = this.groupsSelecting(labels);
    const key = groups.map(({ item: { places }, certain }) => `${places[0]}${certain ? "" : "?"}`).join();
    const known = this.found.get(key);
    if (known !== undefined) return known;
    const found = this.inOrder(groups, ({ places }) => places);
    this.found.set(key, found);
    return found;
  }

  /** The same without those for which others stand; where it is not known whether a selector selects, all that have it. */
  foremost(labels: Known<Labels>): readonly Selected<T>[] {
    return this.inOrder(this.groupsSelecting(labels), (group, certain) =>
      certain ? this.foremostPlaces(group) : group.places,
    );
  }
}

/** For things of which the first counts. */
export const firstOnly = <T>(alike: readonly T[]): readonly T[] => alike.slice(0, 1);

const rarestLabel = (selector: Labels, everywhere: Postings): readonly [string, string] | undefined => {
  let rarest: readonly [string, string] | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [key, value] of Object.entries(selector)) {
    if (isUnknown(value)) continue;
    const count = everywhere.get(key)?.get(value)?.length ?? 0;
    if (count < least) [rarest, least] = [[key, value], count];
  }
  return rarest;
};
