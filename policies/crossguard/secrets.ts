import type { Fields } from "./struct";

/** Pulumi's wire format: a map with this key is not plain JSON, and with this value it is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** What the engine sends for a value that is not known. */
const NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether something among encoded properties is no plain JSON: a secret, an asset, an output. */
export const isMarked = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(SIGNATURE);

/** Shorter ones are words like any other: hiding them would only garble messages. */
const SHORTEST = 4;

/** Policies are handed secrets in the clear: what a message says is cleared of them. */
export interface Secrets {
  /**
   * Properties as they came over the wire, changed in place: their secrets in the clear, as policies are handed them, and remembered;
   * what else is marked (an asset, a reference to a resource) as a value that is not known here.
   */
  reveal(properties: Fields): Fields;
  /**
   * There are properties that nobody has looked into yet.
   * @param look makes somebody look, and so learn, before a message is shown
   * @returns to be called when somebody has looked
   */
  expect(look: () => void): () => void;
  /** The text with every known secret hidden. */
  hide(text: string): string;
}

/** So many bags are kept unread at most; of more, the oldest are read. */
const UNREAD = 2000;

export function secretsSeen(): Secrets {
  const known = new Set<string>();
  const unread = new Set<() => void>();

  const remember = (value: unknown): void => {
    if (typeof value === "string" || typeof value === "number") {
      const text = String(value);
      if (text.length >= SHORTEST) known.add(text);
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(remember);
  };

  const revealed = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const fields = value as Fields;
    if (!(SIGNATURE in fields)) return reveal(fields);
    if (fields[SIGNATURE] !== SECRET || !("value" in fields)) return NOT_KNOWN;
    remember(fields.value);
    return revealed(fields.value);
  };

  const reveal = (fields: Fields): Fields => {
    for (const key of Object.keys(fields)) fields[key] = revealed(fields[key]);
    return fields;
  };

  return {
    reveal,
    expect: (look) => {
      unread.add(look);
      const [oldest] = unread.size > UNREAD ? unread : [];
      oldest?.();
      return () => unread.delete(look);
    },
    hide: (text) => {
      for (const look of [...unread]) look();
      return [...known].reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
    },
  };
}
