import { specificationAnswers } from "../conformance/answers";
import { compare } from "../conformance/compare";

/** Every case of the specification as istiod answered it: what is sent, what is accepted, how it ends, what the user sees. */

const comparisons = specificationAnswers().map(({ kase, answer }) => ({
  title: `${kase.name}: ${kase.desc ?? ""}`,
  ...compare(kase, answer),
}));

test.each(comparisons.map((one) => [one.title, one] as const))("istiod case %s", (_, { disagreements, unknowns }) => {
  expect(disagreements).toEqual([]);
  expect(unknowns).toEqual([]);
});

test("all of istiod's answers are compared", () => {
  expect(comparisons.reduce((sum, { flows }) => sum + flows, 0)).toBe(413);
});
