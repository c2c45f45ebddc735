/** The SDK's own proxy for properties, which throws on every unknown; it is exported, but not in the SDK's types. */
const { unknownCheckingProxy } = jest.requireActual<{ unknownCheckingProxy: (properties: object) => object }>(
  "@pulumi/policy/proxy",
);

/** What the engine sends for a string that is not known yet. */
export const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export { unknownCheckingProxy };
