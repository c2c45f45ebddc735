import type { FlowAnswer } from "../policies/mtls/flow";
import type { Mesh } from "../policies/mtls/mesh";
import type { Undiscovered } from "../policies/mtls/discovery/discovered";
import { describeRef, type Source } from "../policies/mtls/objects";
import type { FailedRule, RuleFinding } from "../policies/rules/run";
import type { Judgement } from "./judge";
import { sourcesOf } from "../policies/mtls/metas";
import type { Location, Report, ReportFinding, ReportFlow, SuppressedFinding, UndecidedField } from "./report";
import { UNKNOWN_RULE } from "./rule-choice";
import { linesOf, type Sought } from "./sources/locate";
import { isFileSource } from "./sources/origin";

/** Says why a finding does not count; `undefined` when it does. */
export type Suppress = (finding: RuleFinding, reported: ReportFinding) => SuppressedFinding["suppression"] | undefined;

/**
 * Makes the one report that every printer prints.
 * @param foreign texts that were passed over while walking folders
 */
export function compose(judgement: Judgement, foreign: number, suppress: Suppress): Report {
  const { assessment, run } = judgement;
  const findings: ReportFinding[] = run.failed.map(ofFailedRule);
  const suppressed: SuppressedFinding[] = [];
  const undecided: UndecidedField[] = [];
  const locations = locationsOf(run.findings);
  run.findings.forEach((finding, index) => {
    const reported = ofFinding(finding, locations[index]);
    if (finding.name === UNKNOWN_RULE) return undecided.push(ofUndecided(reported));
    const suppression = suppress(finding, reported);
    if (suppression === undefined) findings.push(reported);
    else suppressed.push({ ...reported, suppression });
  });
  undecided.push(...ofUndiscovered(assessment.mesh, assessment.undiscovered, undecided));
  findings.sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));

  const { counts } = assessment.mesh;
  const flows = assessment.flows.map(reportFlow);
  return {
    schemaVersion: 1,
    summary: {
      objects: counts.objects,
      skipped: counts.skipped + foreign,
      flows: flows.length,
      findings: {
        error: findings.filter(({ severity }) => severity === "error").length,
        warning: findings.filter(({ severity }) => severity === "warning").length,
      },
      suppressed: suppressed.length,
      exceptions: assessment.exceptions.length,
      unknown: countUnknown(flows, undecided),
    },
    flows,
    findings,
    suppressed,
    exceptions: assessment.exceptions,
    undecided,
    assumptions: assessment.assumptions,
  };
}

export const docsOf = (id: string): string => `docs/rules.md#${id.toLowerCase()}`;

const ofFinding = (finding: RuleFinding, location: Location | undefined): ReportFinding => ({
  id: finding.id,
  name: finding.name,
  severity: finding.severity,
  object: describeRef(finding.on),
  path: finding.path,
  ...(location === undefined ? {} : { location }),
  message: finding.message,
  why: finding.why,
  fix: finding.fix,
  docs: docsOf(finding.id),
});

const ofUndecided = ({
  object,
  path,
  location,
  message,
}: Pick<ReportFinding, "object" | "path" | "message"> & {
  readonly location?: Location | undefined;
}): UndecidedField => ({
  object,
  path,
  ...(location === undefined ? {} : { location }),
  message,
});

/** Clients of which nobody can tell where they connect to, but for those that a rule has already named. */
function ofUndiscovered(
  mesh: Mesh,
  undiscovered: readonly Undiscovered[],
  named: readonly UndecidedField[],
): UndecidedField[] {
  const known = new Set(named.map(({ object, path }) => `${object} ${path}`));
  const places = undiscovered.filter(({ object, path }) => !known.has(`${object} ${path}`));
  if (places.length === 0) return [];
  const sources = sourcesOf(mesh);
  const locations = locationsOf(places.map(({ object, path }) => ({ source: sources.get(object), path })));
  return places.map(({ object, path, reason }, at) =>
    ofUndecided({
      object,
      path,
      location: locations[at],
      message: `where this connects to could not be determined: ${reason}`,
    }),
  );
}

/** What an unknown flow already names is counted with the flow. */
function countUnknown(flows: readonly ReportFlow[], undecided: readonly UndecidedField[]): number {
  const unknown = flows.filter(({ outcome }) => outcome === "unknown");
  const named = new Set(unknown.flatMap((flow) => (flow.undecided ?? []).map(({ object }) => object)));
  return unknown.length + undecided.filter(({ object }) => !named.has(object)).length;
}

const ofFailedRule = ({ id, name, severity, message }: FailedRule): ReportFinding => ({
  id,
  name,
  severity,
  object: "",
  path: "",
  message: `this rule failed and says nothing about the input: ${message}`,
  why: "A rule that fails is a mistake in meshtls, and never a pass.",
  fix: "Report it with the smallest input that shows it.",
  docs: docsOf(id),
});

/** In the order of the documentation, whatever order the engine made them in. */
export const reportFlow = (flow: FlowAnswer): ReportFlow => ({
  from: flow.from,
  to: flow.to,
  asked: flow.asked,
  protocol: flow.protocol,
  tls: flow.tls,
  serverSpeaks: flow.serverSpeaks,
  origin: flow.origin,
  outcome: flow.outcome,
  ...(flow.symptom === undefined ? {} : { symptom: flow.symptom }),
  servers: flow.servers,
  because: flow.because,
  ...(flow.evidence === undefined ? {} : { evidence: flow.evidence }),
  assumptions: flow.assumptions,
  ...(flow.undecided.length === 0
    ? {}
    : { undecided: flow.undecided.map(({ object, path }) => ({ object: describeRef(object), path })) }),
});

/** Where findings are; lines are looked up together, file by file. */
export function locationsOf(
  places: readonly { readonly source?: Source | undefined; readonly path: string }[],
): (Location | undefined)[] {
  const sought: Sought[] = [];
  for (const { source, path } of places) if (isFileSource(source)) sought.push({ source, path });
  const lines = linesOf(sought);
  let next = 0;
  return places.map(({ source }) => {
    if (source === undefined) return undefined;
    if ("cluster" in source || "urn" in source) return source;
    if (isFileSource(source)) return { file: source.file, line: lines[next++] ?? 1 };
    return source.line === undefined ? { file: source.file } : { file: source.file, line: source.line };
  });
}
