import { ToolchainError } from "../../lab/toolchain/errors";
import { elapsed, progressOn } from "../../lab/toolchain/progress";
import { parseArguments, USAGE, UsageError, type Arguments } from "./arguments";
import { ensureOracle } from "./build";
import { Istiod } from "./istiod";
import { holds, report } from "./report";
import { conduct } from "./run";

/** `npm run conformance`: the engine against istiod's own code, over random meshes. */

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

async function run(asked: Arguments): Promise<void> {
  const progress = progressOn(process.stderr);
  const istiod = new Istiod(await ensureOracle(progress), asked.jobs);
  const started = Date.now();
  try {
    const outcome = await conduct(
      asked,
      istiod,
      () => {},
      (done, disagreements) =>
        progress.detail(
          `${done} of ${asked.count} meshes, ${disagreements} disagreements, ${elapsed(Date.now() - started)}`,
        ),
    );
    progress.step(`${outcome.meshes} meshes in ${elapsed(Date.now() - started)}`);
    console.log(report(outcome));
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
