import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Answer, Case } from "./case";

/** Meshes with istiod's answers that are kept, so that the engine is compared without Go. One line of JSON each. */

const FILE = join(__dirname, "answers", "random.jsonl.gz");

export interface Answered {
  readonly kase: Case;
  readonly answer: Answer;
}

/** What istiod said of a flow, as far as the comparison and the rules look at it. */
export const writeAnswers = (kept: readonly Answered[]): void =>
  writeFileSync(FILE, gzipSync(kept.map((one) => `${JSON.stringify(one)}\n`).join(""), { level: 9 }));

export const readAnswers = (): readonly Answered[] =>
  gunzipSync(readFileSync(FILE))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answered);
