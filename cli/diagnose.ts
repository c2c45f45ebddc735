import type { Arguments } from "./arguments";
import type { Run } from "./commands";
import { compare } from "./diagnose/culprits";
import { correctionsOf } from "./diagnose/corrections";
import type { Comparison, Diagnosis, Finding } from "./diagnose/diagnosis";
import { findingsOf } from "./diagnose/findings";
import { countLines, linesOf } from "./diagnose/line";
import { readLog } from "./diagnose/read-log";
import { hitsOf } from "./diagnose/record";
import { declaredFlows, emit, factsOf, readInput } from "./input";
import { wantsColour, type Io } from "./io";
import { answer, meshOf } from "./judge";
import { printDiagnosis } from "./printers/diagnosis";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/** `meshtls diagnose [FILE|-] [PATH…]`: what the lines of a log mean, and with manifests what in them is the cause. */
export const diagnose: Run = async (args, io) => {
  const [file = "-", ...paths] = args.positionals;
  if (file === "-" && paths.includes("-"))
    throw new UsageError(["standard input is either the log or the manifests, not both"]);
  const diagnosis = diagnoseLog(await readLog(file, io));
  const manifests = await comparison(diagnosis.findings, paths, args, io);
  const whole: Diagnosis = manifests === undefined ? diagnosis : { ...diagnosis, manifests };
  emit(
    args.text("format") === "json"
      ? `${JSON.stringify(whole, null, 2)}\n`
      : printDiagnosis(whole, wantsColour(io) && args.text("output") === undefined),
    args,
    io,
  );
  return EXIT.clean;
};

/** Reads a log; pure. */
export function diagnoseLog(log: string): Diagnosis {
  const lines = linesOf(log);
  const findings = findingsOf(hitsOf(lines));
  return { schemaVersion: 1, lines: countLines(log), findings, corrections: correctionsOf(lines, findings) };
}

async function comparison(
  findings: readonly Finding[],
  paths: readonly string[],
  args: Arguments,
  io: Io,
): Promise<Comparison | undefined> {
  const flows = await declaredFlows(args);
  if (paths.length + args.list("state").length + args.list("preview").length === 0 && !args.flag("live")) {
    if (flows.length > 0) throw new UsageError(["--flow and --flows ask about manifests: give them after the log"]);
    return undefined;
  }
  const { manifests, assumptions } = await readInput(paths, args, io);
  const mesh = meshOf(manifests, factsOf(args));
  return compare(findings, answer(mesh, { flows, assumptions, now: args.date("now") ?? io.today }));
}
