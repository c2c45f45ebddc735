import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DASH,
  DOT,
  DOUBLE_QUOTE,
  JSON_NUMBER,
  JSON_SPACE,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  SPACE,
} from "./characters";
import { BUILDER } from "./builder";
import { HASH_SEED, mixed, NAMES, TEXTS, type Words } from "./words";

/**
 * A reader for JSON that is right: what it reads is what `JSON.parse` reads, without a copy of the text, and with every word that
 * repeats only once. At anything else (a mistake, a key given twice, nesting without end) it gives up, and `./json` says what is wrong.
 */
export const NO_PLAIN_JSON = Symbol("no plain JSON");

const MAX_DEPTH = 200;
/** Digits that are a number without being looked at as a text. */
const SHORT = 9;

const LITERALS: readonly (readonly [Buffer, unknown])[] = [
  [Buffer.from("true"), true],
  [Buffer.from("false"), false],
  [Buffer.from("null"), null],
];

/** The elements of the list `items` at the top of a value, and where they stand. */
export interface Items {
  readonly elements: readonly unknown[];
  /** Start and end, for each. */
  readonly places: readonly number[];
}

export class PlainJson {
  /** Where the last value ends that was read. */
  end = 0;
  /** Of the last value that was read, if it is an object with such a list. */
  items: Items | undefined;

  private at = 0;
  private isInItems = false;
  constructor(private readonly bytes: Buffer) {}

  /** Start of the next value from an offset on; the length of the bytes when there is none. */
  next(from: number): number {
    const { bytes } = this;
    let at = from;
    while (at < bytes.length && JSON_SPACE[bytes[at] ?? 0] === 1) at++;
    return at;
  }

  /** @returns the value that begins at `start` (without the elements of its `items`), or `NO_PLAIN_JSON` */
  read(start: number): unknown {
    this.at = start;
    this.items = undefined;
    this.isInItems = false;
    BUILDER.reset();
    try {
      const value = this.value(0);
      this.end = this.at;
      return value;
    } catch (error) {
      if (error === NO_PLAIN_JSON) return NO_PLAIN_JSON;
      throw error;
    }
  }

  private value(depth: number): unknown {
    const { bytes, at } = this;
    const byte = bytes[at] ?? 0;
    if (byte === DOUBLE_QUOTE) return this.text(TEXTS);
    if (byte === OPEN_MAP) return this.object(depth);
    if (byte === OPEN_LIST) return this.list(depth);
    if (byte === DASH || isDigit(byte)) return this.number();
    for (const [word, value] of LITERALS)
      if (byte === word[0] && word.equals(bytes.subarray(at, at + word.length))) {
        this.at = at + word.length;
        BUILDER.hash = byte;
        return value;
      }
    throw NO_PLAIN_JSON;
  }

  private object(depth: number): unknown {
    const { bytes } = this;
    const first = this.open(depth);
    let hash = HASH_SEED;
    if (this.skip() === CLOSE_MAP) this.at++;
    else
      for (;;) {
        if (bytes[this.at] !== DOUBLE_QUOTE) throw NO_PLAIN_JSON;
        const key = this.text(NAMES);
        const entry = key === "__proto__" ? -1 : BUILDER.add(first, key);
        if (entry === -1) throw NO_PLAIN_JSON;
        hash = mixed(hash, BUILDER.hash);
        if (this.skip() !== COLON) throw NO_PLAIN_JSON;
        this.at++;
        const isItems = this.skip() === OPEN_LIST && depth === 0 && key === "items" && !this.isInItems;
        BUILDER.set(entry, isItems ? this.topItems() : this.value(depth + 1));
        hash = mixed(hash, BUILDER.hash);
        const after = this.skip();
        this.at++;
        if (after === CLOSE_MAP) break;
        if (after !== COMMA) throw NO_PLAIN_JSON;
        this.skip();
      }
    return BUILDER.map(first, hash, depth);
  }

  /** As a top of their own, so that each element is as deep as an object that stands alone. */
  private topItems(): readonly unknown[] {
    const places: number[] = [];
    this.isInItems = true;
    this.items = { elements: this.list(-1, places), places };
    return [];
  }

  private list(depth: number, places?: number[]): readonly unknown[] {
    const first = this.open(depth);
    let hash = HASH_SEED;
    if (this.skip() === CLOSE_LIST) this.at++;
    else
      for (;;) {
        const start = this.at;
        BUILDER.push(this.value(depth + 1));
        hash = mixed(hash, BUILDER.hash);
        places?.push(start, this.at);
        const after = this.skip();
        this.at++;
        if (after === CLOSE_LIST) break;
        if (after !== COMMA) throw NO_PLAIN_JSON;
        this.skip();
      }
    return BUILDER.list(first, hash, depth);
  }

  private open(depth: number): number {
    if (depth > MAX_DEPTH) throw NO_PLAIN_JSON;
    this.at++;
    return BUILDER.open();
  }

  private text(words: Words<string>): string {
    const { bytes } = this;
    const start = this.at + 1;
    let at = start;
    let hash = HASH_SEED;
    let byte = bytes[at] ?? 0;
    for (; byte !== DOUBLE_QUOTE && byte !== BACKSLASH; byte = bytes[++at] ?? 0) {
      if (byte < SPACE) throw NO_PLAIN_JSON;
      hash = mixed(hash, byte);
    }
    if (byte === BACKSLASH) return this.escaped(start, at);
    this.at = at + 1;
    BUILDER.hash = hash;
    return words.at(bytes, start, at, hash);
  }

  private escaped(start: number, firstEscape: number): string {
    const { bytes } = this;
    let at = firstEscape;
    for (let byte = bytes[at] ?? 0; byte !== DOUBLE_QUOTE; byte = bytes[++at] ?? 0) {
      if (byte < SPACE) throw NO_PLAIN_JSON;
      if (byte === BACKSLASH) at++;
    }
    this.at = at + 1;
    BUILDER.hash = at - start;
    try {
      return String(JSON.parse(bytes.toString("utf8", start - 1, at + 1)));
    } catch {
      throw NO_PLAIN_JSON;
    }
  }

  private number(): number {
    const { bytes, at: start } = this;
    let at = start;
    let value = 0;
    for (let byte = bytes[at] ?? 0; isDigit(byte); byte = bytes[++at] ?? 0) value = value * 10 + byte - 0x30;
    const byte = bytes[at] ?? NEWLINE;
    const isWhole = at > start && (bytes[start] !== 0x30 || at === start + 1);
    if (isWhole && at - start <= SHORT && byte !== DOT && (byte | 0x20) !== 0x65) {
      this.at = at;
      BUILDER.hash = value;
      return value;
    }
    BUILDER.hash = value | 0;
    while (at < bytes.length && JSON_NUMBER[bytes[at] ?? 0] === 1) at++;
    this.at = at;
    try {
      return Number(JSON.parse(bytes.toString("latin1", start, at)));
    } catch {
      throw NO_PLAIN_JSON;
    }
  }

  /** The next character that is no space. */
  private skip(): number {
    const { bytes } = this;
    let { at } = this;
    while (JSON_SPACE[bytes[at] ?? 0] === 1) at++;
    this.at = at;
    return bytes[at] ?? 0;
  }
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
