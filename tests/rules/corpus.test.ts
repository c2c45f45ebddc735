import { assess } from "../../policies/mtls/assess";
import { readMesh } from "../../policies/mtls/manifests";
import { RULES } from "../../policies/rules";
import { runRules, type RuleRun } from "../../policies/rules/run";
import { defaultSettings } from "../../policies/rules/settings";
import { CASES_NOW, caseNames, declared, FIXED, readCase, type Case } from "../support/cases";

/** The rules over the whole corpus: they find what a situation is about, and are silent once it is put right. */

function judge({ manifests, expect: { flows } }: Case): RuleRun {
  const settings = defaultSettings(CASES_NOW);
  return runRules(assess(readMesh(manifests), { flows: flows.map(declared), now: CASES_NOW }), settings);
}

const cases = caseNames().map(readCase);
const fixed = cases.filter(({ name }) => name.endsWith(FIXED));
const broken = cases.filter(({ name }) => !name.endsWith(FIXED));

test.each(fixed.map((each) => [each.name, each] as const))("%s: every rule is silent", (_, each) => {
  expect(judge(each)).toEqual({ findings: [], failed: [] });
});

test.each(broken.map((each) => [each.name, each] as const))(
  "%s: the expected rules fire, and none fails",
  (_, each) => {
    const { findings, failed } = judge(each);
    expect(failed).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining([...(each.expect.findings ?? [])]));
  },
);

const OTLP = /:431[78]$/;

test("telemetry that is refused is always an error, with the text that its user sees", () => {
  const unseen = broken.filter((each) => {
    const isRefused = each.expect.flows.some(({ to, outcome }) => OTLP.test(to) && outcome === "refused");
    return isRefused && !judge(each).findings.some(({ id }) => id === "MTLS102");
  });
  expect(unseen.map(({ name }) => name)).toEqual([]);
});

test("most rules have a situation of their own", () => {
  const fired = new Set(broken.flatMap((each) => judge(each).findings.map(({ name }) => name)));
  expect([...fired].filter((name) => !RULES.some((rule) => rule.name === name))).toEqual([]);
  expect(fired.size).toBeGreaterThanOrEqual(18);
});
