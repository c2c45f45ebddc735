import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Secret, UNKNOWN, isFields, isList, isUnknown, mapFields, type Fields, type Value } from "./values";

/** The engine's protocol writes special values as objects with this key (pulumi: sdk/go/common/resource, `SigKey`). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const SPECIAL: Readonly<Record<string, string>> = {
  c44067f5952c0a294b673a41bacd8c17: "an asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
  "5cf8f73096256a8f31e491e813e4eb8e": "a resource",
};

/** Stands for a string that is not known yet; sent back for any unknown, as the SDKs do. */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** @throws Error for an asset, an archive or a resource: a Kubernetes object cannot hold one. */
function decodeValue(json: unknown, path: string): Value {
  if (UNKNOWNS.has(json)) return UNKNOWN;
  if (json === null || typeof json === "boolean" || typeof json === "number" || typeof json === "string") return json;
  if (Array.isArray(json)) return json.map((item, index) => decodeValue(item, `${path}[${index}]`));
  if (typeof json !== "object") throw new Error(`${path}: cannot read a ${typeof json}`);

  const fields = Object.entries(json);
  const signature = fields.find(([key]) => key === SIGNATURE)?.[1];
  if (signature === undefined) {
    return Object.fromEntries(fields.map(([key, item]) => [key, decodeValue(item, path ? `${path}.${key}` : key)]));
  }
  if (signature === SECRET) return new Secret(decodeValue(fields.find(([key]) => key === "value")?.[1] ?? null, path));
  const what = (typeof signature === "string" && SPECIAL[signature]) || "a special value";
  throw new Error(
    `${path} is ${what}, which a Kubernetes object cannot hold; give its content or a field of it instead`,
  );
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function encodeValue(value: Value): Json {
  if (isUnknown(value)) return UNKNOWN_STRING;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: encodeValue(value.value) };
  if (isList(value)) return value.map(encodeValue);
  if (isFields(value)) return mapFields(value, encodeValue);
  return value;
}

/** Properties as the engine sends them; none are `{}`. */
export const decode = (struct: Struct | undefined): Fields => {
  const value = decodeValue(struct?.toJavaScript() ?? {}, "");
  return isFields(value) ? value : {};
};

/** Properties as the engine reads them. */
export const encode = (fields: Fields): Struct => Struct.fromJavaScript(mapFields(fields, encodeValue));
