import { createRequire } from "node:module";
import type { Secrets } from "./secrets";

/** Properties as they come over the wire; `toJavaScript` is what costs. */
interface Packed {
  toJavaScript(): Record<string, unknown>;
}

type Unpack = (properties: Packed, keepSecrets: boolean) => Record<string, unknown>;

/**
 * Stands in for the SDK's unpacking of properties. The SDK unpacks every resource anew for each policy of a pack, which makes thirty
 * rules thirty times as slow as one; here a property bag is unpacked once and shared (policies only read, and each still gets its own
 * proxy). On the way the secrets among the properties are noted, which the SDK hands to policies in the clear.
 */
export function unpackOnce(secrets: Secrets): void {
  const sdk = createRequire(__filename)("@pulumi/policy/deserialize") as { deserializeProperties: Unpack };
  const unpack = sdk.deserializeProperties;
  const unpacked = new WeakMap<Packed, Record<string, unknown>>();
  sdk.deserializeProperties = (properties, keepSecrets) => {
    if (keepSecrets) return unpack(properties, keepSecrets);
    const known = unpacked.get(properties);
    if (known !== undefined) return known;
    const plain = properties.toJavaScript();
    secrets.learn(plain);
    const fresh = unpack({ toJavaScript: () => plain }, keepSecrets);
    unpacked.set(properties, fresh);
    return fresh;
  };
}
