import type { Undecided } from "./flow";
import { isUnknown, UNKNOWN, type Known } from "./known";

/**
 * Deciding with inputs of which some are not known: the decision is known when it comes out the same whatever those turn out to be, and
 * only the inputs that could change it are named. An input that cannot matter thus never makes an answer unknown.
 */

export interface Decision<R> {
  readonly value: Known<R>;
  /** Every result that the open inputs allow; one when the value is known. */
  readonly possible: readonly R[];
  /** The fields that would settle it; empty when it is known. */
  readonly undecided: readonly Undecided[];
}

export interface Openness<I> {
  /** Of each input the values worth telling apart when it is not known. */
  readonly ways: { readonly [K in keyof I]: readonly I[K][] };
  /** The field that an input comes from. */
  readonly place: (input: keyof I & string) => Undecided;
}

/**
 * Tries every combination of the values that the open inputs may have.
 *
 * @param rule a pure function of the inputs; results are compared with `===`
 */
export function decide<I extends Record<string, unknown>, R>(
  given: { readonly [K in keyof I]: Known<I[K]> },
  { ways, place }: Openness<I>,
  rule: (inputs: I) => R,
): Decision<R> {
  const open = Object.keys(given).filter((key) => isUnknown(given[key])) as (keyof I & string)[];
  if (open.length === 0) {
    const value = rule(given as I);
    return { value, possible: [value], undecided: [] };
  }
  const inputs = { ...given } as I;
  // The result of a combination stands at the sum of its choices, each times the stride of its input.
  const strides: number[] = [];
  const combinations = open.reduce((count, key) => {
    strides.push(count);
    return count * ways[key].length;
  }, 1);
  const choiceOf = (at: number, depth: number, key: keyof I & string): number =>
    Math.floor(at / (strides[depth] ?? 1)) % ways[key].length;

  const results: R[] = [];
  for (let at = 0; at < combinations; at += 1) {
    open.forEach((key, depth) => {
      inputs[key] = ways[key][choiceOf(at, depth, key)] as I[typeof key];
    });
    results.push(rule(inputs));
  }

  const possible = [...new Set(results)];
  if (possible.length === 1) return { value: possible[0] as R, possible, undecided: [] };
  const matters = (key: keyof I & string, depth: number): boolean =>
    results.some((result, at) => results[at - choiceOf(at, depth, key) * (strides[depth] ?? 1)] !== result);
  return { value: UNKNOWN, possible, undecided: open.filter(matters).map(place) };
}
