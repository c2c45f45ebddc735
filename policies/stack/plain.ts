import { UNKNOWN } from "../mtls/known";

/** What stands for "not known yet" in properties that did not come through the SDK's proxy (a preview as JSON, a state). */
const UNKNOWN_TEXTS: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  // What the CLI prints for a secret that it does not show, or cannot decrypt.
  "[secret]",
]);

/** Pulumi's wire format marks what is not plain JSON with this key. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Deep enough for any Kubernetes object; also what ends a property bag that contains itself. */
const MAX_DEPTH = 64;
/** More values than this in one resource are not read. */
const MAX_VALUES = 200_000;

type Bag = Readonly<Record<string | number, unknown>>;

/**
 * A plain copy of what a resource's properties hold, with `UNKNOWN` for each property that is not known yet, and for each that cannot
 * be read: the SDK's proxy throws on an unknown, and it must cost that one property only. Never throws, always ends.
 */
export function readPlain(properties: unknown): unknown {
  let left = MAX_VALUES;

  const readAt = (bag: Bag, key: string | number, depth: number): unknown => {
    try {
      return copy(bag[key], depth);
    } catch {
      return UNKNOWN;
    }
  };

  const copy = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return UNKNOWN_TEXTS.has(value) ? UNKNOWN : value;
    if (value === null || typeof value === "number" || typeof value === "boolean" || value === UNKNOWN) return value;
    if (typeof value !== "object") return undefined;
    left -= 1;
    if (depth > MAX_DEPTH || left < 0) return UNKNOWN;
    if (Array.isArray(value)) {
      if (value.length > left) return UNKNOWN;
      return Array.from(
        { length: value.length },
        (_, index) => readAt(value as unknown as Bag, index, depth + 1) ?? null,
      );
    }
    const bag = value as Bag;
    if (SIGNATURE in bag) return unwrap(bag, depth);
    const plain: Record<string, unknown> = {};
    for (const key of Object.keys(bag)) {
      // The SDK's own bookkeeping, and names that would reach a prototype.
      if (key.startsWith("__")) continue;
      const child = readAt(bag, key, depth + 1);
      if (child !== undefined) plain[key] = child;
    }
    return plain;
  };

  const unwrap = (bag: Bag, depth: number): unknown => {
    const signature = bag[SIGNATURE];
    if (signature === OUTPUT) return "value" in bag ? readAt(bag, "value", depth + 1) : UNKNOWN;
    // An asset, a reference to a resource: what it stands for is not known here.
    if (signature !== SECRET) return UNKNOWN;
    if ("value" in bag) return readAt(bag, "value", depth + 1);
    return typeof bag.plaintext === "string" ? copy(JSON.parse(bag.plaintext), depth + 1) : UNKNOWN;
  };

  return readAt({ properties }, "properties", 0);
}

/** One property, or `UNKNOWN`; never throws. */
export function readProperty(bag: unknown, key: string): unknown {
  if (typeof bag !== "object" || bag === null) return undefined;
  try {
    return readPlain((bag as Bag)[key]);
  } catch {
    return UNKNOWN;
  }
}
