import { describeLocation, type Report, type ReportFinding } from "../report";
import type { Printer } from "./index";
import { describeFlow, describeOutcome, describeServers, isNotable } from "./words";
import { attribute, escapeXml } from "./xml";

/**
 * JUnit XML as CI systems read it: one test case per finding, and one per declared or notable flow. Errors fail; a
 * warning passes with its text beside it; what is suppressed or unknown is skipped, not passed.
 */
export const printJunit: Printer = (report) => {
  const suites = [findingsSuite(report), flowsSuite(report)];
  const sum = (key: "tests" | "failures" | "skipped"): number => suites.reduce((total, suite) => total + suite[key], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="meshtls" tests="${sum("tests")}" failures="${sum("failures")}" errors="0" skipped="${sum("skipped")}">`,
    ...suites.map(({ xml }) => xml),
    "</testsuites>",
    "",
  ].join("\n");
};

interface Suite {
  readonly xml: string;
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
}

interface Case {
  readonly xml: string;
  readonly result: "passed" | "failed" | "skipped";
}

function suite(name: string, cases: readonly Case[]): Suite {
  const failures = cases.filter(({ result }) => result === "failed").length;
  const skipped = cases.filter(({ result }) => result === "skipped").length;
  const xml = [
    `  <testsuite name="${attribute(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
    ...cases.map(({ xml }) => xml),
    "  </testsuite>",
  ].join("\n");
  return { xml, tests: cases.length, failures, skipped };
}

const findingsSuite = ({ findings, suppressed }: Report): Suite =>
  suite("findings", [
    ...findings.map((finding) =>
      finding.severity === "error"
        ? testCase(finding, "failed", `<failure message="${attribute(finding.message)}" type="error">`, "</failure>")
        : testCase(finding, "passed", "<system-out>", "</system-out>"),
    ),
    ...suppressed.map((finding) => {
      const { reason, until } = finding.suppression;
      return testCase(
        finding,
        "skipped",
        `<skipped message="${attribute(`${reason} (until ${until})`)}">`,
        "</skipped>",
      );
    }),
  ]);

function testCase(finding: ReportFinding, result: Case["result"], open: string, close: string): Case {
  const { id, name, object, path, location, message, why, fix, severity } = finding;
  const text = [
    `${severity}: ${message}`,
    [describeLocation(location), object, path].filter((part) => part !== "").join(" "),
    `why: ${why}`,
    `fix: ${fix}`,
  ].join("\n");
  const file = location !== undefined && "file" in location ? ` file="${attribute(location.file)}"` : "";
  const title = [object, path].filter((part) => part !== "").join(" ");
  return {
    result,
    xml: [
      `    <testcase classname="${attribute(`meshtls.${id}`)}" name="${attribute(`${name}: ${title}`)}"${file}>`,
      `      ${open}${escapeXml(text)}${close}`,
      "    </testcase>",
    ].join("\n"),
  };
}

/** A refused flow fails through its finding; here every flow is listed with what came of it. */
const flowsSuite = ({ flows, undecided }: Report): Suite =>
  suite("flows", [
    ...flows.filter(isNotable).map((flow): Case => {
      const isKnown = flow.outcome !== "unknown";
      const text = [describeOutcome(flow), ...describeServers(flow)].join("\n");
      const body = isKnown
        ? `<system-out>${escapeXml(text)}</system-out>`
        : `<skipped message="the outcome is unknown">${escapeXml(text)}</skipped>`;
      return {
        result: isKnown ? "passed" : "skipped",
        xml: [
          `    <testcase classname="meshtls.flow" name="${attribute(describeFlow(flow))}">`,
          `      ${body}`,
          "    </testcase>",
        ].join("\n"),
      };
    }),
    ...undecided.map(({ object, path, message }): Case => ({
      result: "skipped",
      xml: [
        `    <testcase classname="meshtls.unknown" name="${attribute(`${object} ${path}`.trim())}">`,
        `      <skipped message="not known">${escapeXml(message)}</skipped>`,
        "    </testcase>",
      ].join("\n"),
    })),
  ]);
