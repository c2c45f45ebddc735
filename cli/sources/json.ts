import { BACKSLASH, CLOSE_LIST, CLOSE_MAP, COMMA, DOUBLE_QUOTE, OPEN_LIST, OPEN_MAP } from "./characters";
import { MAX_DEPTH } from "./yaml";

/** Where a value stands in the bytes: `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value at the top of a JSON text, with the elements of its `items` when it has such a list. */
export interface JsonSpan extends Span {
  readonly items: { readonly list: Span; readonly elements: readonly Span[] } | undefined;
}

/** Why bytes are not acceptable JSON, and where. */
export class JsonProblem extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Finds the values in JSON text, one after another, and the elements of a `kubectl get -o json` list, so that each can be parsed
 * alone: a list of 20,000 pods is never a text, a tree and a model at the same time. Also what `JSON.parse` does not say: keys given
 * twice and nesting without end. Grammar inside a value is left to `JSON.parse`.
 * @throws JsonProblem
 */
export function scanJson(bytes: Buffer): JsonSpan[] {
  const values: JsonSpan[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(bytes[at])) at++;
    if (at >= bytes.length) return values;
    const value = scanValue(bytes, at);
    values.push(value);
    at = value.end;
  }
}

function scanValue(bytes: Buffer, start: number): JsonSpan {
  const open: number[] = [];
  const keys = new KeysSoFar(bytes);
  let at = start;
  let expectsKey = false;
  let list: { start: number; elements: Span[]; element: number } | undefined;
  let items: JsonSpan["items"];
  let isItems = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === DOUBLE_QUOTE) {
      const end = endOfString(bytes, at);
      if (expectsKey) {
        keys.add(at, end);
        isItems = open.length === 1 && bytes.toString("latin1", at, end) === '"items"';
        expectsKey = false;
      }
      at = end - 1;
      if (open.length === 0) return { start, end, items };
    } else if (byte === OPEN_MAP || byte === OPEN_LIST) {
      if (open.push(byte) > MAX_DEPTH) throw new JsonProblem(`is nested more than ${MAX_DEPTH} levels deep`, at);
      expectsKey = byte === OPEN_MAP;
      if (byte === OPEN_MAP) keys.enter();
      else if (isItems && open.length === 2) list = { start: at, elements: [], element: at + 1 };
      isItems = false;
    } else if (byte === CLOSE_MAP || byte === CLOSE_LIST) {
      const opened = open.pop();
      if (opened !== (byte === CLOSE_MAP ? OPEN_MAP : OPEN_LIST))
        throw new JsonProblem(`has "${String.fromCharCode(byte)}" where it closes nothing`, at);
      if (byte === CLOSE_MAP) keys.leave();
      expectsKey = false;
      if (list !== undefined && open.length === 1) {
        const last = trimmed(bytes, list.element, at);
        const elements = last === undefined ? list.elements : [...list.elements, last];
        items = { list: { start: list.start, end: at + 1 }, elements };
        list = undefined;
      }
      if (open.length === 0) return { start, end: at + 1, items };
    } else if (byte === COMMA) {
      if (open.length === 0) throw new JsonProblem('has "," between two documents', at);
      expectsKey = open[open.length - 1] === OPEN_MAP;
      if (list !== undefined && open.length === 2) {
        list.elements.push(trimmed(bytes, list.element, at) ?? { start: at, end: at });
        list.element = at + 1;
      }
    } else if (open.length === 0) {
      return { start, end: endOfLiteral(bytes, at), items };
    }
  }
  throw new JsonProblem("ends in the middle of a value", bytes.length);
}

function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(DOUBLE_QUOTE, start + 1); end !== -1; end = bytes.indexOf(DOUBLE_QUOTE, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw new JsonProblem("has a text that does not end", start);
}

function endOfLiteral(bytes: Buffer, start: number): number {
  let end = start;
  while (end < bytes.length && !isSpace(bytes[end])) end++;
  return end;
}

function trimmed(bytes: Buffer, start: number, end: number): Span | undefined {
  let from = start;
  while (from < end && isSpace(bytes[from])) from++;
  return from === end ? undefined : { start: from, end };
}

/** The keys of the objects that are open, as hashes; only equal hashes are compared as text. */
class KeysSoFar {
  private readonly hashes: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly frames: number[] = [];
  private readonly large: (Map<string, true> | undefined)[] = [];

  constructor(private readonly bytes: Buffer) {}

  enter(): void {
    this.frames.push(this.hashes.length);
    this.large.push(undefined);
  }

  leave(): void {
    const first = this.frames.pop() ?? 0;
    this.large.pop();
    this.hashes.length = this.starts.length = this.ends.length = first;
  }

  add(start: number, end: number): void {
    const first = this.frames[this.frames.length - 1] ?? 0;
    const hash = this.hash(start, end);
    if (this.hashes.length - first >= 64) this.addLarge(first, start, end);
    else
      for (let index = first; index < this.hashes.length; index++)
        if (this.hashes[index] === hash && this.text(this.starts[index], this.ends[index]) === this.text(start, end))
          this.refuse(start, end);
    this.hashes.push(hash);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Objects with many keys (the data of a ConfigMap): comparing each with each would be quadratic. */
  private addLarge(first: number, start: number, end: number): void {
    let known = this.large[this.large.length - 1];
    if (known === undefined) {
      known = new Map();
      for (let index = first; index < this.hashes.length; index++)
        known.set(this.text(this.starts[index], this.ends[index]), true);
      this.large[this.large.length - 1] = known;
    }
    const text = this.text(start, end);
    if (known.has(text)) this.refuse(start, end);
    known.set(text, true);
  }

  private hash(start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) {
      const byte = this.bytes[at] ?? 0;
      if (byte === BACKSLASH) return this.hashEscaped(start, end);
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return hash;
  }

  private hashEscaped(start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(`"${this.text(start, end)}"`)) hash = Math.imul(hash ^ byte, 0x01000193);
    return hash;
  }

  private text(start = 0, end = 0): string {
    const raw = this.bytes.toString("utf8", start, end);
    try {
      return String(JSON.parse(raw));
    } catch {
      throw new JsonProblem("has a key that is not valid JSON", start);
    }
  }

  private refuse(start: number, end: number): never {
    throw new JsonProblem(`has the key "${this.text(start, end)}" twice in the same object; keep one of them`, start);
  }
}
