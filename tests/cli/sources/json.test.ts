import * as fc from "fast-check";
import { JsonProblem, scanJson } from "../../../cli/sources/json";
import { MAX_DEPTH } from "../../../cli/sources/yaml";

const scan = (text: string) => {
  const bytes = Buffer.from(text);
  return scanJson(bytes).map((span) => ({
    text: bytes.toString("utf8", span.start, span.end),
    items: span.items?.elements.map(({ start, end }) => bytes.toString("utf8", start, end).trim()),
  }));
};

const problem = (text: string): string => {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof JsonProblem) return `${error.offset}: ${error.message}`;
    throw error;
  }
  throw new Error("it was accepted");
};

test("any JSON value is found whole", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("", " ", "\n"), (json, space) => {
      expect(scan(`${space}${json}${space}`)).toMatchObject([{ text: json }]);
    }),
  );
});

test("values one after another", () => {
  expect(scan('{"a":1}\n{"b":[2]} [3]').map(({ text }) => text)).toEqual(['{"a":1}', '{"b":[2]}', "[3]"]);
  expect(scan("")).toEqual([]);
});

test("the items of a list, and only those of the value itself", () => {
  expect(scan('{"items": [ {"a": ","}, [1, 2], "x" ], "b": {"items": [1]}}')).toMatchObject([
    { items: ['{"a": ","}', "[1, 2]", '"x"'] },
  ]);
  expect(scan('{"items":[]}')).toMatchObject([{ items: [] }]);
  expect(scan('{"b":{"items":[1]}}')[0]?.items).toBeUndefined();
  expect(scan('[{"items":[1]}]')[0]?.items).toBeUndefined();
  expect(scan('{"items":{"x":[1]}}')[0]?.items).toBeUndefined();
});

describe("keys given twice", () => {
  test.each([
    ['{"a": 1, "b": {"a": 2}, "a": 3}', "24"],
    ['{"a": 1, "\\u0061": 2}', "9"],
    ['{"\\u0061": 1, "a": 2}', "14"],
    [`{${Array.from({ length: 200 }, (_, key) => `"k${key}":1`).join(",")},"k7":2}`, ""],
  ])("%#", (text, offset) => expect(problem(text)).toMatch(new RegExp(`^${offset}.*twice`)));

  test("the same key in different objects is none", () =>
    expect(scan('[{"a":1},{"a":{"a":1}},{"b":{"a":1},"a":2}]')).toHaveLength(1));
});

describe("what is refused", () => {
  test.each([
    ["[".repeat(MAX_DEPTH + 1) + "]".repeat(MAX_DEPTH + 1), "nested"],
    ["[".repeat(2_000_000), "nested"],
    ['{"a": 1', "middle of a value"],
    ['{"a": "x', "does not end"],
    ["[1}", "closes nothing"],
    ['{"a":1},{"b":2}', "between"],
  ])("%#", (text, message) => expect(problem(text)).toContain(message));
});
