import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { ToolchainError } from "../../lab/toolchain/errors";
import { elapsed, progressOn } from "../../lab/toolchain/progress";
import { writeAnswers, type Answered } from "./answers";
import { parseArguments, USAGE, UsageError, type Arguments } from "./arguments";
import { ensureOracle } from "./build";
import { coveragePage, coverageTable, Tally } from "./coverage";
import { Istiod } from "./istiod";
import { agreements, disagreement, holds, summary } from "./report";
import { conduct, type Outcome } from "./run";

/** `npm run conformance`: the engine against istiod's own code, over random meshes. */

const PAGE = join(__dirname, "..", "..", "docs", "conformance.md");

function argumentsOf(args: readonly string[]): Arguments | undefined {
  try {
    const parsed = parseArguments(args);
    if (parsed !== "help") return parsed;
    console.log(USAGE);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return undefined;
}

async function writePage({ seed }: Arguments, outcome: Outcome, tally: Tally): Promise<void> {
  const { meshes, flows, disagreements, unknowns } = outcome;
  const page = coveragePage(tally.coverage, {
    ...{ seed, meshes, flows },
    agreements: agreements(outcome),
    disagreements: disagreements.length,
    unknown: unknowns.length,
  });
  writeFileSync(PAGE, await format(page, { parser: "markdown", printWidth: 120 }));
}

async function run(asked: Arguments): Promise<void> {
  const progress = progressOn(process.stderr);
  const istiod = new Istiod(await ensureOracle(progress), asked.jobs);
  const started = Date.now();
  const tally = new Tally();
  const kept: Answered[] = [];
  try {
    const outcome = await conduct(asked, istiod, {
      compared({ kase, answer }) {
        tally.add(kase, answer);
        if (asked.writeAnswers) kept.push({ kase, answer });
      },
      disagreed: (shrunk) => console.log(`${disagreement(shrunk)}\n`),
      progressed: (done, disagreements) =>
        progress.detail(
          `${done} of ${asked.count} meshes, ${disagreements} disagreements, ${elapsed(Date.now() - started)}`,
        ),
    });
    progress.step(`${outcome.meshes} meshes in ${elapsed(Date.now() - started)}`);
    console.log(`${summary(outcome)}\n\n${coverageTable(tally.coverage)}`);
    if (asked.writeAnswers) writeAnswers(kept);
    if (asked.writeCoverage) await writePage(asked, outcome, tally);
    process.exitCode = holds(outcome) ? 0 : 1;
  } finally {
    istiod.stop();
  }
}

async function main(): Promise<void> {
  const asked = argumentsOf(process.argv.slice(2));
  if (asked === undefined) return;
  try {
    await run(asked);
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

void main();
