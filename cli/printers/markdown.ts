import { describeLocation, type Report, type ReportFinding, type ReportFlow } from "../report";
import { summarize } from "../summary";
import type { Printer } from "./index";
import { countOutcomes, describeFlow, describeServers, isNotable, printable } from "./words";

/** For pull requests and wikis: GitHub-flavoured tables. */
export const printMarkdown: Printer = (report, { quiet }) => {
  const { flows } = report;
  const shown = flows.filter(isNotable);
  const others = flows.filter((flow) => !isNotable(flow));
  return [
    `**meshtls**: ${escapeText(summarize(report.summary))}`,
    ...section("Findings", report.findings.length > 0 ? [findingsTable(report.findings)] : []),
    ...(quiet
      ? []
      : [
          ...section("Flows", shown.length > 0 ? [flowsTable(shown)] : []),
          ...(others.length > 0 ? [`Other flows: ${countOutcomes(others)}.`] : []),
          ...section("Not known", report.undecided.length > 0 ? [undecidedTable(report)] : []),
          ...section("Exceptions", report.exceptions.length > 0 ? [exceptionsTable(report)] : []),
          ...section("Suppressed", report.suppressed.length > 0 ? [suppressedTable(report)] : []),
          ...report.assumptions.map((assumption) => `- assumed: ${escapeText(assumption)}`),
        ]),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
};

const section = (title: string, content: readonly string[]): string[] =>
  content.length === 0 ? [] : [`### ${title}`, ...content];

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that came from the input must not become markup. */
export const escapeText = (text: string): string =>
  printable(text)
    .replace(/[\\`*_[\]<>|#~]/g, (character) =>
      character === "<" ? "&lt;" : character === ">" ? "&gt;" : `\\${character}`,
    )
    .replace(/\s*\n\s*/g, "<br>");

/** A name as code; a backtick inside would end it. */
export const code = (text: string): string =>
  text === "" ? "" : `\`${printable(text).replaceAll("`", "'").replaceAll("|", "\\|").replace(/\s+/g, " ")}\``;

const findingsTable = (findings: readonly ReportFinding[]): string =>
  table(
    ["", "rule", "where", "what", "fix"],
    findings.map(({ severity, id, name, object, path, location, message, fix }) => [
      severity === "error" ? "❌ error" : "⚠️ warning",
      `${id}<br>${name}`,
      [code(object), code(path), code(describeLocation(location))].filter((part) => part !== "").join("<br>"),
      escapeText(message),
      escapeText(fix),
    ]),
  );

const flowsTable = (flows: readonly ReportFlow[]): string =>
  table(
    ["outcome", "flow", "what happens", "because"],
    flows.map((flow) => [
      flow.symptom === undefined ? flow.outcome : `${flow.outcome}<br>${flow.symptom}`,
      code(describeFlow(flow)),
      describeServers(flow).map(escapeText).join("<br>"),
      [
        ...flow.because.map(
          ({ object, says }) => `${object === undefined ? "" : `${code(object)}: `}${escapeText(says)}`,
        ),
        ...(flow.undecided ?? []).map(({ object, path }) => `not known: ${code(`${object} ${path}`)}`),
      ].join("<br>"),
    ]),
  );

const undecidedTable = ({ undecided }: Report): string =>
  table(
    ["where", "what cannot be told"],
    undecided.map(({ object, path, location, message }) => [
      [code(object), code(path), code(describeLocation(location))].filter((part) => part !== "").join("<br>"),
      escapeText(message),
    ]),
  );

const exceptionsTable = ({ exceptions }: Report): string =>
  table(
    ["exception", "mode", "state", "owner", "approver", "ticket", "expires"],
    exceptions.map(({ namespace, name, mode, state, owner, approver, ticket, expires, daysLeft }) => [
      code(`${namespace}/${name}`),
      mode ?? "unreadable",
      state,
      escapeText(owner),
      escapeText(approver ?? "–"),
      escapeText(ticket ?? "–"),
      expires === null ? "–" : `${expires} (${daysLeft ?? "?"} days)`,
    ]),
  );

const suppressedTable = ({ suppressed }: Report): string =>
  table(
    ["rule", "object", "until", "by", "reason"],
    suppressed.map(({ id, name, object, suppression: { by, until, reason } }) => [
      `${id} ${name}`,
      code(object),
      until,
      by,
      escapeText(reason),
    ]),
  );
