import { readBlockScalar } from "./block-scalar";
import { BUILDER } from "./builder";
import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DASH,
  DOT,
  DOUBLE_QUOTE,
  FIRST_BEYOND_ASCII,
  FLOW_STOP,
  GREATER,
  HASH,
  KEY,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  PIPE,
  PLAIN_START,
  PLAIN_STOP,
  SINGLE_QUOTE,
  SPACE,
  UNPRINTED,
} from "./characters";
import { readFoldedPlain } from "./folded-plain";

import { resolveScalar } from "./scalars";
import type { ScalarText } from "./scratch";
import { asName, HASH_SEED, mixed, NAMES, TEXTS, Words } from "./words";
import { parseYaml, YamlProblem } from "./yaml";

/**
 * A reader for the plain part of YAML in which manifests are written: block mappings and sequences, scalars on one line, literal
 * blocks, small flow collections. It knows what it does not know: a scalar of any other form is handed to js-yaml alone; at anything
 * else (anchors, tags, complex keys, anything that may be an error) it gives up, and the whole document is left to js-yaml. What it
 * does read is what js-yaml reads; it only is many times as fast.
 */
export const LEFT_TO_JS_YAML = Symbol("left to js-yaml");

/** Tabs, carriage returns, control and other characters that YAML does not print, halves of surrogates, byte order marks. */
const UNUSUAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const LINE_BREAK = Buffer.from("\n");

const MAX_DEPTH = 64;
const LONGEST_KEY = 256;

const KEYS = new Words((text) => asName(String(resolveScalar(text))));
const SCALARS = new Words(resolveScalar);

export class PlainYaml {
  /** Where the last document ends that was read: at the marker of the next one, or the end of the bytes. */
  end = 0;

  /** First character of the current line that is no space. */
  private at = 0;
  /** Its column, which `- ` in front of it moves; -1 behind the end of the document. */
  private indent = 0;
  private start = 0;
  private limit = 0;
  private hasCheckedText = false;

  /** What `scanKey` found. */
  private keyEnd = 0;
  private keyHash = 0;

  private readonly bytes: Buffer;
  /** Whether the last line break is none of the file's. */
  private readonly isCut: boolean;

  /** @param bytes UTF-8 */
  constructor(bytes: Buffer) {
    this.isCut = bytes[bytes.length - 1] !== NEWLINE;
    this.bytes = this.isCut ? Buffer.concat([bytes, LINE_BREAK]) : bytes;
  }

  /**
   * Reads the document that begins at `start`, with its marker if it has one.
   * @param limit where it ends at the latest, right behind a line break
   * @returns its value, `undefined` when there is no document but blank lines and comments, or `LEFT_TO_JS_YAML`
   */
  read(start: number, limit = this.bytes.length): unknown {
    this.start = start;
    this.limit = limit;
    this.hasCheckedText = false;
    BUILDER.reset();
    try {
      return this.document(start);
    } catch (error) {
      if (error === LEFT_TO_JS_YAML) return LEFT_TO_JS_YAML;
      throw error;
    }
  }

  private document(start: number): unknown {
    const { bytes } = this;
    const hasMarker = this.isMarker(start);
    if (hasMarker && bytes[start + 3] !== NEWLINE) throw LEFT_TO_JS_YAML;
    this.startLine(hasMarker ? start + 4 : start);
    const value = this.indent === -1 ? (hasMarker ? null : undefined) : this.block(this.indent, 0);
    // A line that fits no level (a mistake) ends every level and is left over.
    if (this.indent !== -1) throw LEFT_TO_JS_YAML;
    this.end = this.isCut && this.at === this.bytes.length ? this.at - 1 : this.at;
    return value;
  }

  private block(indent: number, depth: number): unknown {
    return this.isItem() ? this.list(indent, depth) : this.map(indent, depth, this.scanKey());
  }

  /** @param hasKey what `scanKey` says of the first line */
  private map(indent: number, depth: number, hasKey: boolean): unknown {
    if (depth > MAX_DEPTH) throw LEFT_TO_JS_YAML;
    const first = BUILDER.open();
    let hash = HASH_SEED;
    for (let isKey = hasKey; ; isKey = this.scanKey()) {
      if (!isKey) throw LEFT_TO_JS_YAML;
      hash = mixed(hash, this.keyHash);
      const entry = this.newKey(first);
      BUILDER.set(entry, this.value(indent, depth, true));
      hash = mixed(hash, BUILDER.hash);
      if (this.indent !== indent || this.isItem()) break;
    }
    return BUILDER.map(first, hash, depth);
  }

