import fc from "fast-check";
import { load } from "js-yaml";
import { readAnyIndentation } from "../../policies/mtls/indentation";

const read = (text: string): unknown => readAnyIndentation(text, load).value;

describe("inside brackets and quotes a line may begin anywhere, as for kubectl", () => {
  test.each<[string, string, unknown]>([
    [
      "a bracket closed under the key",
      "spec:\n  args: [\n    a,\n    b\n  ]\n  more: 1\n",
      { args: ["a", "b"], more: 1 },
    ],
    ["a bracket closed in the first column", "spec:\n  args: [\n    a\n]\n  # more\n", { args: ["a"] }],
    ["braces", "spec:\n    a: {\n  b: 1,\nc: 2\n}\n", { a: { b: 1, c: 2 } }],
    [
      "a text in single quotes",
      "spec:\n  says: 'one\n  two\n\n  three'\n  more: 1\n",
      { says: "one two\nthree", more: 1 },
    ],
    ["a text in double quotes", 'spec:\n  says: "one\n two\\\n  three"\n', { says: "one twothree" }],
    ["tabs", "spec:\n  args: [\n\ta,\n\tb\n  ]\n", { args: ["a", "b"] }],
  ])("%s", (_, text, spec) => {
    expect(read(text)).toEqual({ spec });
  });

  test("lines stay where they stood", () => {
    const text = "a:\n  b: [\n  1,\n  2\n  ]\n  c: 3\n";
    const lines = readAnyIndentation(text, load).text.split("\n");
    expect(lines.map((line) => line.trim())).toEqual(text.split("\n").map((line) => line.trim()));
    expect(lines[5]).toBe("  c: 3");
  });
});

describe("what is wrong stays wrong", () => {
  const reason = (text: string): unknown => {
    try {
      read(text);
    } catch (error) {
      return (error as { reason?: unknown }).reason;
    }
    return undefined;
  };

  test.each<[string, string]>([
    ["a quote that is never closed", "a:\n  b: 'one\n  c: two\n"],
    ["a bracket that is never closed", "a:\n  b: [\n  c\n  d: e\n"],
    ["a quote around a document marker", 'a:\n  b: "c\n---\n  d"\n'],
  ])("%s is told of by its first line", (_, text) => {
    expect(reason(text)).toBe("deficient indentation");
  });

  test("anything else is what the parser says", () => {
    expect(reason("a: b: c")).toBe("bad indentation of a mapping entry");
  });
});

test("however far in the lines of a list and of a text begin, they say the same", () => {
  const item = fc.constantFrom("a", '"b"', "{ c: 1 }", "[d]");
  const word = fc.constantFrom("one", "two: 2", "- three", "# four", "[five");
  const margin = fc.nat(8).map((width) => " ".repeat(width));
  const lines = (content: fc.Arbitrary<string>) => fc.array(fc.tuple(margin, content), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(lines(item), lines(word), margin, (items, words, close) => {
      const written = (at: (line: readonly [string, string]) => string, end: string): string =>
        `spec:\n    args: [\n${items.map((line) => `${at(line)}${line[1]},\n`).join("")}${end}]\n    says: "zero\n${words
          .map((line) => `${at(line)}${line[1]}\n`)
          .join("")}${end}end"\n    more: 1\n`;
      const deep = " ".repeat(6);
      expect(read(written(([width]) => width, close))).toEqual(load(written(() => deep, deep)));
    }),
  );
});
