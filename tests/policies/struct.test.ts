import fc from "fast-check";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { decodeStruct } from "../../policies/crossguard/struct";

/** What the pack makes of encoded properties is what the library of the SDK makes of them. */

const text = fc.string({ unit: "binary" });

const { value: anything } = fc.letrec<{ value: JavaScriptValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    // The library loses a key of this name.
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 3 },
    ),
  ) as fc.Arbitrary<JavaScriptValue>,
}));

const encode = (fields: unknown): Uint8Array =>
  Struct.fromJavaScript(fields as Record<string, JavaScriptValue>).serializeBinary();

test("any properties", () => {
  fc.assert(
    fc.property(fc.dictionary(text, anything, { maxKeys: 5 }), (fields) => {
      const bytes = encode(fields);
      expect(decodeStruct(bytes)).toEqual(Struct.deserializeBinary(bytes).toJavaScript());
    }),
  );
});

test("properties of every kind, and those with nothing in them", () => {
  const fields = {
    text: "ä€𝄞",
    no: "",
    number: -1.5e300,
    none: null,
    yes: true,
    not: false,
    map: {},
    list: [[], {}, ""],
  };
  expect(decodeStruct(encode(fields))).toEqual(fields);
  expect(decodeStruct(encode({}))).toEqual({});
});

test("bytes that stop anywhere are refused or end there", () => {
  const bytes = encode({ a: [{ b: "some text" }, 1.5, null, true], c: { d: "e" } });
  const outcomes = Array.from(bytes.keys()).map((length) => {
    try {
      return Object.keys(decodeStruct(bytes.subarray(0, length))).length;
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(new Set(outcomes)).toEqual(new Set([0, 1, "a Struct is cut short"]));
});

test("fields that a later version of the format may bring are passed over", () => {
  const later = [0x10, 0x96, 0x01, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x22, 0x02, 1, 2, 0x2d, 1, 2, 3, 4];
  const bytes = Uint8Array.from([...later, ...encode({ a: 1 }), ...later]);
  expect(decodeStruct(bytes)).toEqual({ a: 1 });
});

test("a value of no kind is refused", () => {
  const bytes = Uint8Array.from([0x0a, 0x05, 0x0a, 0x01, 0x61, 0x12, 0x00]);
  expect(() => Struct.deserializeBinary(bytes).toJavaScript()).toThrow();
  expect(() => decodeStruct(bytes)).toThrow("a value of a Struct is of no kind");
});

test("a property by the name of the prototype is a property", () => {
  // Encoded under another name: the library loses it on this side, too.
  const bytes = Buffer.from(encode({ a: { __other__: { polluted: true } } }));
  bytes.write("__proto__", bytes.indexOf("__other__"));
  const fields = decodeStruct(bytes);
  expect((fields["a"] as { polluted?: boolean }).polluted).toBeUndefined();
  expect(Object.keys(fields["a"] as object)).toEqual(["__proto__"]);
});
