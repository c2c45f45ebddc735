import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { z } from "zod";

import { checkArguments } from "../../components/arguments/check";
import { cidr, fields, image, inputOf, isoDate, port, text } from "../../components/arguments/kinds";
import { describeProblems, describeValue, didYouMean, problemsOf } from "../../components/arguments/problems";
import { together } from "../../components/arguments/together";
import { atLeast } from "../../components/versions";

const schema = together(
  fields({ low: port, high: port, name: text.exactOptional(), items: z.array(fields({ at: port })).default([]) }),
  ({ low, high, items = [] }, report) => {
    if (low !== undefined && high !== undefined && low > high) report(["low"], `is ${low}; at most high (${high})`);
    if (items.some((item) => item?.at === low)) report(["items"], "repeat low");
  },
);

const linesOf = (args: unknown): string[] => {
  try {
    checkArguments("Thing", "one", schema, args);
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    return error.message.split("\n");
  }
  return [];
};

describe("a check of arguments", () => {
  test("gives the parsed arguments, and takes undefined for not given", () => {
    expect(checkArguments("Thing", "one", schema, { low: 1, high: 2, name: undefined })).toEqual({
      low: 1,
      high: 2,
      items: [],
    });
  });

  test("says component, field, value, what is allowed", () => {
    expect(linesOf({ low: 0 })).toEqual([
      'Thing "one" cannot be created:',
      "  low   is 0; a port number from 1 to 65535",
      "  high  is missing; a port number from 1 to 65535",
    ]);
  });

  test("judges what holds between fields although others are wrong", () => {
    expect(linesOf({ low: 9, high: 2, name: "", colour: 1 }).slice(1)).toEqual([
      '  name    is ""; a text that is not empty',
      "  colour  is unknown; known here are low, high, name, items",
      "  low     is 9; at most high (2)",
    ]);
  });

  test("says nothing between fields of which one is wrong itself", () => {
    expect(linesOf({ low: "9", high: 2 }).slice(1)).toEqual(['  low  is "9"; a port number from 1 to 65535']);
  });

  test("keeps the sound items of a list whose other items are wrong", () => {
    expect(linesOf({ low: 3, high: 9, items: [{ at: "x" }, { at: 3 }, 7] }).slice(1)).toEqual([
      expect.stringContaining('items[0].at  is "x"; a port number'),
      expect.stringContaining("items[2]     is 7; a map of fields"),
    ]);
    expect(linesOf({ low: 3, high: 9, items: [{ at: 4 }, { at: 3 }] }).slice(1)).toEqual(["  items  repeat low"]);
  });

  test("takes any value at all without crashing", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }), (args) => {
        const lines = linesOf(args);
        expect(lines.length).not.toBe(1);
      }),
    );
  });
});

describe("a leaf that may be decided later", () => {
  const leaf = fields({ address: inputOf(text) });

  test("is checked when it is known, left alone when it is not", () => {
    const later = pulumi.output("x");
    expect(leaf.safeParse({ address: later }).success).toBe(true);
    expect(leaf.safeParse({ address: Promise.resolve("x") }).success).toBe(true);
    const { error } = leaf.safeParse({ address: " " });
    expect(error === undefined ? [] : problemsOf(error, { address: " " })).toEqual([
      { path: "address", text: 'is " "; a text that is not empty' },
    ]);
  });
});

describe("a kind", () => {
  test.each([
    [cidr, ["10.20.0.0/24", "0.0.0.0/0"], ["10.20.0.0", "10.20.0.0/33", "256.0.0.0/8", 10]],
    [isoDate, ["2028-02-29"], ["2027-02-29", "2027-2-1", "01.02.2027", 20270201]],
    [
      image,
      ["nginx:1", "reg.example.com:5000/a/b:v1.2", `a/b@sha256:${"0".repeat(64)}`, `a:1@sha256:${"f".repeat(64)}`],
      ["nginx", "nginx:", "a b:1", "a@sha256:12"],
    ],
  ])("accepts and refuses what it says", (one, good, bad) => {
    for (const value of good) expect([value, one.safeParse(value).success]).toEqual([value, true]);
    for (const value of bad) expect([value, one.safeParse(value).success]).toEqual([value, false]);
  });
});

describe("words", () => {
  test.each([
    ["expiry", "expires"],
    ["Replicas", "replicas"],
    ["wholly-other", undefined],
  ])("%s was meant as %s", (written, expected) => {
    expect(didYouMean(written, ["expires", "replicas", "mode"])).toBe(expected);
  });

  test("show plain data, shortened, and name the rest", () => {
    expect(describeValue({ a: [1] })).toBe('{"a":[1]}');
    expect(describeValue("x".repeat(200))).toHaveLength(81);
    expect(describeValue(pulumi.output("secret"))).toBe("an Output");
    expect(describeValue(12n)).toBe("12n");
    expect(describeValue([12n])).toBe("a structure that JSON cannot express");
    expect(describeValue(() => 1)).toBe("a function");
  });

  test("align", () => {
    const lines = describeProblems("Wrong:", [
      { path: "a", text: "is 1" },
      { path: "long.path", text: "is 2" },
    ]);
    expect(lines).toBe("Wrong:\n  a          is 1\n  long.path  is 2");
  });
});

test.each([
  ["2.26.1", "2.26.1", true],
  ["2.26.0", "2.26.1", false],
  ["2.100.0", "2.26.1", true],
  ["3.0.0", "2.26.1", true],
  ["1.99.99", "2.0.0", false],
])("version %s is at least %s: %s", (version, other, expected) => {
  expect(atLeast(version, other)).toBe(expected);
});
