import { BUILDER } from "./builder";
import {
  CLOSE_LIST,
  CLOSE_MAP,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  GREATER,
  HASH,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  PIPE,
  PLAIN_START,
  SINGLE_QUOTE,
  SPACE,
} from "./characters";
import { HASH_SEED, mixed } from "./words";
import { LEFT_TO_JS_YAML } from "./yaml-lines";
import { YamlScalars } from "./yaml-scalars";

export { LEFT_TO_JS_YAML };

const MAX_DEPTH = 64;

/**
 * A reader for the plain part of YAML in which manifests are written: block mappings and sequences, scalars on one line, literal
 * blocks, small flow collections. It knows what it does not know: a scalar of any other form is handed to js-yaml alone; at anything
 * else (anchors, tags, complex keys, anything that may be an error) it gives up, and the whole document is left to js-yaml. What it
 * does read is what js-yaml reads; it only is many times as fast.
 */
export class PlainYaml extends YamlScalars {
  /** Where the last document ends that was read: at the marker of the next one, or the end of the bytes. */
  end = 0;

  /**
   * Reads the document that begins at `start`, with its marker if it has one.
   * @param limit where it ends at the latest, right behind a line break
   * @returns its value, `undefined` when there is no document but blank lines and comments, or `LEFT_TO_JS_YAML`
   */
  read(start: number, limit = this.bytes.length): unknown {
    BUILDER.reset();
    try {
      return this.document(start, limit);
    } catch (error) {
      if (error === LEFT_TO_JS_YAML) return LEFT_TO_JS_YAML;
      throw error;
    }
  }

  private document(start: number, limit: number): unknown {
    const hasMarker = this.begin(start, limit);
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
    if (first === PIPE || first === GREATER) return this.blockScalar(at, indent, isOfMap);
    if (first !== OPEN_MAP && first !== OPEN_LIST) throw LEFT_TO_JS_YAML;
    const collection = this.flow(depth);
    this.endOfValue();
    return collection;
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
    const first = this.code();
    if (first === OPEN_MAP || first === OPEN_LIST) return this.flow(depth + 1);
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const text = this.quoted(first);
      if (text === undefined) throw LEFT_TO_JS_YAML;
      return text;
    }
    return this.flowPlain();
  }
}
