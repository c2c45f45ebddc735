import { isMarked, secretsSeen } from "../../policies/crossguard/secrets";
import { struct } from "./support/wire";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secretOf = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });

test("a text is cleared of the secrets among properties", () => {
  const secrets = secretsSeen();
  secrets.learn({ spec: { env: [{ value: secretOf("hunter2-hunter2") }], none: null, port: 4317 } });
  expect(secrets.hide("host hunter2-hunter2:4317")).toBe("host [secret]:4317");
});

test("encoded properties tell whether something in them is marked", () => {
  const bytesOf = (props: object) => struct(props).serializeBinary();
  expect(isMarked(bytesOf({ spec: { env: [{ value: secretOf("hunter2-hunter2") }] } }))).toBe(true);
  expect(isMarked(bytesOf({ spec: { ports: [{ port: 4317 }], none: null } }))).toBe(false);
});

test("properties that nobody has read are read before a text is shown", () => {
  const secrets = secretsSeen();
  secrets.expect(() => secrets.learn({ password: secretOf("hunter2-hunter2") }));
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
