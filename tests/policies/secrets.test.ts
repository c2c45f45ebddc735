import { isMarked, secretsSeen } from "../../policies/crossguard/secrets";
import { UNKNOWN_STRING } from "./support/unknown";
import { struct } from "./support/wire";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secretOf = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });

test("a text is cleared of the secrets among properties", () => {
  const secrets = secretsSeen();
  secrets.reveal({ spec: { env: [{ value: secretOf("hunter2-hunter2") }], none: null, port: 4317 } });
  expect(secrets.hide("host hunter2-hunter2:4317")).toBe("host [secret]:4317");
});

test("properties are handed on with their secrets in the clear, one inside another", () => {
  const spec = { env: [secretOf("a"), secretOf({ name: secretOf("b") })], none: null, port: 4317 };
  expect(secretsSeen().reveal({ spec, whole: secretOf(["c"]) })).toEqual({
    spec: { env: ["a", { name: "b" }], none: null, port: 4317 },
    whole: ["c"],
  });
});

test.each([
  ["an asset", { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "x" }],
  ["a mark that nobody knows", { [SIGNATURE]: 7 }],
  ["a secret without its value", { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270" }],
])("%s costs the one value, which then is not known", (_, marked) => {
  expect(secretsSeen().reveal({ spec: { a: marked, b: 1 } })).toEqual({ spec: { a: UNKNOWN_STRING, b: 1 } });
});

test("encoded properties tell whether something in them is marked", () => {
  const bytesOf = (props: object) => struct(props).serializeBinary();
  expect(isMarked(bytesOf({ spec: { env: [{ value: secretOf("hunter2-hunter2") }] } }))).toBe(true);
  expect(isMarked(bytesOf({ spec: { ports: [{ port: 4317 }], none: null } }))).toBe(false);
});

test("properties that nobody has read are read before a text is shown", () => {
  const secrets = secretsSeen();
  secrets.expect(() => secrets.reveal({ password: secretOf("hunter2-hunter2") }));
  expect(secrets.hide("hunter2-hunter2")).toBe("[secret]");
});

test("of very many that nobody reads, the oldest are read and let go", () => {
  const secrets = secretsSeen();
  let read = 0;
  for (let at = 0; at < 2500; at += 1) {
    const forget = secrets.expect(() => {
      read += 1;
      forget();
    });
  }
  expect(read).toBe(500);
});
