import {
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  HASH,
  KEY,
  NEWLINE,
  NUMBER_START,
  OPEN_LIST,
  OPEN_MAP,
  PIPE,
  PLAIN_START,
  SINGLE_QUOTE,
  SPACE,
} from "./characters";
import { LONGEST_WORD, resolveScalar } from "./scalars";

/**
 * A reader for the plain part of YAML in which manifests are written: block mappings and sequences, scalars on one line, literal
 * blocks, small flow collections. It knows what it does not know: whatever it meets beyond that (anchors, tags, folded blocks, escapes,
 * text over several lines, anything that may be an error) makes it give up, and the whole document is left to js-yaml. What it does
 * read is what js-yaml reads; it only is several times as fast.
 */

export const LEFT_TO_JS_YAML = Symbol("left to js-yaml");

/** @returns the document's value, or `LEFT_TO_JS_YAML` */
export function readPlainYaml(text: string): unknown {
  if (UNUSUAL.test(text)) return LEFT_TO_JS_YAML;
  const reader = new Reader(text);
  try {
    return reader.document();
  } catch (error) {
    if (error === LEFT_TO_JS_YAML) return LEFT_TO_JS_YAML;
    throw error;
  }
}

/** Tabs, carriage returns, control and other characters that YAML does not print, halves of surrogates, byte order marks. */
const UNUSUAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const MAX_DEPTH = 64;

/** A list that grew keeps room for 16 more items; a copy has just its size. */
const trimmed = (list: readonly unknown[]): unknown[] => list.slice();

type Map = Record<string, unknown>;

class Reader {
  /** First character of the current line that is no space; the end of the text after the last line. */
  private at = 0;
  /** Its column, which `- ` in front of it moves. */
  private indent = 0;
  private lineEnd = 0;
  private isInside = false;
  private readonly length: number;

  constructor(private readonly text: string) {
    this.length = text.length;
    this.startLine(0);
    this.isInside = true;
  }

  document(): unknown {
    if (this.isMarker()) {
      if (this.lineEnd - this.at !== 3) throw LEFT_TO_JS_YAML;
      this.nextLine();
    }
    if (this.at >= this.length) throw LEFT_TO_JS_YAML;
    const value = this.block(this.indent, 0);
    // A line that fits no level (more of a text, a mistake) ends every level and is left over.
    if (this.at < this.length) throw LEFT_TO_JS_YAML;
    return value;
  }

  private block(indent: number, depth: number): unknown {
    if (depth > MAX_DEPTH) throw LEFT_TO_JS_YAML;
    return this.isItem() ? this.list(indent, depth) : this.map(indent, depth);
  }

  private map(indent: number, depth: number): Map {
    const map: Map = {};
    while (this.at < this.length && this.indent === indent && !this.isItem()) {
      const key = this.key();
      // Given twice, or the name of something that every object has (`constructor`, `__proto__`).
      if (map[key] !== undefined) throw LEFT_TO_JS_YAML;
      map[key] = this.value(indent, depth, true);
    }
    return map;
  }

  private list(indent: number, depth: number): unknown[] {
    const list: unknown[] = [];
    while (this.at < this.length && this.indent === indent && this.isItem()) {
      const start = this.at;
      this.at++;
      this.skipSpaces();
      const isCompact = this.at < this.lineEnd && (this.isItem() || this.isKeyHere());
      if (isCompact) {
        this.indent = indent + (this.at - start);
        list.push(this.block(this.indent, depth + 1));
      } else list.push(this.value(indent, depth, false));
    }
    return trimmed(list);
  }

  /** What stands behind a key or a dash, here or on the lines below. */
  private value(indent: number, depth: number, isOfMap: boolean): unknown {
    this.skipSpaces();
    if (this.at >= this.lineEnd || this.text.charCodeAt(this.at) === HASH) {
      this.nextLine();
      if (this.at >= this.length) return null;
      if (this.indent > indent) return this.block(this.indent, depth + 1);
      // A list may stand right under its key.
      return isOfMap && this.indent === indent && this.isItem() ? this.list(indent, depth + 1) : null;
    }
    const first = this.text.charCodeAt(this.at);
    if (first === PIPE) return this.literal(indent);
    const value = first === OPEN_MAP || first === OPEN_LIST ? this.flow(depth) : this.scalar(first);
    this.endOfValue();
    this.nextLine();
    return value;
  }

