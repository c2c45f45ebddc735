import fc from "fast-check";
import { UNKNOWN, type Known } from "../../policies/mtls/known";
import { firstOnly, LabelledIndex, matchesSelector, SelectorIndex, selects } from "../../policies/mtls/labels";
import type { Labels } from "../../policies/mtls/mesh";

describe("selects", () => {
  test.each<[string, Known<Labels>, Known<Labels>, Known<boolean>]>([
    ["an empty selector selects everything", {}, {}, true],
    ["and everything unknown", {}, UNKNOWN, true],
    ["all labels are needed", { a: "1", b: "2" }, { a: "1", b: "2", c: "3" }, true],
    ["one is missing", { a: "1", b: "2" }, { a: "1" }, false],
    ["one differs", { a: "1" }, { a: "2" }, false],
    ["an unknown label", { a: "1" }, { a: UNKNOWN }, UNKNOWN],
    ["an unknown selector value", { a: UNKNOWN }, { a: "1" }, UNKNOWN],
    ["unknown values do not make a missing label", { a: UNKNOWN }, { b: "1" }, false],
    ["a difference decides whatever else is unknown", { a: "1", b: UNKNOWN }, { a: "2", b: "1" }, false],
    ["unknown labels", { a: "1" }, UNKNOWN, UNKNOWN],
    ["an unknown selector", UNKNOWN, { a: "1" }, UNKNOWN],
  ])("%s", (_, selector, labels, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});

describe("selectors of Kubernetes", () => {
  const of = (operator: string, values: readonly string[] = []) => ({
    matchLabels: {},
    matchExpressions: [{ key: "a", operator, values }],
  });

  test.each<[string, ReturnType<typeof of>, Known<Labels>, Known<boolean>]>([
    ["In", of("In", ["1", "2"]), { a: "2" }, true],
    ["In, absent", of("In", ["1"]), {}, false],
    ["NotIn", of("NotIn", ["1"]), { a: "2" }, true],
    ["NotIn, absent", of("NotIn", ["1"]), {}, true],
    ["Exists, unknown value", of("Exists"), { a: UNKNOWN }, true],
    ["DoesNotExist", of("DoesNotExist"), { a: "1" }, false],
    ["In, unknown value", of("In", ["1"]), { a: UNKNOWN }, UNKNOWN],
    ["unknown labels", of("Exists"), UNKNOWN, UNKNOWN],
  ])("%s", (_, selector, labels, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });
});

describe("the indexes find what a scan finds", () => {
  const value = fc.constantFrom<Known<string>>("1", "2", UNKNOWN);
  const labels = fc.oneof(
    { arbitrary: fc.dictionary(fc.constantFrom("a", "b", "c"), value), weight: 9 },
    { arbitrary: fc.constant(UNKNOWN), weight: 1 },
  );

  const scan = (items: readonly Known<Labels>[], answer: (item: Known<Labels>) => Known<boolean>) =>
    items.flatMap((item) => {
      const selected = answer(item);
      return selected === false ? [] : [{ item, certain: selected === true }];
    });

  test("things with labels, by selector", () => {
    fc.assert(
      fc.property(fc.array(labels), labels, (items, selector) => {
        const index = new LabelledIndex(items, (item) => item);
        expect(index.selectedBy(selector)).toEqual(scan(items, (item) => selects(selector, item)));
      }),
    );
  });

  test("things with selectors, by labels", () => {
    fc.assert(
      fc.property(fc.array(labels), labels, (items, given) => {
        const index = new SelectorIndex(items, (item) => item);
        expect(index.selecting(given)).toEqual(scan(items, (item) => selects(item, given)));
      }),
    );
  });

  const sameText = (item: Known<Labels>): string =>
    typeof item === "symbol" ? "" : JSON.stringify(Object.entries(item).sort());
  const hasUnknown = (item: Known<Labels>): boolean =>
    typeof item === "symbol" || Object.values(item).some((each) => typeof each === "symbol");

  interface Numbered {
    readonly selector: Known<Labels>;
    readonly at: number;
  }

  test("of things that have a selector in common, the first where it surely selects", () => {
    fc.assert(
      fc.property(fc.array(labels), labels, (items, given) => {
        const numbered = items.map((selector, at): Numbered => ({ selector, at }));
        const index = new SelectorIndex(numbered, ({ selector }) => selector, firstOnly);
        const stoodFor = ({ selector, at }: Numbered): boolean =>
          selects(selector, given) === true &&
          !hasUnknown(selector) &&
          numbered.some(
            (other) => other.at < at && !hasUnknown(other.selector) && sameText(other.selector) === sameText(selector),
          );
        const expected = index.selecting(given).filter(({ item }) => !stoodFor(item));
        expect(index.foremost(given)).toEqual(expected);
      }),
    );
  });
});