  /** Begins an entry with the key that `scanKey` found. One given twice is an error, and `__proto__` is not simply set. */
  private newKey(first: number): number {
    const { bytes, at, keyEnd, keyHash } = this;
    const isQuoted = bytes[at] === DOUBLE_QUOTE || bytes[at] === SINGLE_QUOTE;
    const key = isQuoted ? NAMES.at(bytes, at + 1, keyEnd - 1, keyHash) : KEYS.at(bytes, at, keyEnd, keyHash);
    const entry = key === "__proto__" ? -1 : BUILDER.add(first, key);
    if (entry === -1) throw LEFT_TO_JS_YAML;
    this.at = keyEnd + 1;
    return entry;
  }

  private list(indent: number, depth: number): unknown {
    if (depth > MAX_DEPTH) throw LEFT_TO_JS_YAML;
    const first = BUILDER.open();
    let hash = HASH_SEED;
    do {
      BUILDER.push(this.item(indent, depth));
      hash = mixed(hash, BUILDER.hash);
    } while (this.indent === indent && this.isItem());
    return BUILDER.list(first, hash, depth);
  }

  private item(indent: number, depth: number): unknown {
    const start = this.at++;
    this.skipSpaces();
    const column = indent + (this.at - start);
    if (this.isItem()) {
      this.indent = column;
      return this.list(column, depth + 1);
    }
    if (!this.scanKey()) return this.value(indent, depth, false);
    this.indent = column;
    return this.map(column, depth + 1, true);
  }

