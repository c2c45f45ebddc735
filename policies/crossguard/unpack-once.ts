import { createRequire } from "node:module";

type Unpack = (properties: object, keepSecrets: boolean) => Record<string, unknown>;

/**
 * The SDK unpacks every resource's properties anew for each policy of a pack, which makes thirty rules thirty times as slow as one.
 * From here on a property bag is unpacked once and shared: policies only read, and each still gets its own proxy. Nothing but speed
 * depends on it.
 */
export function unpackOnce(): void {
  const sdk = createRequire(__filename)("@pulumi/policy/deserialize") as { deserializeProperties: Unpack };
  const unpack = sdk.deserializeProperties;
  const unpacked = new WeakMap<object, Record<string, unknown>>();
  sdk.deserializeProperties = (properties, keepSecrets) => {
    if (keepSecrets) return unpack(properties, keepSecrets);
    const known = unpacked.get(properties);
    if (known !== undefined) return known;
    const fresh = unpack(properties, keepSecrets);
    unpacked.set(properties, fresh);
    return fresh;
  };
}
