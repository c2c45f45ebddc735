import type { Location, ReportFinding } from "../report";
import { summarize } from "../summary";
import type { Printer } from "./index";
import { describeFlow, describeServers, printable } from "./words";

/**
 * Annotations of GitHub Actions (workflow commands). Suppressed findings and unknown flows are notices; the counts come last, as
 * plain text for the log.
 */
export const printGithub: Printer = (report) =>
  [
    ...report.findings.map((finding) =>
      command(finding.severity, titleOf(finding), finding.location, `${messageOf(finding)}\nfix: ${finding.fix}`),
    ),
    ...report.suppressed.map((finding) =>
      command(
        "notice",
        `suppressed: ${titleOf(finding)}`,
        finding.location,
        `${finding.suppression.reason} (until ${finding.suppression.until})`,
      ),
    ),
    ...report.flows
      .filter(({ outcome }) => outcome === "unknown")
      .map((flow) => {
        const undecided = (flow.undecided ?? []).map(({ object, path }) => `not known: ${object} ${path}`);
        return command(
          "notice",
          `unknown: ${describeFlow(flow)}`,
          undefined,
          [...describeServers(flow), ...undecided].join("\n"),
        );
      }),
    ...report.undecided.map(({ object, path, location, message }) =>
      command("notice", `unknown: ${object} ${path}`.trim(), location, message),
    ),
    `meshtls: ${summarize(report.summary)}`,
    "",
  ].join("\n");

const titleOf = ({ id, name }: ReportFinding): string => `${id} ${name}`;

const messageOf = ({ object, path, message }: ReportFinding): string =>
  object === "" ? message : `${object}${path === "" ? "" : ` ${path}`}: ${message}`;

function command(
  level: "error" | "warning" | "notice",
  title: string,
  location: Location | undefined,
  text: string,
): string {
  const place =
    location === undefined || !("file" in location)
      ? {}
      : { file: location.file, ...(location.line === undefined ? {} : { line: String(location.line) }) };
  const properties = Object.entries({ ...place, title }).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${level} ${properties.join(",")}::${escapeData(text)}`;
}

// As the runner decodes them: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
const escapeData = (text: string): string => printable(text).replaceAll("%", "%25").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
