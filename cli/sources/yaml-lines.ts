import { DASH, DOT, FIRST_BEYOND_ASCII, HASH, NEWLINE, SPACE, UNPRINTED } from "./characters";

/** What a reader throws, and says, when it gives a document up. */
export const LEFT_TO_JS_YAML = Symbol("left to js-yaml");

/** Tabs, carriage returns, control and other characters that YAML does not print, halves of surrogates, byte order marks. */
const UNUSUAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const LINE_BREAK = Buffer.from("\n");

/** The lines of YAML documents, one after another, and a place on one of them. */
export class YamlLines {
  /** First character of the current line that is no space, or further on. */
  protected at = 0;
  /** Column of the first, which `- ` in front of it moves; -1 behind the end of the document. */
  protected indent = 0;
  protected limit = 0;
  protected readonly bytes: Buffer;
  /** Whether the last line break is none of the file's. */
  protected readonly isCut: boolean;

  private start = 0;
  private hasCheckedText = false;

  /** @param bytes UTF-8 */
  constructor(bytes: Buffer) {
    this.isCut = bytes[bytes.length - 1] !== NEWLINE;
    this.bytes = this.isCut ? Buffer.concat([bytes, LINE_BREAK]) : bytes;
  }

  /** Goes to the first line of the document that begins at `start`. @returns whether a marker begins it */
  protected begin(start: number, limit: number): boolean {
    this.start = start;
    this.limit = limit;
    this.hasCheckedText = false;
    const hasMarker = this.isMarker(start);
    if (hasMarker && this.bytes[start + 3] !== NEWLINE) throw LEFT_TO_JS_YAML;
    this.startLine(hasMarker ? start + 4 : start);
    return hasMarker;
  }

  /** Moves to the first line from `start` that says something, or to the end of the document. */
  protected startLine(start: number): void {
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

  /** Start of the line after the one on which there is nothing but a comment from `at` on. */
  protected lineAfter(at: number): number {
    const { bytes } = this;
    for (let end = at; ; end++) {
      const byte = bytes[end] ?? NEWLINE;
      if (byte === NEWLINE) return end + 1;
      if (UNPRINTED[byte] === 1) this.mustBeUsual(byte);
    }
  }

  /** Nothing but spaces, or a comment set off by one, may follow a value on its line. */
  protected endOfValue(): void {
    const { bytes } = this;
    this.skipSpaces();
    const { at } = this;
    if (bytes[at] !== NEWLINE && (bytes[at] !== HASH || bytes[at - 1] !== SPACE)) throw LEFT_TO_JS_YAML;
    this.startLine(this.lineAfter(at));
  }

  protected skipSpaces(): void {
    const { bytes } = this;
    let { at } = this;
    while (bytes[at] === SPACE) at++;
    this.at = at;
  }

  /** The character here, which must be on this line. */
  protected code(): number {
    const byte = this.bytes[this.at] ?? NEWLINE;
    if (byte === NEWLINE) throw LEFT_TO_JS_YAML;
    return byte;
  }

  protected isItem(): boolean {
    const { bytes, at } = this;
    return bytes[at] === DASH && (bytes[at + 1] === SPACE || bytes[at + 1] === NEWLINE);
  }

  private isMarker(at: number): boolean {
    const { bytes } = this;
    return bytes[at] === DASH && bytes[at + 1] === DASH && bytes[at + 2] === DASH;
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
  protected mustBeWhole(end: number): void {
    if (this.isCut && end === this.bytes.length) throw LEFT_TO_JS_YAML;
  }

  /** Characters beyond ASCII are looked at once per document, and then all of them. */
  protected mustBeUsual(byte: number): void {
    if (byte < FIRST_BEYOND_ASCII) throw LEFT_TO_JS_YAML;
    if (this.hasCheckedText) return;
    const { bytes, start, limit } = this;
    const next = bytes.indexOf("\n---", start);
    if (UNUSUAL.test(bytes.toString("utf8", start, next === -1 ? limit : Math.min(next, limit)))) throw LEFT_TO_JS_YAML;
    this.hasCheckedText = true;
  }
}
