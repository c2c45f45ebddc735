/** Properties as the engine sends them: a `google.protobuf.Struct`. */
export type Fields = Record<string, unknown>;

/** Numbers of the fields in protobuf's own definition (google/protobuf/struct.proto), each with how it is encoded. */
const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;
const tagOf = (field: number, encoding: number): number => field * 8 + encoding;

const STRUCT_FIELD = tagOf(1, LENGTH);
const ENTRY = { key: tagOf(1, LENGTH), value: tagOf(2, LENGTH) };
const VALUE = {
  null: tagOf(1, VARINT),
  number: tagOf(2, EIGHT_BYTES),
  string: tagOf(3, LENGTH),
  boolean: tagOf(4, VARINT),
  struct: tagOf(5, LENGTH),
  list: tagOf(6, LENGTH),
};
const LIST_ITEM = tagOf(1, LENGTH);

const WIDTHS: Readonly<Record<number, number>> = { [EIGHT_BYTES]: 8, [FOUR_BYTES]: 4 };

/**
 * The plain value of an encoded Struct: what `Struct.toJavaScript` makes of it, without an object of the library's for every value.
 * @throws on bytes that are no Struct
 */
export function decodeStruct(bytes: Uint8Array): Fields {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  const to = (end: number): number => {
    if (!(end <= buffer.length)) throw new RangeError("a Struct is cut short");
    return end;
  };

  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = buffer[at] ?? to(Number.POSITIVE_INFINITY);
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };

  /** Where what begins here with its length ends. */
  const endOfNext = (): number => {
    const length = varint();
    return to(at + length);
  };

  const skip = (tag: number): void => {
    const encoding = tag % 8;
    if (encoding === VARINT) varint();
    else if (encoding === LENGTH) at = endOfNext();
    else at = to(at + (WIDTHS[encoding] ?? Number.POSITIVE_INFINITY));
  };

  const string = (): string => {
    const end = endOfNext();
    const text = buffer.toString("utf8", at, end);
    at = end;
    return text;
  };

  const double = (): number => {
    const end = to(at + 8);
    const number = buffer.readDoubleLE(at);
    at = end;
    return number;
  };

  const value = (end: number): unknown => {
    let found: unknown;
    while (at < end) {
      const tag = varint();
      if (tag === VALUE.string) found = string();
      else if (tag === VALUE.struct) found = struct(endOfNext());
      else if (tag === VALUE.list) found = list(endOfNext());
      else if (tag === VALUE.number) found = double();
      else if (tag === VALUE.boolean) found = varint() !== 0;
      else {
        skip(tag);
        if (tag === VALUE.null) found = null;
      }
    }
    if (found === undefined) throw new TypeError("a value of a Struct is of no kind");
    return found;
  };

  const list = (end: number): unknown[] => {
    const items: unknown[] = [];
    while (at < end) {
      const tag = varint();
      if (tag === LIST_ITEM) items.push(value(endOfNext()));
      else skip(tag);
    }
    return items;
  };

  const entry = (end: number, fields: Fields): void => {
    let key = "";
    let found: unknown;
    while (at < end) {
      const tag = varint();
      if (tag === ENTRY.key) key = string();
      else if (tag === ENTRY.value) found = value(endOfNext());
      else skip(tag);
    }
    // A name that an assignment would take for the prototype.
    if (key === "__proto__") Object.defineProperty(fields, key, { value: found, enumerable: true, writable: true });
    else fields[key] = found;
  };

  const struct = (end: number): Fields => {
    const fields: Fields = {};
    while (at < end) {
      const tag = varint();
      if (tag === STRUCT_FIELD) entry(endOfNext(), fields);
      else skip(tag);
    }
    return fields;
  };

  return struct(buffer.length);
}
