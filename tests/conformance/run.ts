import type { Answer, Case } from "./case";
import { compare, type Comparison, type Difference } from "./compare";
import { generate } from "./generator";
import type { Istiod } from "./istiod";
import { shrink } from "./shrink";

/** A run over many meshes: what was asked, what came of it. One mesh is in memory per process of the oracle. */

/** A mesh as both sides answered it. */
export interface Compared {
  readonly kase: Case;
  readonly answer: Answer;
  readonly comparison: Comparison;
}

/** A disagreement with the smallest mesh that shows it. */
export interface Shrunk {
  /** Of the mesh in which it was found. */
  readonly name: string;
  readonly kase: Case;
  readonly difference: Difference;
}

/** A mesh about which one of the two could not be asked. */
export interface Failure {
  readonly name: string;
  readonly error: string;
}

export interface Outcome {
  readonly meshes: number;
  readonly flows: number;
  readonly disagreements: readonly Shrunk[];
  readonly unknowns: readonly (Difference & { readonly name: string })[];
  readonly failures: readonly Failure[];
}

export interface Run {
  readonly seed: string;
  readonly from: number;
  readonly count: number;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Compares, or says why that cannot be. */
function compared(kase: Case, answer: Answer): Comparison | string {
  if (answer.error !== undefined) return answer.error;
  try {
    return compare(kase, answer);
  } catch (error) {
    return messageOf(error);
  }
}

const objections = ({ validation = [] }: Answer): number => validation.length;

/** The smallest mesh on which the two still disagree about the flow, and that istiod's webhook admits as it admitted the first. */
async function smallest(
  istiod: Istiod,
  { kase, answer }: Compared,
  difference: Difference,
): Promise<Omit<Shrunk, "name">> {
  let last = difference;
  const allowed = objections(answer);
  const small = await shrink(kase, difference.flow, async (left) => {
    const said = await istiod.ask(left);
    const found = compared(left, said);
    if (typeof found === "string" || objections(said) > allowed) return false;
    const [again] = found.disagreements;
    last = again ?? last;
    return again !== undefined;
  });
  return { kase: small, difference: last };
}

/** Every disagreement is shrunk up to this number; the rest are likely to be the same ones. */
const SHRUNK_AT_MOST = 8;

/** Who wants to know how it goes. */
export interface Listener {
  /** Every mesh that both answered, in the order of their numbers. */
  compared(one: Compared): void;
  disagreed(shrunk: Shrunk): void;
  progressed(done: number, disagreements: number): void;
}

export async function conduct({ seed, from, count }: Run, istiod: Istiod, listener: Listener): Promise<Outcome> {
  let flows = 0;
  const disagreements: Shrunk[] = [];
  const unknowns: (Difference & { readonly name: string })[] = [];
  const failures: Failure[] = [];

  const take = async (one: Case, answer: Answer): Promise<void> => {
    const { name } = one;
    const comparison = compared(one, answer);
    if (typeof comparison === "string") {
      failures.push({ name, error: comparison });
      return;
    }
    flows += comparison.flows;
    unknowns.push(...comparison.unknowns.map((difference) => ({ name, ...difference })));
    listener.compared({ kase: one, answer, comparison });
    for (const difference of comparison.disagreements) {
      const isMany = disagreements.length >= SHRUNK_AT_MOST;
      const shrunk = isMany
        ? { kase: one, difference }
        : await smallest(istiod, { kase: one, answer, comparison }, difference);
      disagreements.push({ name, ...shrunk });
      listener.disagreed({ name, ...shrunk });
    }
  };

  /** Asked ahead of the one that is being compared, as many as there are processes. */
  const ahead: { readonly kase: Case; readonly answer: Promise<Answer> }[] = [];
  for (let at = 0, done = 0; done < count; done += 1) {
    for (; at < count && ahead.length < istiod.jobs; at += 1) {
      const kase = generate(seed, from + at);
      ahead.push({ kase, answer: istiod.ask(kase) });
    }
    const next = ahead.shift();
    if (next !== undefined) await take(next.kase, await next.answer);
    listener.progressed(done + 1, disagreements.length);
  }
  return { meshes: count, flows, disagreements, unknowns, failures };
}
