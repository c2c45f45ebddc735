type Bag = Record<string, unknown>;

/** Maps with more keys than this ask a set whether a key was given before. */
const FEW_KEYS = 16;

/** Larger ones hardly ever say what another says. */
const LARGEST_SHARED = 8;
/** Nor do those near the top of a document, which are large with all that is in them. */
const FIRST_SHARED_DEPTH = 2;
const SLOTS = 4096;

/**
 * Puts maps and lists together from the values that readers find, innermost first. Manifests say the same over and over: a small map or
 * list that was made lately is not made again but given again, as for an alias of YAML. So nobody may change what is made here.
 */
export class Builder {
  /** Of the value read last, whatever it is: the reader sets it for scalars. Equal values have equal hashes, mostly. */
  hash = 0;

  /** The entries so far of all maps and lists that are open, those of the innermost last. */
  private readonly keys: string[] = [];
  private readonly values: unknown[] = [];
  private count = 0;
  /** All keys of each open map that has many, by its first entry. */
  private readonly many = new Map<number, Set<string>>();

  private readonly made: (Bag | unknown[] | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  private readonly hashes = new Int32Array(SLOTS);

  /** Forgets what is open: a reader gave up. */
  reset(): void {
    this.count = 0;
    this.many.clear();
  }

  /** Forgets what was made. */
  forget(): void {
    this.made.fill(undefined);
    this.values.length = 0;
    this.reset();
  }

  /** Opens a map or a list. @returns its first entry */
  open(): number {
    return this.count;
  }

  /** Begins an entry of a map. @returns the entry; -1 when the key was given before */
  add(first: number, key: string): number {
    const { keys, count } = this;
    if (count - first >= FEW_KEYS) {
      if (!this.isNewAmongMany(first, key)) return -1;
    } else for (let at = first; at < count; at++) if (keys[at] === key) return -1;
    keys[count] = key;
    return this.count++;
  }

  private isNewAmongMany(first: number, key: string): boolean {
    let known = this.many.get(first);
    if (known === undefined) this.many.set(first, (known = new Set(this.keys.slice(first, this.count))));
    if (known.has(key)) return false;
    known.add(key);
    return true;
  }

  set(entry: number, value: unknown): void {
    this.values[entry] = value;
  }

  push(value: unknown): void {
    this.values[this.count++] = value;
  }

  /** Closes a map. @param hash of its keys and values */
  map(first: number, hash: number, depth: number): Bag {
    const { keys, values, count } = this;
    const size = count - first;
    this.count = first;
    this.hash = hash;
    if (size > FEW_KEYS) this.many.delete(first);
    const slot = this.slotFor(size, hash, depth);
    const twin = slot === -1 ? undefined : this.made[slot];
    if (twin !== undefined && !Array.isArray(twin) && this.hashes[slot] === hash && this.isTwin(twin, first, size))
      return twin;
    const map: Bag = {};
    for (let at = first; at < count; at++) map[keys[at] ?? ""] = values[at];
    this.remember(slot, hash, map);
    return map;
  }

  /** Closes a list. @param hash of its values */
  list(first: number, hash: number, depth: number): unknown[] {
    const { values, count } = this;
    this.count = first;
    this.hash = hash;
    const slot = this.slotFor(count - first, hash, depth);
    const twin = slot === -1 ? undefined : this.made[slot];
    if (Array.isArray(twin) && this.hashes[slot] === hash && twin.length === count - first) {
      let same = 0;
      while (same < twin.length && twin[same] === values[first + same]) same++;
      if (same === twin.length) return twin;
    }
    const list = values.slice(first, count);
    this.remember(slot, hash, list);
    return list;
  }

  private slotFor(size: number, hash: number, depth: number): number {
    return size > LARGEST_SHARED || depth < FIRST_SHARED_DEPTH ? -1 : (hash ^ (hash >>> 16)) & (SLOTS - 1);
  }

  private isTwin(map: Bag, first: number, size: number): boolean {
    const { keys, values } = this;
    for (let at = first; at < first + size; at++) if (map[keys[at] ?? ""] !== values[at]) return false;
    return Object.keys(map).length === size;
  }

  private remember(slot: number, hash: number, value: Bag | unknown[]): void {
    if (slot === -1) return;
    this.made[slot] = value;
    this.hashes[slot] = hash;
  }
}

/** The one of all readers: they read one file after another. */
export const BUILDER = new Builder();
