import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { parseJsonStream } from "../../../cli/sources/json-stream";
import { NO_PLAIN_JSON, PlainJson } from "../../../cli/sources/plain-json";

/** The value of a text that is nothing but one; `undefined` when the reader gives up, or something follows. */
function readPlain(text: string): { readonly value: unknown } | undefined {
  const bytes = Buffer.from(text);
  const plain = new PlainJson(bytes);
  const value = plain.read(plain.next(0));
  if (value === NO_PLAIN_JSON || plain.next(plain.end) < bytes.length) return undefined;
  const { items } = plain;
  return { value: items === undefined ? value : { ...Object(value), items: items.elements } };
}

/** The one promise: what is read is what `JSON.parse` reads. */
function expectSame(text: string): "read" | "left" {
  const read = readPlain(text);
  if (read === undefined) return "left";
  if (!isDeepStrictEqual(read.value, JSON.parse(text))) throw new Error(`${JSON.stringify(read.value)}, of ${text}`);
  return "read";
}

test("any JSON, however it is laid out", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 1, 4, "\t"), (json, space) => {
      // Given up only for its keys.
      if (expectSame(JSON.stringify(JSON.parse(json), null, space)) === "left") expect(json).toContain("__proto__");
    }),
    { numRuns: 3000 },
  );
});

const PARTS = [
  ...'{}[]:,"\\ \n\t-+.eE0123456789',
  '"a"',
  '"a":',
  '"a":1',
  '"items":[',
  '"kind":"List"',
  '"\\u00e9"',
  '"\\x"',
  '"é"',
  '"😀"',
  "true",
  "false",
  "null",
  "tru",
  "nullx",
  "-0",
  "1e400",
  "01",
  "1.",
  ".5",
  "123456789",
  "1234567890123456789",
  "1.5e-3",
  "\u0000",
  "\u007f",
  "\u2028",
  "NaN",
  "//",
];

test("texts of parts of JSON are read as JSON.parse reads them, or left", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 9 }), (parts) => {
      if (expectSame(parts.join("")) === "read") read++;
    }),
    { numRuns: 50_000 },
  );
  expect(read).toBeGreaterThan(500);
});

test("keys given twice are left, in few keys and in many", () => {
  expect(readPlain('{"a":1,"b":{"a":2},"c":3}')).toBeDefined();
  expect(readPlain('{"a":1,"b":{"a":2},"\\u0061":3}')).toBeUndefined();
  const many = Array.from({ length: 100 }, (_, index) => `"k${index}":${index}`);
  expect(readPlain(`{${many.join()}}`)).toBeDefined();
  expect(readPlain(`{${many.join()},"k7":0}`)).toBeUndefined();
});

test("the items of a list stand where they say", () => {
  const bytes = Buffer.from('{"kind":"PodList","apiVersion":"v1",\n"items": [ {"a":1} ,\n{"é":2}]}\n{"items":[1]}');
  const { parsed } = parseJsonStream(bytes);
  expect(parsed.map(({ value, document }) => [value, document])).toEqual([
    [{ apiVersion: "v1", kind: "Pod", a: 1 }, 1],
    [{ apiVersion: "v1", kind: "Pod", é: 2 }, 1],
    [{ items: [1] }, 2],
  ]);
  expect(parsed.map(({ start, end }) => bytes.toString("utf8", start, end))).toEqual([
    '{"a":1}',
    '{"é":2}',
    '{"items":[1]}',
  ]);
});
