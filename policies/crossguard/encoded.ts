import { createRequire } from "node:module";
import { decodeStruct, type Fields } from "./struct";

/** What is used of google-protobuf, whose Structs are the properties of resources. */
interface Reader {
  getBuffer(): Uint8Array;
  getCursor(): number;
  isEndGroup(): boolean;
  nextField(): boolean;
  skipField(): void;
}
interface Struct {
  getFieldsMap(noLazyCreate?: boolean): unknown;
  toJavaScript(): Fields;
}
interface StructType {
  readonly prototype: Struct;
  deserializeBinaryFromReader(struct: Struct, reader: Reader): Struct;
}
type ReaderType = new (bytes: Uint8Array) => Reader;

export interface Library {
  readonly Struct: StructType;
  readonly BinaryReader: ReaderType;
}

/** A module by the name under which another module of the SDK requires it, whichever copy that is. */
function requiredBy(path: readonly string[], name: string): unknown {
  const where = path.reduce((from, next) => createRequire(from).resolve(next), __filename);
  return createRequire(where)(name);
}

const ANALYZER = ["@pulumi/policy/server", "@pulumi/pulumi/proto/analyzer_pb"];

/** What is called by its name, in the library as in `keepPropertiesEncoded`. */
const OF_STRUCT = ["getFieldsMap", "toJavaScript"];
const OF_READER = ["getBuffer", "getCursor", "isEndGroup", "nextField", "skipField"];

const has = (found: unknown, names: readonly string[]): boolean =>
  names.every((name) => typeof Object(found)[name] === "function");

const fromSdk = (): unknown => ({
  ...Object(requiredBy(ANALYZER, "google-protobuf/google/protobuf/struct_pb")),
  ...Object(requiredBy(ANALYZER, "google-protobuf")),
});

/** The library that the SDK uses; `undefined` when there is none, or another than is known here. */
export function knownLibrary(load: () => unknown = fromSdk): Library | undefined {
  try {
    const { Struct, BinaryReader } = load() as Library;
    const isKnown =
      has(Struct, ["deserializeBinaryFromReader"]) &&
      has(Struct.prototype, OF_STRUCT) &&
      has(BinaryReader.prototype, OF_READER);
    return isKnown ? { Struct, BinaryReader } : undefined;
  } catch {
    return undefined;
  }
}

export interface EncodedProperties {
  /** The properties as they came, unless somebody else has read them before. */
  bytesOf(properties: object): Uint8Array | undefined;
}

/**
 * Leaves properties encoded until somebody looks into them. The library makes an object of every value of every resource as a request
 * comes in, and with each that it sets it visits all those below, which takes longer than all rules together; most resources are never
 * looked into, and the others are decoded straight to plain values. With a library that is not the known one all stays as it is: slower.
 */
export function keepPropertiesEncoded(library: Library | undefined = knownLibrary()): EncodedProperties {
  if (library === undefined) return { bytesOf: () => undefined };
  const { Struct, BinaryReader } = library;
  const encoded = new WeakMap<object, Uint8Array>();
  const read = Struct.deserializeBinaryFromReader;
  const { getFieldsMap, toJavaScript } = Struct.prototype;

  Struct.deserializeBinaryFromReader = (struct, reader) => {
    const start = reader.getCursor();
    while (reader.nextField() && !reader.isEndGroup()) reader.skipField();
    encoded.set(struct, reader.getBuffer().subarray(start, reader.getCursor()));
    return struct;
  };
  Struct.prototype.toJavaScript = function (this: Struct) {
    const bytes = encoded.get(this);
    return bytes === undefined ? toJavaScript.call(this) : decodeStruct(bytes);
  };
  // For whoever wants the library's own objects: they are made now.
  Struct.prototype.getFieldsMap = function (this: Struct, noLazyCreate) {
    const bytes = encoded.get(this);
    encoded.delete(this);
    if (bytes !== undefined) read(this, new BinaryReader(bytes));
    return getFieldsMap.call(this, noLazyCreate);
  };
  return { bytesOf: (properties) => encoded.get(properties) };
}
