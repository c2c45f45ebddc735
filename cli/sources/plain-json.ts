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
import { HASH_SEED, mixed, NAMES, TEXTS } from "./words";

/**
 * A reader for JSON that is right: what it reads is what `JSON.parse` reads, without a copy of the text, and with every word that
 * repeats only once. At anything else (a mistake, a key given twice, nesting without end) it gives up, and `./json` says what is wrong.
 */
export const NO_PLAIN_JSON = Symbol("no plain JSON");

const MAX_DEPTH = 200;
/** Objects with more keys than this are asked themselves whether a key was given before. */
const FEW_KEYS = 16;
/** Digits that are a number without being looked at as a text. */
const SHORT = 9;

const LITERALS: readonly (readonly [Buffer, unknown])[] = [
  [Buffer.from("true"), true],
  [Buffer.from("false"), false],
  [Buffer.from("null"), null],
];

type Map = Record<string, unknown>;

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
  /** The keys so far of each object that is open. */
  private readonly keys: string[] = [];
  private keyCount = 0;

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
    this.keyCount = 0;
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
    if (byte === DOUBLE_QUOTE) return this.text(false);
    if (byte === OPEN_MAP) return this.object(depth);
    if (byte === OPEN_LIST) return this.list(depth, undefined);
    if (byte === DASH || isDigit(byte)) return this.number();
    for (const [word, value] of LITERALS)
      if (byte === word[0] && word.equals(bytes.subarray(at, at + word.length))) {
        this.at = at + word.length;
        return value;
      }
    throw NO_PLAIN_JSON;
  }

  private object(depth: number): Map {
    const { bytes, keys } = this;
    const first = this.open(depth);
    const map: Map = {};
    if (this.skip() === CLOSE_MAP) this.at++;
    else
      for (;;) {
        if (bytes[this.at] !== DOUBLE_QUOTE) throw NO_PLAIN_JSON;
        const key = this.text(true);
        if (key === "__proto__") throw NO_PLAIN_JSON;
        if (this.keyCount - first > FEW_KEYS) {
          if (Object.hasOwn(map, key)) throw NO_PLAIN_JSON;
        } else for (let known = first; known < this.keyCount; known++) if (keys[known] === key) throw NO_PLAIN_JSON;
        keys[this.keyCount++] = key;
        if (this.skip() !== COLON) throw NO_PLAIN_JSON;
        this.at++;
        map[key] =
          this.skip() === OPEN_LIST && depth === 0 && key === "items" ? this.topItems() : this.value(depth + 1);
        const after = this.skip();
        this.at++;
        if (after === CLOSE_MAP) break;
        if (after !== COMMA) throw NO_PLAIN_JSON;
        this.skip();
      }
    this.keyCount = first;
    return map;
  }

  private topItems(): unknown[] {
    const places: number[] = [];
    this.items = { elements: this.list(1, places), places };
    return [];
  }

  private list(depth: number, places: number[] | undefined): unknown[] {
    this.open(depth);
    if (this.skip() === CLOSE_LIST) {
      this.at++;
      return [];
    }
    // Most lists have one element: no room for more.
    let list: unknown[] | undefined;
    for (;;) {
      const start = this.at;
      const value = this.value(depth + 1);
      if (list === undefined) list = [value];
      else list.push(value);
      places?.push(start, this.at);
      const after = this.skip();
      this.at++;
      // A list that grew keeps room for 16 more; a copy has just its size.
      if (after === CLOSE_LIST) return list.length === 1 ? list : list.slice();
      if (after !== COMMA) throw NO_PLAIN_JSON;
      this.skip();
    }
  }

  private open(depth: number): number {
    if (depth > MAX_DEPTH) throw NO_PLAIN_JSON;
    this.at++;
    return this.keyCount;
  }

  private text(isKey: boolean): string {
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
    return (isKey ? NAMES : TEXTS).at(bytes, start, at, hash);
  }

  private escaped(start: number, firstEscape: number): string {
    const { bytes } = this;
    let at = firstEscape;
    for (let byte = bytes[at] ?? 0; byte !== DOUBLE_QUOTE; byte = bytes[++at] ?? 0) {
      if (byte < SPACE) throw NO_PLAIN_JSON;
      if (byte === BACKSLASH) at++;
    }
    this.at = at + 1;
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
      return value;
    }
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
