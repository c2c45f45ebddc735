/** A running hash over bytes (FNV-1a, 32 bits): start with the seed, mix in each byte. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const mixed = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

const SLOTS = 8192;
const LONGEST = 48;

/**
 * What short texts in the bytes of files stand for. Manifests say the same words over and over: a word that was met lately is neither
 * decoded nor kept a second time. Of two words that meet in one slot the later one stays.
 */
export class Words<T> {
  private readonly hashes = new Int32Array(SLOTS);
  private readonly lengths = new Uint8Array(SLOTS);
  private readonly texts = new Uint8Array(SLOTS * LONGEST);
  private readonly values: T[] = [];

  /** @param make what a text stands for */
  constructor(private readonly make: (text: string) => T) {
    const empty = make("");
    for (let slot = 0; slot < SLOTS; slot++) this.values.push(empty);
    this.hashes.fill(HASH_SEED);
  }

  /**
   * @param end exclusive
   * @param hash of the bytes from `start` to `end`, from `mixed`
   */
  at(bytes: Buffer, start: number, end: number, hash: number): T {
    const length = end - start;
    if (length > LONGEST) return this.make(bytes.toString("utf8", start, end));
    const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const { texts } = this;
    const first = slot * LONGEST;
    if (this.hashes[slot] === hash && this.lengths[slot] === length) {
      let same = 0;
      while (same < length && texts[first + same] === bytes[start + same]) same++;
      const value = this.values[slot];
      if (same === length && value !== undefined) return value;
    }
    const made = this.make(bytes.toString("utf8", start, end));
    this.hashes[slot] = hash;
    this.lengths[slot] = length;
    for (let at = 0; at < length; at++) texts[first + at] = bytes[start + at] ?? 0;
    this.values[slot] = made;
    return made;
  }
}

/** A name as V8 keeps the names of properties, so that using it as one takes no second look. */
export const asName = (text: string): string => Object.keys({ [text]: 0 })[0] ?? text;

/** Texts that are what they are, as values and as names of properties. */
export const TEXTS = new Words((text) => text);
export const NAMES = new Words(asName);
