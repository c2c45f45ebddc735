import { isUnknown, type Known } from "./known";
import { describeRef, type ObjectRef } from "./objects";
import type { Undecided } from "./flow";

/**
 * How the engine treats what it does not know: it goes every way. A resolver that meets an unknown field asks `Settle` for a value;
 * `explore` runs the resolver again and again until every combination of the values asked for has been tried. An unknown that
 * cannot change the answer therefore never does, and one that can is named.
 */

/**
 * Gives the value of a field when it is known, else one of the `ways` it can go. The same field of the same object gets the same
 * way throughout one run. With no `ways` the field has too many: the run ends, and its result is unknown.
 */
export type Settle = <T>(value: Known<T>, ways: readonly T[], object: ObjectRef, path: string, more?: MoreFields) => T;

export interface MoreFields {
  /** Other fields that would settle the value as well. */
  readonly also?: readonly Undecided[];
  /** Values under one key go the same way together; by default the field is the key. */
  readonly key?: string;
}

export interface Exploration<T> {
  /** One result per combination that was tried; `undefined` where a field had too many ways. */
  readonly results: readonly (T | undefined)[];
  /** The fields that make the results differ. */
  readonly undecided: readonly Undecided[];
  /** False when there were more combinations than anyone should wait for. */
  readonly complete: boolean;
}

/** More combinations than this are not tried: the answer is unknown. */
const LIMIT = 64;

interface Choice {
  readonly key: string;
  readonly fields: readonly Undecided[];
  readonly ways: number;
  way: number;
}

/** Ends a run at a field with too many ways; never leaves this file. */
class TooManyWays extends Error {}

const compatible = (a: readonly Choice[], b: readonly Choice[], except: string): boolean =>
  a.every((one) => one.key === except || b.every((other) => other.key !== one.key || other.way === one.way));

/** Fields on which two runs disagree though everything else they asked for was alike. */
function decisive<T>(
  runs: readonly { readonly result: T | undefined; readonly asked: readonly Choice[] }[],
  same: (a: T | undefined, b: T | undefined) => boolean,
): Undecided[] {
  const found = new Map<string, readonly Undecided[]>();
  for (const [at, run] of runs.entries())
    for (const other of runs.slice(at + 1)) {
      if (same(run.result, other.result)) continue;
      for (const choice of run.asked) {
        const differs = other.asked.some(({ key, way }) => key === choice.key && way !== choice.way);
        if (differs && compatible(run.asked, other.asked, choice.key)) found.set(choice.key, choice.fields);
      }
    }
  return [...found.values()].flat();
}

/** One run: gives unknown fields the ways that the trail says, and lengthens the trail by those it did not know of. */
class Run {
  /** How many choices of the trail this run has come to. */
  depth = 0;
  private made: Map<string, Choice> | undefined;

  constructor(
    private readonly trail: Choice[],
    private readonly tooMany: Undecided[],
  ) {}

  readonly settle: Settle = (value, ways, object, path, more) => {
    if (!isUnknown(value)) return value;
    const key = more?.key ?? `${describeRef(object)}: ${path}`;
    this.made ??= new Map();
    let choice = this.made.get(key);
    if (choice === undefined) {
      const fields = [{ object, path }, ...(more?.also ?? [])];
      choice = this.trail[this.depth] ?? { key, fields, ways: ways.length, way: 0 };
      this.trail[this.depth] = choice;
      this.depth += 1;
      this.made.set(key, choice);
    }
    if (ways.length === 0) {
      this.tooMany.push(...choice.fields);
      throw new TooManyWays();
    }
    return ways[Math.min(choice.way, ways.length - 1)] as (typeof ways)[number];
  };
}

/** Turns the last choice that has a way left to its next one, and forgets those after it. */
function advance(trail: Choice[]): void {
  for (let last = trail.at(-1); last !== undefined; last = trail.at(-1)) {
    if (last.way + 1 < last.ways) {
      last.way += 1;
      return;
    }
    trail.pop();
  }
}

/**
 * Runs `run` once per way that the unknown fields it meets can go; once, when it meets none.
 * @param same whether two results are the same answer
 */
export function explore<T>(
  run: (settle: Settle) => T,
  same: (a: T | undefined, b: T | undefined) => boolean,
): Exploration<T> {
  const trail: Choice[] = [];
  const tooMany: Undecided[] = [];
  const runs: { result: T | undefined; asked: readonly Choice[] }[] = [];
  do {
    const way = new Run(trail, tooMany);
    let result: T | undefined;
    try {
      result = run(way.settle);
    } catch (error) {
      if (!(error instanceof TooManyWays)) throw error;
    }
    if (way.depth === 0) return { results: [result], undecided: [], complete: true };
    trail.length = way.depth;
    runs.push({ result, asked: trail.map((choice) => ({ ...choice })) });
    advance(trail);
  } while (trail.length > 0 && runs.length < LIMIT);
  const complete = trail.length === 0;
  const asked = complete ? [] : runs.flatMap((one) => one.asked.flatMap(({ fields }) => fields));
  return {
    results: runs.map((one) => one.result),
    undecided: unique([...tooMany, ...decisive(runs, same), ...asked]),
    complete,
  };
}

/** Each field once, in the order first named. */
export const unique = (fields: readonly Undecided[]): readonly Undecided[] => [
  ...new Map(fields.map((field) => [`${describeRef(field.object)}: ${field.path}`, field])).values(),
];

/**
 * Keeps what was computed, unless an unknown had a part in it: then it belongs to one way only.
 * @returns what was kept under `key`, else what `compute` gives
 */
export function remember<K, V>(memory: Map<K, V>, key: K, settle: Settle, compute: (settle: Settle) => V): V {
  const kept = memory.get(key);
  if (kept !== undefined) return kept;
  let sure = true;
  const value = compute((given, ways, object, path, more) => {
    if (isUnknown(given)) sure = false;
    return settle(given, ways, object, path, more);
  });
  if (sure) memory.set(key, value);
  return value;
}
