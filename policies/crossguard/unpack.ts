import { createRequire } from "node:module";
import { once } from "../mtls/memo";
import type { EncodedProperties } from "./encoded";
import { isMarked, type Secrets } from "./secrets";

/** Properties as they come over the wire; `toJavaScript` is what costs. */
interface Packed {
  toJavaScript(): Bag;
}

type Bag = Record<string, unknown>;
type Unpack = (properties: Packed, keepSecrets: boolean) => Bag;

/** Names under which the SDK's proxies answer what they are and what they stand for; asking is no look into the properties. */
const IS_PROXY = "__isSpecialProxy";
const TARGET = "__getSpecialProxyTarget";

/** An object that is made when somebody looks into it. */
function madeWhenRead(make: () => Bag): Bag {
  return new Proxy<Bag>(
    {},
    {
      get: (_, key) => Reflect.get(make(), key) as unknown,
      has: (_, key) => Reflect.has(make(), key),
      ownKeys: () => Reflect.ownKeys(make()),
      // Also asked by a proxy around this one, whatever it answers itself.
      getOwnPropertyDescriptor: (_, key) =>
        key === IS_PROXY || key === TARGET ? undefined : Reflect.getOwnPropertyDescriptor(make(), key),
    },
  );
}

/**
 * Stands in for the SDK's unpacking of properties. The SDK unpacks every resource anew for each policy of a pack, which makes thirty
 * rules thirty times as slow as one; here a property bag is unpacked once and shared (policies only read, and each still gets its own
 * proxy), and one into which no policy looks not at all. The secrets among the properties, which the SDK hands to policies in the clear,
 * are noted on the way, or when a message is about to be cleared of them.
 */
export function unpackOnce(secrets: Secrets, { bytesOf }: EncodedProperties): void {
  const sdk = createRequire(__filename)("@pulumi/policy/deserialize") as { deserializeProperties: Unpack };
  const unpack = sdk.deserializeProperties;
  const bags = new WeakMap<Packed, Bag>();

  /** Whether nothing in it is marked as a secret, an asset or an output: then it is what it says. */
  const isPlain = (properties: Packed): boolean => {
    const bytes = bytesOf(properties);
    return bytes !== undefined && !isMarked(bytes);
  };

  const unpackMarked = (properties: Packed): (() => Bag) => {
    const open = once(() => {
      forget();
      return secrets.reveal(properties.toJavaScript());
    });
    const forget = secrets.expect(() => {
      try {
        open();
      } catch {
        // What cannot be unpacked is shown to nobody.
      }
    });
    return open;
  };

  sdk.deserializeProperties = (properties, keepSecrets) => {
    if (keepSecrets) return unpack(properties, keepSecrets);
    const known = bags.get(properties);
    if (known !== undefined) return known;
    const open = isPlain(properties) ? once(() => properties.toJavaScript()) : unpackMarked(properties);
    const bag = madeWhenRead(open);
    bags.set(properties, bag);
    return bag;
  };
}

/**
 * Properties without the SDK's proxy, which throws where a value is not known and takes its time with every field. What is not known is
 * then a text that only the SDK uses.
 */
export function bare(properties: unknown): unknown {
  if (typeof properties !== "object" || properties === null) return properties;
  try {
    const bag = properties as Readonly<Record<string, unknown>>;
    return bag[IS_PROXY] === true ? bag[TARGET] : properties;
  } catch {
    return properties;
  }
}