  private key(): string {
    const { text } = this;
    const start = this.at;
    const end = this.endOfKey();
    if (end === -1) throw LEFT_TO_JS_YAML;
    this.at = end + 1;
    const key = text.slice(start, end);
    const isText = key.length > LONGEST_WORD && NUMBER_START[text.charCodeAt(start)] !== 1;
    return isText ? key : String(resolveScalar(key));
  }

  /** Whether the line goes on with `key:`. */
  private isKeyHere(): boolean {
    return this.endOfKey() !== -1;
  }

  private endOfKey(): number {
    const { text, lineEnd } = this;
    let at = this.at;
    for (; at < lineEnd; at++) {
      const code = text.charCodeAt(at);
      if (code === COLON) break;
      if (code > 127 || KEY[code] !== 1) return -1;
    }
    if (at === this.at || at >= lineEnd || text.charCodeAt(this.at) === DASH) return -1;
    return at + 1 === lineEnd || text.charCodeAt(at + 1) === SPACE ? at : -1;
  }

  private scalar(first: number): unknown {
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) return this.quoted(first, this.lineEnd);
    const { text, lineEnd } = this;
    const isNegative = first === DASH && this.at + 1 < lineEnd && text.charCodeAt(this.at + 1) !== SPACE;
    if (!isNegative && (first > 127 || PLAIN_START[first] !== 1)) throw LEFT_TO_JS_YAML;
    let end = this.at + 1;
    for (; end < lineEnd; end++) {
      const code = text.charCodeAt(end);
      // A key, or the end of one, in the middle of a text is a mistake.
      if (code === COLON && (end + 1 === lineEnd || text.charCodeAt(end + 1) === SPACE)) throw LEFT_TO_JS_YAML;
      if (code === HASH && text.charCodeAt(end - 1) === SPACE) break;
    }
    const start = this.at;
    this.at = end;
    while (text.charCodeAt(end - 1) === SPACE) end--;
    return resolveScalar(text.slice(start, end));
  }

  private quoted(quote: number, limit: number): string {
    const { text } = this;
    const start = this.at + 1;
    const end = text.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", start);
    if (end === -1 || end >= limit) throw LEFT_TO_JS_YAML;
    // In single quotes a doubled quote stands for one: then no value ends here, and whoever reads on gives up.
    const value = text.slice(start, end);
    if (quote === DOUBLE_QUOTE && value.includes("\\")) throw LEFT_TO_JS_YAML;
    this.at = end + 1;
    return value;
  }

  /** `|`, `|-`, `|+`: the lines below that are indented more, as they are. */
  private literal(indent: number): string {
    const { text } = this;
    const header = text.slice(this.at, this.lineEnd).trimEnd();
    if (header !== "|" && header !== "|-" && header !== "|+") throw LEFT_TO_JS_YAML;
    const lines: string[] = [];
    let contentIndent = -1;
    let start = this.lineEnd + 1;
    let last = start;
    while (start < this.length) {
      const found = text.indexOf("\n", start);
      const end = found === -1 ? this.length : found;
      let content = start;
      while (content < end && text.charCodeAt(content) === SPACE) content++;
      const isEmpty = content === end;
      if (contentIndent === -1 && !isEmpty) {
        if (content - start <= indent) break;
        contentIndent = content - start;
        // Blank lines before the first must not be indented more than it; rare enough to ask.
        if (lines.length > 0) throw LEFT_TO_JS_YAML;
      }
      if (!isEmpty && content - start < contentIndent) break;
      lines.push(isEmpty && content - start <= contentIndent ? "" : text.slice(start + contentIndent, end));
      // The last line of a text without a line break at its end.
      if (found === -1) throw LEFT_TO_JS_YAML;
      start = end + 1;
      last = start;
    }
    if (contentIndent === -1) throw LEFT_TO_JS_YAML;
    let kept = lines.length;
    if (header !== "|+") while (kept > 0 && lines[kept - 1] === "") kept--;
    this.startLine(last);
    return lines.slice(0, kept).join("\n") + (header === "|-" ? "" : "\n");
  }

  /** A flow collection that ends on its line. */
  private flow(depth: number): unknown {
    if (depth > MAX_DEPTH) throw LEFT_TO_JS_YAML;
    const isMap = this.text.charCodeAt(this.at) === OPEN_MAP;
    const close = isMap ? CLOSE_MAP : CLOSE_LIST;
    const map: Map = {};
    const list: unknown[] = [];
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
        const key = this.key();
        if (map[key] !== undefined) throw LEFT_TO_JS_YAML;
        this.skipSpaces();
        map[key] = this.flowValue(depth);
      } else list.push(this.flowValue(depth));
      this.skipSpaces();
    }
    this.at++;
    return isMap ? map : trimmed(list);
  }

  private flowValue(depth: number): unknown {
    const { text, lineEnd } = this;
    const first = this.code();
    if (first === OPEN_MAP || first === OPEN_LIST) return this.flow(depth + 1);
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) return this.quoted(first, lineEnd);
    if (first > 127 || PLAIN_START[first] !== 1) throw LEFT_TO_JS_YAML;
    let end = this.at + 1;
    for (; end < lineEnd; end++) {
      const code = text.charCodeAt(end);
      if (code === COMMA || code === CLOSE_LIST || code === CLOSE_MAP) break;
      if (code === HASH || code === OPEN_LIST || code === OPEN_MAP || (code === COLON && !this.isInWord(end)))
        throw LEFT_TO_JS_YAML;
    }
    const start = this.at;
    this.at = end;
    while (text.charCodeAt(end - 1) === SPACE) end--;
    return resolveScalar(text.slice(start, end));
  }

  /** A colon with a letter or a digit right behind it is part of the text. */
  private isInWord(colon: number): boolean {
    const next = colon + 1 < this.lineEnd ? this.text.charCodeAt(colon + 1) : SPACE;
    return next < 128 && KEY[next] === 1;
  }

  private code(): number {
    if (this.at >= this.lineEnd) throw LEFT_TO_JS_YAML;
    return this.text.charCodeAt(this.at);
  }

  /** Nothing but spaces, or a comment set off by one, may follow a value. */
  private endOfValue(): void {
    this.skipSpaces();
    if (this.at >= this.lineEnd) return;
    const { text, at } = this;
    if (text.charCodeAt(at) !== HASH || text.charCodeAt(at - 1) !== SPACE) throw LEFT_TO_JS_YAML;
  }

  private isItem(): boolean {
    const { text, at, lineEnd } = this;
    return text.charCodeAt(at) === DASH && (at + 1 === lineEnd || text.charCodeAt(at + 1) === SPACE);
  }

  private isMarker(): boolean {
    return this.indent === 0 && this.text.startsWith("---", this.at);
  }

  private skipSpaces(): void {
    while (this.at < this.lineEnd && this.text.charCodeAt(this.at) === SPACE) this.at++;
  }

  private nextLine(): void {
    this.startLine(this.lineEnd + 1);
  }

  /** Moves to the first line from `start` that says something. */
  private startLine(start: number): void {
    const { text, length } = this;
    let line = start;
    for (;;) {
      if (line >= length) {
        this.at = this.lineEnd = length;
        this.indent = 0;
        return;
      }
      let at = line;
      while (text.charCodeAt(at) === SPACE) at++;
      const code = at < length ? text.charCodeAt(at) : NEWLINE;
      const found = code === NEWLINE ? at : text.indexOf("\n", at);
      const end = found === -1 ? length : found;
      if (code !== NEWLINE && code !== HASH) {
        this.at = at;
        this.indent = at - line;
        this.lineEnd = end;
        // Markers in the middle, and the end of a stream.
        if (this.indent === 0 && this.isInside && (text.startsWith("---", at) || text.startsWith("...", at)))
          throw LEFT_TO_JS_YAML;
        return;
      }
      line = end + 1;
    }
  }
}
