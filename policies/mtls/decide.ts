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

const NONE: readonly never[] = [];

/**
 * @param otherwise the values worth telling apart when it is not known
 * @param place the field that would tell
 */
export const fact = <T>(value: Known<T>, otherwise: readonly T[], place: () => Undecided): Fact<T> =>
  isUnknown(value) ? { values: otherwise, undecided: [place()] } : { values: [value], undecided: NONE };

export interface Decision<R> {
  readonly value: Known<R>;
  /** Every result that the open facts allow; one when the value is known. */
  readonly possible: readonly R[];
  readonly undecided: readonly Undecided[];
}

type Facts<I> = { readonly [K in keyof I]: Fact<I[K]> };

/**
 * Tries every combination of the values that the open facts may have.
 *
 * @param rule a pure function of the inputs; results are compared with `===`
 */
export function decide<I extends Record<string, unknown>, R>(facts: Facts<I>, rule: (inputs: I) => R): Decision<R> {
  const keys = Object.keys(facts) as (keyof I & string)[];
  const open = keys.filter((key) => facts[key].values.length > 1);
  const inputs = Object.fromEntries(keys.map((key) => [key, facts[key].values[0]])) as I;
  // The result of a combination stands at the sum of its choices, each times the stride of its fact.
  const strides: number[] = [];
  const combinations = open.reduce((count, key) => {
    strides.push(count);
    return count * facts[key].values.length;
  }, 1);
  const choiceOf = (at: number, depth: number, key: keyof I & string): number =>
    Math.floor(at / (strides[depth] ?? 1)) % facts[key].values.length;

  const results: R[] = [];
  for (let at = 0; at < combinations; at += 1) {
    open.forEach((key, depth) => {
      inputs[key] = facts[key].values[choiceOf(at, depth, key)] as I[typeof key];
    });
    results.push(rule(inputs));
  }

  const possible = [...new Set(results)];
  if (possible.length === 1) return { value: possible[0] as R, possible, undecided: [] };
  const matters = (key: keyof I & string, depth: number): boolean =>
    results.some((result, at) => results[at - choiceOf(at, depth, key) * (strides[depth] ?? 1)] !== result);
  return {
    value: UNKNOWN,
    possible,
    undecided: open.flatMap((key, depth) => (matters(key, depth) ? facts[key].undecided : [])),
  };
}
