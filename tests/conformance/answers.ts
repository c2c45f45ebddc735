import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Answer, Case } from "./case";

/** Meshes with istiod's answers that are kept, so that the engine is compared without Go. One line of JSON each. */
export interface Answered {
  readonly kase: Case;
  readonly answer: Answer;
}

const inFolder = (file: string): string => join(__dirname, "answers", file);

/** Of random meshes. */
export const FILE = inFolder("random.jsonl.gz");

const linesOf = <T>(file: string): readonly T[] =>
  gunzipSync(readFileSync(file))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

/** Replaces what is kept of random meshes. */
export const writeAnswers = (kept: readonly Answered[]): void =>
  writeFileSync(FILE, gzipSync(kept.map((one) => `${JSON.stringify(one)}\n`).join(""), { level: 9 }));

export const readAnswers = (): readonly Answered[] => linesOf(FILE);

/** Cases written for one rule of the specification each. */
export function specificationAnswers(): readonly Answered[] {
  const answers = new Map(linesOf<Answer>(inFolder("spec-cases.out.jsonl.gz")).map((answer) => [answer.name, answer]));
  return linesOf<Case>(inFolder("spec-cases.jsonl.gz")).map((kase) => {
    const answer = answers.get(kase.name);
    if (answer === undefined) throw new Error(`istiod has no answer to case ${kase.name}`);
    return { kase, answer };
  });
}
