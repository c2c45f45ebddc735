import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import type { Report } from "../../cli/report";
import { CASES_DIRECTORY, CASES_NOW, caseNames, FIXED, readCase } from "../support/cases";
import { meshtls } from "./support/meshtls";
import { EMPTY, REPORT } from "./support/report";

const schema = JSON.parse(readFileSync(join(__dirname, "../../docs/meshtls.schema.json"), "utf8")) as object;
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

const problemsOf = (document: unknown): unknown => (validate(document) ? [] : validate.errors);

const check = (name: string, ...argv: readonly string[]) => {
  const path = join(CASES_DIRECTORY, name);
  return meshtls(["check", join(path, "mesh.yaml"), "--flows", join(path, "expect.yaml"), "--now", CASES_NOW, ...argv]);
};

describe.each(caseNames())("%s", (name) => {
  const { expect: expected } = readCase(name);

  test("the document is valid, and says what is expected", async () => {
    const { code, stdout } = await check(name, "--format", "json", "--evidence");
    const report = JSON.parse(stdout) as Report;
    expect(problemsOf(report)).toEqual([]);
    expect(report.flows.slice(0, expected.flows.length).map(({ outcome, symptom }) => ({ outcome, symptom }))).toEqual(
      expected.flows.map(({ outcome, symptom }) => ({ outcome, symptom })),
    );
    expect(code).toBe(name.endsWith(FIXED) ? 0 : isBroken(report) ? 1 : 0);
    for (const { location } of report.findings) expect(location).toMatchObject({ line: expect.any(Number) as unknown });
  });

  test("every format names the same findings and exits alike", async () => {
    const json = await check(name, "--format", "json");
    const ids = (JSON.parse(json.stdout) as Report).findings.map(({ id }) => id).sort();
    for (const format of ["text", "markdown", "sarif", "junit", "github"]) {
      const { code, stdout } = await check(name, "--format", format);
      expect(code).toBe(json.code);
      expect(stdout.match(FINDING_IDS[format] ?? /$^/g)?.sort() ?? []).toEqual(ids);
    }
  });
});

/** A flow that somebody wants does not work, or a rule says that something must change. */
const isBroken = ({ flows, findings }: Report): boolean =>
  findings.some(({ severity }) => severity === "error") ||
  flows.some(({ origin, outcome }) => origin === "declared" && outcome === "refused");

/** Where each format says the id of a finding, once per finding. */
const FINDING_IDS: Readonly<Record<string, RegExp>> = {
  text: /(?<=^(?:error|warning) {2})MTLS\d+/gm,
  markdown: /(?<=^\| (?:❌ error|⚠️ warning) \| )MTLS\d+/gm,
  sarif: /(?<="ruleId": ")MTLS\d+/g,
  junit: /(?<=classname="meshtls\.)MTLS\d+/g,
  github: /(?<=^::(?:error|warning) .*title=)MTLS\d+/gm,
};

test("the schema takes one of everything, and refuses what is missing or too much", () => {
  expect(problemsOf(REPORT)).toEqual([]);
  expect(problemsOf(EMPTY)).toEqual([]);
  expect(problemsOf({ ...REPORT, summary: {} })).not.toEqual([]);
  expect(problemsOf({ ...REPORT, more: 1 })).not.toEqual([]);
  expect(problemsOf({ ...REPORT, flows: REPORT.flows.map((flow) => ({ ...flow, outcome: "mtls" })) })).not.toEqual([]);
});
