import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Secret, UNKNOWN, type Fields, hasSecret, markSecrets, reveal } from "../../../lab/provider/values";
import { decode, encode } from "../../../lab/provider/wire";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secretOnWire = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const unknownOnWire = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const wire = {
  plain: "a",
  count: 3,
  on: false,
  none: null,
  later: unknownOnWire,
  password: secretOnWire("p"),
  list: [1, secretOnWire({ deep: unknownOnWire })],
};
const decoded: Fields = {
  plain: "a",
  count: 3,
  on: false,
  none: null,
  later: UNKNOWN,
  password: new Secret("p"),
  list: [1, new Secret({ deep: UNKNOWN })],
};

test("secrets and unknowns survive the way in and out", () => {
  expect(decode(Struct.fromJavaScript(wire))).toEqual(decoded);
  expect(encode(decoded).toJavaScript()).toEqual(wire);
});

test("no properties are an empty object", () => expect(decode(undefined)).toEqual({}));

test.each([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
])("the engine's other word for unknown, %s", (word) => {
  expect(decode(Struct.fromJavaScript({ x: word }))).toEqual({ x: UNKNOWN });
});

test("an asset is refused by path and by what it is", () => {
  const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "hello" };
  expect(() => decode(Struct.fromJavaScript({ data: { files: [asset] } }))).toThrow(/^data\.files\[0\] is an asset/);
});

test("reveal opens secrets at every depth and leaves unknowns", () => {
  expect(reveal(decoded)).toEqual({ ...decoded, password: "p", list: [1, { deep: UNKNOWN }] });
  expect(hasSecret(reveal(decoded))).toBe(false);
});

describe("markSecrets", () => {
  test.each<[string, Fields, Fields, Fields]>([
    ["a leaf", { a: "1", b: "2" }, { a: new Secret("old") }, { a: new Secret("1"), b: "2" }],
    [
      "one key of an object, not the object",
      { o: { a: 1, b: 2 } },
      { o: { a: new Secret(1) } },
      { o: { a: new Secret(1), b: 2 } },
    ],
    ["a list as a whole", { l: [1, 2] }, { l: [1, new Secret(2)] }, { l: new Secret([1, 2]) }],
    ["nothing that the source does not have", { a: 1 }, { b: new Secret(1) }, { a: 1 }],
    ["nothing twice", { a: new Secret(1) }, { a: new Secret(1) }, { a: new Secret(1) }],
    [
      "the data of a Secret, always",
      { kind: "Secret", data: { k: "v" } },
      {},
      { kind: "Secret", data: new Secret({ k: "v" }) },
    ],
    [
      "the rest of a Secret as of any object",
      { kind: "Secret", metadata: { name: "n", labels: { l: "v" } } },
      { metadata: { labels: { l: new Secret("v") } } },
      { kind: "Secret", metadata: { name: "n", labels: { l: new Secret("v") } } },
    ],
  ])("%s", (_, target, source, expected) => expect(markSecrets(target, source)).toEqual(expected));
});
