import { toBeValidSarifLog } from "@microsoft/jest-sarif";
import { printSarif } from "../../../cli/printers/sarif";
import { EMPTY, REPORT } from "../support/report";

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly suppressions?: readonly unknown[];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}

const log = (report: typeof REPORT): Log => JSON.parse(printSarif(report, { colour: false, quiet: false })) as Log;

/** What SARIF's own schema says of a log; nothing when it is valid. */
function invalid(value: unknown): string | undefined {
  const { pass, message } = toBeValidSarifLog.call({} as never, value) as { pass: boolean; message: () => string };
  return pass ? undefined : message();
}

test.each([
  ["one of everything", REPORT],
  ["nothing", EMPTY],
])("%s is valid by SARIF's own schema", (_, report) => {
  expect(invalid(log(report))).toBeUndefined();
});

test("a log that is not valid is found out", () => {
  expect(invalid({ version: "2.1.0", runs: [{ tool: {} }] })).toContain("driver");
});

test("results point at their rules, suppressed ones say so", () => {
  const [run] = log(REPORT).runs;
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  expect(run.results.filter(({ suppressions }) => suppressions !== undefined).map(({ ruleId }) => ruleId)).toEqual([
    "MTLS113",
  ]);
});

test("fingerprints do not depend on lines or messages", () => {
  const moved = {
    ...REPORT,
    findings: REPORT.findings.map((finding) => ({
      ...finding,
      location: { file: "elsewhere.yaml", line: 99 },
      message: "!",
    })),
  };
  const prints = (report: typeof REPORT) =>
    log(report).runs[0].results.map(({ partialFingerprints }) => partialFingerprints);
  expect(prints(moved)).toEqual(prints(REPORT));
  expect(new Set(prints(REPORT).map((print) => JSON.stringify(print))).size).toBe(4);
});