  /** What stands behind a key or a dash, here or on the lines below; goes on to the next line. */
  private value(indent: number, depth: number, isOfMap: boolean): unknown {
    const { bytes } = this;
    this.skipSpaces();
    const { at } = this;
    const first = bytes[at] ?? NEWLINE;
    if (first === NEWLINE || first === HASH) {
      this.startLine(this.lineAfter(at));
      if (this.indent > indent) return this.block(this.indent, depth + 1);
      // A list may stand right under its key.
      if (isOfMap && this.indent === indent && this.isItem()) return this.list(indent, depth + 1);
      BUILDER.hash = 0;
      return null;
    }
    if (PLAIN_START[first] === 1 || (first === DASH && bytes[at + 1] !== SPACE && bytes[at + 1] !== NEWLINE))
      return this.plain(indent, isOfMap);
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const text = this.quoted(first);
      if (text === undefined) return this.byJsYaml(at, indent, isOfMap);
      this.endOfValue();
      return text;
    }
    if (first === PIPE || first === GREATER) return this.below(readBlockScalar, at, indent, isOfMap);
    if (first !== OPEN_MAP && first !== OPEN_LIST) throw LEFT_TO_JS_YAML;
    const collection = this.flow(depth);
    this.endOfValue();
    return collection;
  }

  private plain(indent: number, isOfMap: boolean): unknown {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let hash = HASH_SEED;
    let byte = bytes[at] ?? NEWLINE;
    for (; ; byte = bytes[++at] ?? NEWLINE) {
      if (PLAIN_STOP[byte] === 1) {
        if (byte === NEWLINE) break;
        // A key, or the end of one, in the middle of a text is a mistake.
        if (byte === COLON && (bytes[at + 1] === SPACE || bytes[at + 1] === NEWLINE)) throw LEFT_TO_JS_YAML;
        if (byte === HASH && bytes[at - 1] === SPACE) break;
        if (UNPRINTED[byte] === 1) this.mustBeUsual(byte);
      }
      hash = mixed(hash, byte);
    }
    let end = at;
    if (bytes[end - 1] === SPACE) {
      while (bytes[end - 1] === SPACE) end--;
      hash = this.hashOf(start, end);
    }
    this.startLine(this.lineAfter(at));
    if (this.indent > indent) return this.below(readFoldedPlain, start, indent, isOfMap);
    BUILDER.hash = hash;
    return SCALARS.at(bytes, start, end, hash);
  }

  /** A quoted text that ends on its line; else `undefined`. */
  private quoted(quote: number): string | undefined {
    const { bytes } = this;
    const start = this.at + 1;
    let at = start;
    let hash = HASH_SEED;
    let isEscaped = false;
    for (let byte = bytes[at] ?? NEWLINE; ; byte = bytes[++at] ?? NEWLINE) {
      if (byte === quote) {
        // In single quotes a doubled quote stands for one.
        if (quote === DOUBLE_QUOTE || bytes[at + 1] !== quote) break;
        isEscaped = true;
        at++;
      } else if (byte === BACKSLASH && quote === DOUBLE_QUOTE) {
        isEscaped = true;
        if (bytes[++at] === NEWLINE) return undefined;
      } else if (UNPRINTED[byte] === 1) {
        if (byte === NEWLINE) return undefined;
        this.mustBeUsual(byte);
      }
      hash = mixed(hash, byte);
    }
    this.at = at + 1;
    BUILDER.hash = hash;
    return isEscaped ? unescaped(bytes.toString("utf8", start, at), quote) : TEXTS.at(bytes, start, at, hash);
  }

  /** A scalar over several lines. */
  private below(
    read: (bytes: Buffer, start: number, indent: number, limit: number) => ScalarText | undefined,
    start: number,
    indent: number,
    isOfMap: boolean,
  ): unknown {
    const scalar = read(this.bytes, start, indent, this.limit);
    if (scalar === undefined) return this.byJsYaml(start, indent, isOfMap);
    this.mustBeWhole(scalar.end);
    if (!scalar.isAscii) this.mustBeUsual(FIRST_BEYOND_ASCII);
    this.startLine(scalar.end);
    BUILDER.hash = scalar.text.length;
    return scalar.text;
  }

  /** A scalar in any other form: js-yaml reads it as the value of a map, or the item of a list, of nothing else. */
  private byJsYaml(start: number, indent: number, isOfMap: boolean): unknown {
    const { bytes, limit } = this;
    let end = bytes.indexOf(NEWLINE, start) + 1;
    while (end < limit) {
      let at = end;
      while (bytes[at] === SPACE) at++;
      if (bytes[at] !== NEWLINE && at - end <= indent) break;
      end = bytes.indexOf(NEWLINE, at) + 1;
    }
    this.mustBeWhole(end);
    const value = only(`${" ".repeat(indent)}${isOfMap ? "k:" : "-"} ${bytes.toString("utf8", start, end)}`);
    this.startLine(end);
    BUILDER.hash = 0;
    return value;
  }

  /** A flow collection that ends on its line. */
  private flow(depth: number): unknown {
    if (depth > MAX_DEPTH) throw LEFT_TO_JS_YAML;
    const first = BUILDER.open();
    let hash = HASH_SEED;
    const isMap = this.code() === OPEN_MAP;
    const close = isMap ? CLOSE_MAP : CLOSE_LIST;
    this.at++;
    this.skipSpaces();
    for (let isFirst = true; this.code() !== close; isFirst = false) {
      if (!isFirst) {
        if (this.code() !== COMMA) throw LEFT_TO_JS_YAML;
        this.at++;
        this.skipSpaces();
        if (this.code() === close) throw LEFT_TO_JS_YAML;
      }
      if (isMap) {
        if (!this.scanKey()) throw LEFT_TO_JS_YAML;
        hash = mixed(hash, this.keyHash);
        const entry = this.newKey(first);
        this.skipSpaces();
        BUILDER.set(entry, this.flowValue(depth));
      } else BUILDER.push(this.flowValue(depth));
      hash = mixed(hash, BUILDER.hash);
      this.skipSpaces();
    }
    this.at++;
    return isMap ? BUILDER.map(first, hash, depth) : BUILDER.list(first, hash, depth);
  }

  private flowValue(depth: number): unknown {
    const { bytes } = this;
    const start = this.at;
    const first = this.code();
    if (first === OPEN_MAP || first === OPEN_LIST) return this.flow(depth + 1);
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const text = this.quoted(first);
      if (text === undefined) throw LEFT_TO_JS_YAML;
      return text;
    }
    if (PLAIN_START[first] !== 1) throw LEFT_TO_JS_YAML;
    let end = start + 1;
    for (let byte = bytes[end] ?? NEWLINE; ; byte = bytes[++end] ?? NEWLINE) {
      if (FLOW_STOP[byte] !== 1) continue;
      if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_MAP) break;
      // A colon with a letter or a digit right behind it is part of the text.
      if (byte !== COLON || KEY[bytes[end + 1] ?? NEWLINE] !== 1) throw LEFT_TO_JS_YAML;
    }
    this.at = end;
    while (bytes[end - 1] === SPACE) end--;
    const hash = this.hashOf(start, end);
    BUILDER.hash = hash;
    return SCALARS.at(bytes, start, end, hash);
  }

  /** Whether the line goes on with `key:`, and how far the key reaches. */
  private scanKey(): boolean {
    const { bytes, at: start } = this;
    let at = start;
    let hash = HASH_SEED;
    let byte = bytes[at] ?? NEWLINE;
    if (byte === DASH) return false;
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      const quote = byte;
      for (byte = bytes[++at] ?? NEWLINE; byte !== quote; byte = bytes[++at] ?? NEWLINE) {
        if (UNPRINTED[byte] === 1 || byte === BACKSLASH) return false;
        hash = mixed(hash, byte);
      }
      byte = bytes[++at] ?? NEWLINE;
    } else for (; KEY[byte] === 1; byte = bytes[++at] ?? NEWLINE) hash = mixed(hash, byte);
    if (byte !== COLON || at === start || at - start > LONGEST_KEY) return false;
    this.keyEnd = at;
    this.keyHash = hash;
    return bytes[at + 1] === SPACE || bytes[at + 1] === NEWLINE;
  }

  private hashOf(start: number, end: number): number {
    let hash = HASH_SEED;
    for (let at = start; at < end; at++) hash = mixed(hash, this.bytes[at] ?? 0);
    return hash;
  }

  /** The character here, which must be on this line. */
  private code(): number {
    const byte = this.bytes[this.at] ?? NEWLINE;
    if (byte === NEWLINE) throw LEFT_TO_JS_YAML;
    return byte;
  }

  /** Nothing but spaces, or a comment set off by one, may follow a value on its line. */
  private endOfValue(): void {
    const { bytes } = this;
    this.skipSpaces();
    const { at } = this;
    if (bytes[at] !== NEWLINE && (bytes[at] !== HASH || bytes[at - 1] !== SPACE)) throw LEFT_TO_JS_YAML;
    this.startLine(this.lineAfter(at));
  }

  private isItem(): boolean {
    const { bytes, at } = this;
    return bytes[at] === DASH && (bytes[at + 1] === SPACE || bytes[at + 1] === NEWLINE);
  }

  private isMarker(at: number): boolean {
    const { bytes } = this;
    return bytes[at] === DASH && bytes[at + 1] === DASH && bytes[at + 2] === DASH;
  }

  private skipSpaces(): void {
    const { bytes } = this;
    let { at } = this;
    while (bytes[at] === SPACE) at++;
    this.at = at;
  }

  /** Start of the line after the one on which there is nothing but a comment from `at` on. */
  private lineAfter(at: number): number {
    const { bytes } = this;
    for (let end = at; ; end++) {
      const byte = bytes[end] ?? NEWLINE;
      if (byte === NEWLINE) return end + 1;
      if (UNPRINTED[byte] === 1) this.mustBeUsual(byte);
    }
  }

  /** Moves to the first line from `start` that says something, or to the end of the document. */
  private startLine(start: number): void {
    const { bytes, limit } = this;
    for (let line = start; line < limit;) {
      let at = line;
      while (bytes[at] === SPACE) at++;
      const byte = bytes[at];
      if (byte === NEWLINE) line = at + 1;
      else if (byte === HASH) line = this.lineAfter(at);
      else {
        this.at = at;
        this.indent = at - line;
        if (at === line && (byte === DASH || byte === DOT)) this.mindMarkers();
        return;
      }
    }
    this.at = limit;
    this.indent = -1;
  }

  /** A document ends at the marker of the next; the end of a stream is none of ours. */
  private mindMarkers(): void {
    const { bytes, at } = this;
    if (bytes[at] === DOT && bytes[at + 1] === DOT && bytes[at + 2] === DOT) throw LEFT_TO_JS_YAML;
    if (!this.isMarker(at)) return;
    const after = bytes[at + 3];
    if (after !== NEWLINE && after !== SPACE) throw LEFT_TO_JS_YAML;
    this.indent = -1;
  }

  /** How a block ends that the end of the file cuts short is for js-yaml to say. */
  private mustBeWhole(end: number): void {
    if (this.isCut && end === this.bytes.length) throw LEFT_TO_JS_YAML;
  }

  /** Characters beyond ASCII are looked at once per document, and then all of them. */
  private mustBeUsual(byte: number): void {
    if (byte < FIRST_BEYOND_ASCII) throw LEFT_TO_JS_YAML;
    if (this.hasCheckedText) return;
    const { bytes, start, limit } = this;
    const next = bytes.indexOf("\n---", start);
    if (UNUSUAL.test(bytes.toString("utf8", start, next === -1 ? limit : Math.min(next, limit)))) throw LEFT_TO_JS_YAML;
    this.hasCheckedText = true;
  }
}

/** JSON's escapes mean the same in YAML, which has some more. */
function unescaped(text: string, quote: number): string | undefined {
  if (quote === SINGLE_QUOTE) return text.replaceAll("''", "'");
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return undefined;
  }
}

/** The only value in a map or list of one, if it is a scalar. */
function only(text: string): unknown {
  try {
    const [holder, ...others] = parseYaml(text);
    const values: unknown[] = typeof holder === "object" && holder !== null ? Object.values(holder) : [];
    const [value] = values;
    if (others.length === 0 && values.length === 1 && (typeof value !== "object" || value === null)) return value;
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
  }
  throw LEFT_TO_JS_YAML;
}
