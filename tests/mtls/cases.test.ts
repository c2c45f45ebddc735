import { assess } from "../../policies/mtls/assess";
import { readMesh } from "../../policies/mtls/manifests";
import { CASES_NOW, caseNames, declared, FIXED, readCase } from "../support/cases";

/** Every situation of the corpus: the broken one ends as it is known to end, its twin is put right. */
describe.each(caseNames())("%s", (name) => {
  const { expect: expected, manifests } = readCase(name);
  const { flows, mesh } = assess(readMesh(manifests), {
    flows: expected.flows.map(declared),
    discover: false,
    now: CASES_NOW,
  });

  test("is read without a problem", () => expect(mesh.problems).toEqual([]));

  test.each(expected.flows.map((flow, at) => [`${flow.from} -> ${flow.to}`, flow, at] as const))(
    "%s",
    (_, flow, at) => {
      const { outcome, symptom } = flows[at] ?? {};
      expect({ outcome, symptom }).toEqual({ outcome: flow.outcome, symptom: flow.symptom });
    },
  );
});

describe("the corpus", () => {
  const names = caseNames();
  const situations = names.filter((name) => !name.endsWith(FIXED));
  const cases = names.map(readCase);

  test("has a fixed twin for every situation, and no twin without one", () => {
    expect(names.filter((name) => name.endsWith(FIXED))).toEqual(situations.map((name) => name + FIXED).sort());
  });

  test("holds at least 120 situations, 60 of them public", () => {
    const isPublic = (name: string): boolean => (readCase(name).expect.references ?? []).length > 0;
    expect(situations.length).toBeGreaterThanOrEqual(120);
    expect(situations.filter(isPublic).length).toBeGreaterThanOrEqual(60);
  });

  test("expects something of every case", () => {
    expect(cases.filter(({ expect: { flows } }) => flows.length === 0).map(({ name }) => name)).toEqual([]);
  });

  test("is broken where it says so: refused, or a rule has something to say", () => {
    const sound = cases.filter(
      ({ name, expect: { flows, findings } }) =>
        !name.endsWith(FIXED) && !flows.some(({ outcome }) => outcome === "refused") && (findings ?? []).length === 0,
    );
    expect(sound.map(({ name }) => name)).toEqual([]);
  });

  test("is sound where it is put right", () => {
    const broken = cases.filter(
      ({ name, expect: { flows, findings } }) =>
        name.endsWith(FIXED) && (flows.some(({ symptom }) => symptom !== undefined) || (findings ?? []).length > 0),
    );
    expect(broken.map(({ name }) => name)).toEqual([]);
  });
});
