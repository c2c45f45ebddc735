import type { Undecided } from "./flow";
import { isUnknown, UNKNOWN, type Known } from "./known";

/**
 * Deciding with facts of which some are not known: the decision is known when it comes out the same whatever those turn out to be, and
 * only the facts that could change it are named. A fact that cannot matter thus never makes an answer unknown.
 */

/** One input of a decision: its value, or the values worth telling apart and the fields that would tell. */
export interface Fact<T> {
  readonly values: readonly T[];
  /** Empty when the value is known. */
  readonly undecided: readonly Undecided[];
}

export const fact = <T>(value: Known<T>, otherwise: readonly T[], undecided: Undecided): Fact<T> =>
  isUnknown(value) ? { values: otherwise, undecided: [undecided] } : { values: [value], undecided: [] };

export interface Decision<R> {
  readonly value: Known<R>;
  /** Every result that the open facts allow; one when the value is known. */
  readonly possible: readonly R[];
  readonly undecided: readonly Undecided[];
}

type Facts<I> = { readonly [K in keyof I]: Fact<I[K]> };

/** @param rule a pure function of the inputs; results are compared with `===` */
export function decide<I extends Record<string, unknown>, R>(facts: Facts<I>, rule: (inputs: I) => R): Decision<R> {
  const keys = Object.keys(facts) as (keyof I & string)[];
  const open = keys.filter((key) => facts[key].values.length > 1);
  const results = new Map<string, R>();
  const inputs = Object.fromEntries(keys.map((key) => [key, facts[key].values[0]])) as I;
  const choice: number[] = open.map(() => 0);
  const visit = (depth: number): void => {
    const key = open[depth];
    if (key === undefined) {
      results.set(choice.join(), rule({ ...inputs }));
      return;
    }
    facts[key].values.forEach((value, at) => {
      inputs[key] = value;
      choice[depth] = at;
      visit(depth + 1);
    });
  };
  visit(0);

  const possible = [...new Set(results.values())];
  if (possible.length === 1) return { value: possible[0] as R, possible, undecided: [] };
  const matters = (depth: number): boolean =>
    [...results].some(([at, result]) => {
      const base = at.split(",");
      base[depth] = "0";
      return results.get(base.join()) !== result;
    });
  return {
    value: UNKNOWN,
    possible,
    undecided: open.flatMap((key, depth) => (matters(depth) ? facts[key].undecided : [])),
  };
}
