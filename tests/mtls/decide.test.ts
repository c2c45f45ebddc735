import fc from "fast-check";
import { decide } from "../../policies/mtls/decide";
import { UNKNOWN, type Known } from "../../policies/mtls/known";

const place = (path: string) => ({ object: { kind: "Pod", namespace: "ns", name: "a" }, path });
const BOTH = [false, true];

const decideFlags = <R>(
  a: Known<boolean>,
  b: Known<boolean>,
  c: Known<boolean>,
  rule: (inputs: { a: boolean; b: boolean; c: boolean }) => R,
) => decide({ a, b, c }, { ways: { a: BOTH, b: BOTH, c: BOTH }, place }, rule);

describe("decide", () => {
  test("a known decision", () => {
    const decision = decideFlags(true, false, true, ({ a, b }) => a && b);
    expect(decision).toEqual({ value: false, possible: [false], undecided: [] });
  });

  test("what cannot change the result does not matter", () => {
    const decision = decideFlags(false, UNKNOWN, UNKNOWN, ({ a, b, c }) => a && (b || c));
    expect(decision).toEqual({ value: false, possible: [false], undecided: [] });
  });

  test("what can change it is named, and only that", () => {
    const decision = decideFlags(UNKNOWN, UNKNOWN, UNKNOWN, ({ a, b }) => (a ? b : "no"));
    expect(decision.value).toBe(UNKNOWN);
    expect(new Set(decision.possible)).toEqual(new Set(["no", false, true]));
    expect(decision.undecided).toEqual([place("a"), place("b")]);
  });

  test("every combination is tried once", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, (counts) => {
        const keys = counts.map((_, at) => `f${at}`);
        const given = Object.fromEntries(keys.map((key) => [key, UNKNOWN]));
        const ways = Object.fromEntries(
          counts.map((count, at) => [`f${at}`, Array.from({ length: count }, (_, i) => i)]),
        );
        const seen: string[] = [];
        decide<Record<string, unknown>, number>(given, { ways, place }, (inputs) =>
          seen.push(keys.map((key) => inputs[key]).join()),
        );
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBe(counts.reduce((product, count) => product * count, 1));
      }),
    );
  });
});
