import { statSync } from "node:fs";
import { FILE, readAnswers } from "./answers";
import { compare } from "./compare";
import { Tally } from "./coverage";
import { holds } from "./report";

/** The engine against what istiod answered about random meshes (`npm run conformance -- --write-answers`), without Go. */

const answered = readAnswers();
const comparisons = answered.map(({ kase, answer }) => ({ name: kase.name, ...compare(kase, answer) }));

test.each(comparisons.map((one) => [one.name, one] as const))("as istiod answered mesh %s", (_, { disagreements }) => {
  expect(disagreements).toEqual([]);
});

test("little is left unknown", () => {
  const unknowns = comparisons.flatMap(({ name, unknowns: left }) => left.map((one) => ({ name, ...one })));
  const flows = comparisons.reduce((sum, one) => sum + one.flows, 0);
  expect(holds({ meshes: comparisons.length, flows, unknowns, disagreements: [], failures: [] })).toBe(true);
});

test("the kept meshes are many, in few bytes, and show most of the rules", () => {
  const tally = new Tally();
  for (const { kase, answer } of answered) tally.add(kase, answer);
  const shown = [...tally.coverage.values()];
  expect(answered.length).toBeGreaterThanOrEqual(300);
  expect(statSync(FILE).size).toBeLessThan(2_000_000);
  expect(shown.filter((count) => count > 0).length / shown.length).toBeGreaterThan(0.9);
});

describe("an answer of the engine's that differs is seen", () => {
  const told = answered.flatMap(({ kase, answer }) =>
    (answer.flows ?? []).flatMap((flow, at) => {
      const [first, ...others] = flow.destinations ?? [];
      const isAll = flow.verdicts.every((verdict) => verdict === "OK");
      return isAll && first?.verdict === "OK" && first.sent === "plaintext" && kase.flows[at]?.tls !== true
        ? [{ kase, answer, flow, at, first, others }]
        : [];
    }),
  );
  const [example] = told;
  if (example === undefined) throw new Error("no flow passes in plaintext");
  const { kase, answer, flow, at, first, others } = example;
  const withDestination = (changed: Partial<typeof first>) => {
    const destinations = [{ ...first, ...changed }, ...others];
    const verdicts = destinations.map(({ verdict }) => verdict);
    return {
      ...answer,
      flows: (answer.flows ?? []).map((each, place) => (place === at ? { ...flow, destinations, verdicts } : each)),
    };
  };

  test.each([
    ["what is sent", { sent: "istio-mtls" }],
    ["how it ends", { verdict: "E-UC" }],
    ["who is reached", { pod: "nowhere/nobody", address: "192.0.2.1" }],
    ["on which port", { port: first.port + 1 }],
  ])("%s", (_, changed) => {
    expect(compare(kase, withDestination(changed)).disagreements).toHaveLength(1);
  });
});
