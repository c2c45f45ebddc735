import { readBlockScalar } from "./block-scalar";
import { BUILDER } from "./builder";
import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  FIRST_BEYOND_ASCII,
  FLOW_STOP,
  HASH,
  KEY,
  NEWLINE,
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
import { LEFT_TO_JS_YAML, YamlLines } from "./yaml-lines";

const LONGEST_KEY = 256;

const KEYS = new Words((text) => asName(String(resolveScalar(text))));
const SCALARS = new Words(resolveScalar);

/** The keys and scalars on those lines; each leaves its hash with the builder. */
export class YamlScalars extends YamlLines {
  /** What `scanKey` found. */
  private keyEnd = 0;
  protected keyHash = 0;

  /** Whether the line goes on with `key:`, and how far the key reaches. */
  protected scanKey(): boolean {
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

  /** Begins an entry with the key that `scanKey` found. One given twice is an error, and `__proto__` is not simply set. */
  protected newKey(first: number): number {
    const { bytes, at, keyEnd, keyHash } = this;
    const isQuoted = bytes[at] === DOUBLE_QUOTE || bytes[at] === SINGLE_QUOTE;
    const key = isQuoted ? NAMES.at(bytes, at + 1, keyEnd - 1, keyHash) : KEYS.at(bytes, at, keyEnd, keyHash);
    const entry = key === "__proto__" ? -1 : BUILDER.add(first, key);
    if (entry === -1) throw LEFT_TO_JS_YAML;
    this.at = keyEnd + 1;
    return entry;
  }

  protected plain(indent: number, isOfMap: boolean): unknown {
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

  /** A plain scalar within `{…}` or `[…]`. */
  protected flowPlain(): unknown {
    const { bytes } = this;
    const start = this.at;
    if (PLAIN_START[this.code()] !== 1) throw LEFT_TO_JS_YAML;
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

  /** A quoted text that ends on its line; else `undefined`. */
  protected quoted(quote: number): string | undefined {
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

  /** A block scalar. */
  protected blockScalar(start: number, indent: number, isOfMap: boolean): unknown {
    return this.below(readBlockScalar, start, indent, isOfMap);
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
  protected byJsYaml(start: number, indent: number, isOfMap: boolean): unknown {
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

  private hashOf(start: number, end: number): number {
    let hash = HASH_SEED;
    for (let at = start; at < end; at++) hash = mixed(hash, this.bytes[at] ?? 0);
    return hash;
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
