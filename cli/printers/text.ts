import { describeLocation, type Report, type ReportFinding, type ReportFlow } from "../report";
import { summarize } from "../summary";
import type { Printer } from "./index";
import { COLOUR, paint, type Paint } from "./paint";
import { countOutcomes, describeFlow, describeOutcome, describeServers, isNotable, printable } from "./words";

/** For people at a terminal: findings first, then the flows that matter, then the counts. */
export const printText: Printer = (report, { colour, quiet }) => {
  const colours = paint(colour);
  const parts = [
    ...report.findings.map((finding) => findingText(finding, colours)),
    ...(quiet
      ? []
      : [
          ...flowsText(report, colours),
          ...undecidedText(report, colours),
          ...exceptionsText(report, colours),
          ...suppressedText(report),
        ]),
  ];
  const text = [...parts, ...(quiet && parts.length === 0 ? [] : [summaryText(report, colours)])]
    .map((part) => `${part}\n`)
    .join("\n");
  return withoutControls(text, colour);
};

/** Of the control characters only our own colours may reach a terminal. */
const withoutControls = (text: string, colour: boolean): string =>
  colour
    ? text
        .split(COLOUR)
        .map((part, at) => (at % 2 === 1 ? part : printable(part)))
        .join("")
    : printable(text);

function findingText(finding: ReportFinding, colours: Paint): string {
  const { severity, id, name, object, path, message, why, fix, docs } = finding;
  const head = [colours[severity](severity), colours.strong(id), name].join("  ");
  const where = [describeLocation(finding.location), object, path].filter((part) => part !== "").join("  ");
  return [
    head,
    ...(where === "" ? [] : [`  ${colours.faint(where)}`]),
    ...indent(message, "  "),
    ...labelled("why", why, colours),
    ...labelled("fix", fix, colours),
    ...labelled("see", docs, colours),
  ].join("\n");
}

const labelled = (label: string, text: string, colours: Paint): string[] =>
  indent(text, "       ").map((line, index) => (index === 0 ? `  ${colours.faint(label)}  ${line.trimStart()}` : line));

const indent = (text: string, by: string): string[] => text.split("\n").map((line) => by + line);

/** Nobody should take silence about traffic for a verdict on it. */
const NO_FLOW = "no flow to judge was found among the objects: ask about one with --flow 'NAMESPACE/NAME -> HOST:PORT'";

function flowsText({ flows }: Report, colours: Paint): string[] {
  if (flows.length === 0) return [NO_FLOW];
  const shown = flows.filter(isNotable);
  const others = flows.filter((flow) => !isNotable(flow));
  return [
    ...shown.map((flow) => flowText(flow, colours)),
    ...(others.length === 0 ? [] : [`${shown.length === 0 ? "flows" : "other flows"}: ${countOutcomes(others)}`]),
  ];
}

function flowText(flow: ReportFlow, colours: Paint): string {
  const { outcome, because, undecided = [], evidence = [] } = flow;
  return [
    `${colours[outcome](describeOutcome(flow))}  ${colours.strong(describeFlow(flow))}`,
    ...(flow.origin === "declared" ? [] : [`  found in ${flow.origin.object} ${flow.origin.path}`]),
    ...describeServers(flow).map((line) => `  ${line}`),
    ...because.map(({ object, says }) => `  because ${object === undefined ? "" : `${object}: `}${says}`),
    ...undecided.map(({ object, path }) => `  not known: ${object} ${path}`),
    ...evidence.map(({ won, step, object, says }) => `  ${won ? "won" : "lost"}  ${step}: ${object}: ${says}`),
  ].join("\n");
}

const undecidedText = ({ undecided }: Report, colours: Paint): string[] =>
  undecided.map(({ object, path, location, message }) => {
    const where = [describeLocation(location), object, path].filter((part) => part !== "").join("  ");
    return [`${colours.unknown("unknown")}  ${colours.faint(where)}`, ...indent(message, "  ")].join("\n");
  });

const exceptionsText = ({ exceptions }: Report, colours: Paint): string[] =>
  exceptions.map(({ namespace, name, mode, state, owner, expires, daysLeft }) => {
    const until = expires === null ? "" : `, until ${expires} (${daysLeft === null ? "" : `${daysLeft} days left`})`;
    return `exception  ${colours.strong(`${namespace}/${name}`)}  ${mode ?? "unreadable"}, ${state}, owned by ${owner}${until}`;
  });

const suppressedText = ({ suppressed }: Report): string[] =>
  suppressed.map(
    ({ id, name, object, suppression: { by, until, reason } }) =>
      `suppressed  ${id}  ${name}  ${object}  until ${until} by ${by}: ${reason}`,
  );

function summaryText({ summary, assumptions }: Report, colours: Paint): string {
  return [
    ...assumptions.map((assumption) => colours.faint(`assumed: ${assumption}`)),
    colours.strong(summarize(summary)),
  ].join("\n");
}
