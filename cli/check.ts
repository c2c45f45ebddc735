import { isExpired, type IsoDate } from "../policies/mtls/clock";
import type { Arguments } from "./arguments";
import { inBaseline, renderBaseline, type Baseline } from "./baseline";
import type { Run } from "./commands";
import { compose, type Suppress } from "./compose";
import { declaredFlows, factsOf, readInput, readText, writeText } from "./input";
import { wantsColour, type Io } from "./io";
import { judge, type Judgement, type Question } from "./judge";
import { THRESHOLDS } from "./options";
import { FORMATS, printerOf, type Printer } from "./printers/index";
import type { Report } from "./report";
import { chooseRules } from "./rule-choice";
import { within } from "./scope";
import { readSuppressions, suppressionOf, type Suppressions } from "./suppressions";
import { count, summarize } from "./summary";
import { exitCode } from "./threshold";
import { UsageError } from "./usage-error";

/** `meshtls check`: answers every flow, applies the rules, prints one report. */
export const check: Run = async (args, io) => {
  const now = args.date("now") ?? io.today;
  const rules = chooseRules(args.list("rule"));
  const flows = await declaredFlows(args);
  const baseline = await baselineOf(args);
  const target = baselineTarget(args);
  const printer = await printerOf(FORMATS.find((name) => name === args.text("format")) ?? "text");

  const question = { flows, facts: factsOf(args), now, evidence: args.flag("evidence"), rules };
  const { judgement, foreign } = await judged(question, args, io);
  const suppressions = readSuppressions(judgement.assessment.mesh, now);
  let report = compose(judgement, foreign, suppressBy(suppressions, baseline, now));
  const notes = [...judgement.notes, ...suppressions.notes, ...expiryNote(baseline, now)];
  if (target !== undefined) {
    const content: Baseline = { until: target.until, findings: report.findings };
    writeText(target.file, renderBaseline(content));
    notes.push(
      `${target.file}: ${count(report.findings.length, "finding")} ${report.findings.length === 1 ? "does" : "do"} not count until ${target.until}`,
    );
    report = compose(judgement, foreign, suppressBy(suppressions, { file: target.file, content }, now));
  }
  print(report, printer, args, io);
  if (!args.flag("quiet")) for (const note of notes) io.stderr.write(`note: ${note}\n`);
  return exitCode(report, THRESHOLDS.find((level) => level === args.text("fail-on")) ?? "error");
};

/** Apart, so that the objects as they came in can be forgotten once they are judged. */
async function judged(
  question: Question,
  args: Arguments,
  io: Io,
): Promise<{ readonly judgement: Judgement; readonly foreign: number }> {
  const { manifests, foreign, assumptions } = await readInput(args.positionals, args, io);
  return { judgement: within(judge(manifests, { ...question, assumptions }), args.list("namespace")), foreign };
}

interface BaselineFile {
  readonly file: string;
  readonly content: Baseline;
}

async function baselineOf(args: Arguments): Promise<BaselineFile | undefined> {
  const file = args.text("baseline");
  if (file === undefined) return undefined;
  const { parseBaseline } = await import("./baseline-file");
  const content = parseBaseline(readText(file));
  if ("problems" in content) throw new UsageError(content.problems.map((problem) => `${file}: ${problem}`));
  return { file, content };
}

function baselineTarget(args: Arguments): { readonly file: string; readonly until: IsoDate } | undefined {
  const file = args.text("write-baseline");
  const until = args.date("until");
  if (file !== undefined && until !== undefined) return { file, until };
  if (file !== undefined) throw new UsageError(["--write-baseline needs --until DATE: a baseline ends some day"]);
  if (until !== undefined)
    throw new UsageError(["--until says when a baseline ends: give --write-baseline FILE with it"]);
  return undefined;
}

function suppressBy(suppressions: Suppressions, baseline: BaselineFile | undefined, now: IsoDate): Suppress {
  const isKnown = baseline === undefined ? () => false : inBaseline(baseline.content, now);
  return (finding, reported) => {
    const inPlace = suppressionOf(suppressions, finding);
    if (inPlace !== undefined) return { by: "annotation", until: inPlace.until, reason: inPlace.reason };
    if (baseline === undefined || !isKnown(reported)) return undefined;
    return { by: "baseline", until: baseline.content.until, reason: baseline.file };
  };
}

const expiryNote = (baseline: BaselineFile | undefined, now: IsoDate): string[] =>
  baseline !== undefined && isExpired(baseline.content.until, now)
    ? [`${baseline.file} ran out on ${baseline.content.until}: its findings count again`]
    : [];

function print(report: Report, printer: Printer, args: Arguments, io: Io): void {
  const file = args.text("output");
  const quiet = args.flag("quiet");
  if (file === undefined) return io.stdout.write(printer(report, { colour: wantsColour(io), quiet }));
  writeText(file, printer(report, { colour: false, quiet }));
  if (!quiet) io.stderr.write(`${file}: ${summarize(report.summary)}\n`);
}
