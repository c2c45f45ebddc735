import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { dump } from "js-yaml";
import { stringify } from "yaml";
import { LEFT_TO_JS_YAML, PlainYaml } from "../../../cli/sources/plain-yaml";
import { parseYaml } from "../../../cli/sources/yaml";
import { parseYamlStream } from "../../../cli/sources/yaml-stream";
import { caseNames, readText } from "../../support/cases";
import { INCIDENT_YAML } from "../support/incident";

/** What js-yaml says of a text; `undefined` when it refuses it. */
function byJsYaml(text: string): readonly unknown[] | undefined {
  try {
    return parseYaml(text);
  } catch {
    return undefined;
  }
}

/** Every document of a text; `undefined` when one of them is left to js-yaml. */
function readPlain(text: string): readonly unknown[] | undefined {
  const bytes = Buffer.from(text);
  const plain = new PlainYaml(bytes);
  const values: unknown[] = [];
  for (let start = 0; start < bytes.length; start = plain.end) {
    const value = plain.read(start);
    if (value === LEFT_TO_JS_YAML) return undefined;
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** The one promise of the plain reader: what it reads, js-yaml reads too, and alike. */
function expectSame(text: string): "read" | "left" {
  const values = readPlain(text);
  if (values === undefined) return "left";
  const expected = byJsYaml(text);
  if (expected === undefined || !isDeepStrictEqual(values, expected))
    throw new Error(`read ${JSON.stringify(values)}, js-yaml: ${JSON.stringify(expected)}, of\n${text}`);
  return "read";
}

const documentsOf = (text: string): string[] => text.split(/^(?=---)/m).filter((document) => document.trim() !== "");

test("every document of the corpus is read, and alike", () => {
  const documents = caseNames().flatMap((name) => documentsOf(readText(name, "mesh.yaml")));
  const left = documents.filter((document) => expectSame(document) === "left");
  expect(documents.length).toBeGreaterThan(500);
  expect(left.length).toBeLessThan(documents.length / 20);
});

/** Lines that mean something else than they seem to, or nothing at all. */
const TRAPS = [
  "a: b: c",
  "a: 'it''s'",
  'a: "x\\ny"',
  "a: &x 1",
  "b: *x",
  "a: !!str 1",
  "a: |",
  "a: |2",
  "a: >",
  "a: |+",
  "a: |-",
  "? a",
  ": b",
  "- - a",
  "- - - b",
  "- a: 1",
  "-",
  "- ",
  "-a",
  "--- a",
  "---",
  "...",
  "%YAML 1.1",
  "a:",
  "a: #c",
  "a: b #c",
  "a: b#c",
  "a: #",
  "# c",
  "  # c",
  "a: {b: 1}",
  "a: {b: 1, c: [x, y]}",
  "a: {b: 1",
  "a: [1, 2",
  "a: []",
  "a: {}",
  "a: [a: b]",
  "a: {a b: c}",
  "a: {b: }",
  "a: [1,]",
  "a: [,]",
  "a: [x y, 1:2]",
  "<<: {a: 1}",
  "__proto__: 1",
  "constructor: 1",
  "on: 1",
  "true: 1",
  "010: 1",
  "1.5: x",
  "~: 1",
  "null: 1",
  '"q": 1',
  'a: "x" y',
  "a: 'x' #c",
  "a: 'x'#c",
  "a: @b",
  "a: `b",
  "a: %b",
  "a: - b",
  "a: -b",
  "a: ?b",
  "a: :b",
  "a: b:",
  "a: http://x:1",
  "a: 0x1F",
  "a: 1_0",
  "a: +.inf",
  "a: .NaN",
  "a: 2027-01-01",
  "a: yes",
  "a: NO",
  "a: y",
  "a: ~",
  "a: null",
  "  text",
  "    more text",
  " a: 1",
  "  a: 1",
  "   a: 1",
  "    - b",
  "  - b",
  " - b",
  "\ta: 1",
  "a:\tb",
  "a: b\t",
  "a: \u00e9",
  "\u00e9: 1",
  "a: b\u0007",
  "a: \u2028",
  "a: =",
  "a: <<",
  "a: [",
  "a: ]",
  "a: }",
  "a: , b",
  "a: 'x",
  'a: "x',
  "a: ''",
  'a: ""',
  "a:  b  ",
  "a :b",
  "a : b",
  "a: |\r",
  "a: b\r",
  "key with space: 1",
  "a: [[1], {b: c}]",
  "a: {a: 1, a: 2}",
  "a: [a, 'b', \"c\", 1, true]",
  "a: {x: 'y: z', 1: 2}",
  "a: {x: y#z}",
  "a: {x: y #z}",
  "a: [https://x.y/z, 1:a]",
  "a: b\n   c",
  "a: b\n\n   c",
  "a: b # c\n   d",
  "a: >-\n    b\n    c\n\n    d",
  "a: |2\n    b",
  "a: |\n    b\n\tc",
  "a: |\n    b\tc\n    \td",
  "a: |\n\n    b",
  "a: |-\n    b\n\n",
  "a: |+\n    b\n\n",
  "a: |\n    b\n   # c",
  'a: "b\n  c"',
  "a: 'b\n\n  c'",
  'a: "b\n---\n c"',
  'a: "\\t\\u00e9\\""',
  "a: b\n   c: d",
  "a: b\n   - c",
  "a: b  \n\n\n   c #d\n",
  "a: b\n   # c\n   d",
  "a: b\n  c",
  "a: >\n    b\n     c\n    d",
  "a: >\n    b\n\n\n    d\n\n",
  "a: >+\n    b\n    c\n\n",
  "a: >-\n\n    b",
  "a: >-\n    \u00e9 b\n    c",
  'a: "\\ud83d\\ude00 \\ud800 \\/"',
  'a: "\\x41\\_ \\ "',
  'a: "\\\\"',
  'a: "x\\',
  'a: "\u00e9\\n"',
  "a: {b: 'it''s', c: \"\\n\"}",
  "'a b': c",
  '"a\\n": c',
  '"a": "b"',
  "'': 1",
  '- "a": b',
  "- 'a''b': c",
  "- b\n  c",
  "- - b\n   c",
  "--- # c",
  "--- |\n a",
  "---\n# c\n---",
  "",
  " ",
  "    ",
];

test("documents with lines put in, taken out, moved and indented are read alike, or left", () => {
  const documents = [
    INCIDENT_YAML,
    ...caseNames()
      .slice(0, 40)
      .map((name) => readText(name, "mesh.yaml")),
  ].flatMap(documentsOf);
  const edit = fc.record({
    at: fc.nat(),
    line: fc.constantFrom(...TRAPS),
    indent: fc.nat(8),
    what: fc.constantFrom("in", "out", "instead", "indent", "dedent"),
  });
  let read = 0;
  fc.assert(
    fc.property(fc.constantFrom(...documents), fc.array(edit, { minLength: 1, maxLength: 4 }), (document, edits) => {
      const lines = document.split("\n");
      for (const { at, line, indent, what } of edits) {
        const place = at % lines.length;
        if (what === "in") lines.splice(place, 0, " ".repeat(indent) + line);
        else if (what === "out") lines.splice(place, 1);
        else if (what === "instead") lines[place] = " ".repeat(indent) + line;
        else if (what === "indent") lines[place] = ` ${lines[place] ?? ""}`;
        else lines[place] = (lines[place] ?? "").replace(/^ /, "");
      }
      if (expectSame(lines.join("\n")) === "read") read++;
    }),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(300);
});

test("small documents of nothing but traps are read alike, or left", () => {
  const line = fc.tuple(fc.nat(4), fc.constantFrom(...TRAPS)).map(([indent, trap]) => " ".repeat(indent) + trap);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.boolean(), (lines, ends) => {
      expectSame(lines.join("\n") + (ends ? "\n" : ""));
    }),
    { numRuns: 20_000 },
  );
});

test("a stream, read document by document, is what js-yaml makes of all of it, or has a problem where that refuses it", () => {
  const line = fc.tuple(fc.nat(4), fc.constantFrom(...TRAPS)).map(([indent, trap]) => " ".repeat(indent) + trap);
  const document = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => `${lines.join("\n")}\n`);
  fc.assert(
    fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), fc.boolean(), (documents, isMarked) => {
      const text = `${isMarked ? "---\n" : ""}${documents.join("---\n")}`;
      // js-yaml takes an indented `%` for a directive as well; YAML does not.
      fc.pre(!/^ +%/m.test(text));
      const { parsed, problems } = parseYamlStream(Buffer.from(text));
      const expected = byJsYaml(text);
      if (expected === undefined) expect(problems.length).toBeGreaterThan(0);
      // An empty document is counted, not kept.
      else
        expect([parsed.map(({ value }) => value), problems]).toEqual([expected.filter((value) => value !== null), []]);
    }),
    { numRuns: 3000 },
  );
});

test("what others write of any value is read alike, or left", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "yes",
      "1",
      "a: b",
      "- x",
      "# c",
      "a\nb\n",
      " lead",
      "trail ",
      "x #y",
      "4317",
      "0.1",
      "null",
      "line\n\n\n",
      "\n\nx",
    ),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.stringMatching(/^[a-z./-]{1,12}$/), text), tie("value"), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value, { minKeys: 1, maxKeys: 5 }),
      fc.boolean(),
      (object, flag) => {
        expectSame(dump(object, { seqNoIndent: flag, lineWidth: flag ? 80 : -1, skipInvalid: true }));
        expectSame(stringify(object, { indentSeq: flag, version: "1.1" }));
        expectSame(stringify(object, { collectionStyle: "flow", version: "1.1" }));
      },
    ),
    { numRuns: 2000 },
  );
});

test("a document of the usual kind is not left", () => {
  expect(readPlain(INCIDENT_YAML)?.[0]).toMatchObject({ kind: "Namespace" });
});
