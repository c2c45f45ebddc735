/**
 * Random numbers that are the same everywhere for the same seed: xmur3 to spread the seed, sfc32 to draw. Nothing here needs more than that
 * equal seeds give equal meshes on every machine and version of Node.
 */

/** A list of choices with their weights. */
export type Weighted<T> = readonly (readonly [weight: number, value: T])[];

function spread(seed: string): () => number {
  let h = 1779033703 ^ seed.length;
  for (const char of seed) {
    h = Math.imul(h ^ (char.codePointAt(0) ?? 0), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h >>> 0;
  };
}

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: string) {
    const next = spread(seed);
    [this.a, this.b, this.c, this.d] = [next(), next(), next(), next()];
  }

  /** In [0, 1). */
  next(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return (t >>> 0) / 4294967296;
  }

  /** An integer of [from, to]. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.int(0, list.length - 1)];
    if (item === undefined && list.length === 0) throw new Error("nothing to pick from");
    return item as T;
  }

  weighted<T>(choices: Weighted<T>): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(choices)[1];
  }

  shuffled<T>(list: readonly T[]): readonly T[] {
    return list
      .map((item) => ({ item, at: this.next() }))
      .sort((x, y) => x.at - y.at)
      .map(({ item }) => item);
  }

  some<T>(list: readonly T[], count: number): readonly T[] {
    return this.shuffled(list).slice(0, count);
  }

  /** `make(n)` times. */
  list<T>(from: number, to: number, make: (at: number) => T): readonly T[] {
    return Array.from({ length: this.int(from, to) }, (_, at) => make(at));
  }

  /** `{ [key]: value }`, or nothing: for optional fields. */
  maybe<K extends string, V>(probability: number, key: K, make: () => V): { readonly [key in K]?: V } {
    return this.chance(probability) ? ({ [key]: make() } as { readonly [key in K]: V }) : {};
  }
}
