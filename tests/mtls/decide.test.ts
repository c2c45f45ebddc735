import fc from "fast-check";
import { decide, fact, type Fact } from "../../policies/mtls/decide";
import { UNKNOWN } from "../../policies/mtls/known";

const at = (path: string) => ({ object: { kind: "Pod", namespace: "ns", name: "a" }, path });
const open = (path: string): Fact<boolean> => fact<boolean>(UNKNOWN, [false, true], () => at(path));
const known = (value: boolean): Fact<boolean> => fact<boolean>(value, [false, true], () => at("none"));

describe("decide", () => {
  test("a known decision", () => {
    expect(decide({ a: known(true), b: known(false) }, ({ a, b }) => a && b)).toEqual({
      value: false,
      possible: [false],
      undecided: [],
    });
  });

  test("what cannot change the result does not matter", () => {
    expect(decide({ a: known(false), b: open("b") }, ({ a, b }) => a && b)).toEqual({
      value: false,
      possible: [false],
      undecided: [],
    });
  });

  test("what can change it is named, and only that", () => {
    const decision = decide({ a: open("a"), b: open("b"), c: open("c") }, ({ a, b }) => (a ? b : "no"));
    expect(decision.value).toBe(UNKNOWN);
    expect(new Set(decision.possible)).toEqual(new Set(["no", false, true]));
    expect(decision.undecided).toEqual([at("a"), at("b")]);
  });

  test("every combination is tried once", () => {
    const inputs = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(inputs, (sizes) => {
        const facts = Object.fromEntries(
          sizes.map((size, key) => [`f${key}`, { values: Array.from({ length: size }, (_, i) => i), undecided: [] }]),
        );
        const seen: string[] = [];
        decide(facts, (each) => seen.push(Object.values(each).join()));
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBe(sizes.reduce((product, size) => product * size, 1));
      }),
    );
  });
});
