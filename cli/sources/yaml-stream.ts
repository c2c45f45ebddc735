import { CARRIAGE_RETURN, DASH, HASH, NEWLINE, PERCENT, SPACE, TAB } from "./characters";
import { itemOf, listHead } from "./list";
import { lineAt } from "./origin";
import { LEFT_TO_JS_YAML, PlainYaml } from "./plain-yaml";
import { parseYaml, YamlProblem } from "./yaml";

/** A value as parsed, with where it stands. */
export interface Parsed {
  readonly value: unknown;
  /** The bytes that were parsed together. */
  readonly start: number;
  readonly end: number;
  /** Which document of those bytes, and which part of that document. */
  readonly index: number;
  readonly at: string;
  /** Which document of the file, from 1. */
  readonly document: number;
}

export interface Unreadable {
  readonly line: number | undefined;
  readonly message: string;
  /** The text that could not be read. */
  readonly text: string;
}

/** A list larger than this is parsed a few items at a time, so that one of them is found again without all the others. */
const LARGE_LIST = 1024 * 1024;
const PIECE = 64 * 1024;

/** Documents that cannot be read after which the rest of a file is left alone: nothing of it is judged anyway. */
const MAX_UNREADABLE = 1000;

const MARKER = "\n---";

const isBlank = (byte: number | undefined): boolean =>
  byte === undefined || byte === SPACE || byte === NEWLINE || byte === CARRIAGE_RETURN || byte === TAB;

/** Start of the next line after `from` that begins a document; the end of the bytes when there is none. */
function nextDocument(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MARKER, from); at !== -1; at = bytes.indexOf(MARKER, at + 1))
    if (isBlank(bytes[at + MARKER.length])) return at + 1;
  return bytes.length;
}

/**
 * Parses a YAML stream document by document. A line that begins with `---` is a document marker wherever it stands, also inside a block
 * scalar (YAML 1.2.2, 9.1.2), so cutting there is safe. A document that cannot be read does not hide the problems of those after it.
 */
export function parseYamlStream(bytes: Buffer): { readonly parsed: Parsed[]; readonly problems: Unreadable[] } {
  const parsed: Parsed[] = [];
  const problems: Unreadable[] = [];
  const plain = new PlainYaml(bytes);
  let document = 0;

  const add = (value: unknown, index: number, start: number, end: number): void => {
    document++;
    // Counted, not kept: a stream of nothing but markers has millions.
    if (value !== null) parsed.push({ value, start, end, index, at: "", document });
  };
  const addAny = (start: number, end: number): void => {
    const text = textOf(bytes, start, end);
    try {
      parseYaml(text).forEach((value, index) => add(value, index, start, end));
    } catch (error) {
      if (!(error instanceof YamlProblem)) throw error;
      document++;
      problems.push({ line: lineAt(bytes, start) + (error.line ?? 0), message: error.message, text });
    }
  };
  /** @returns where the next document begins */
  const addDocument = (start: number): number => {
    if (bytes.length - start > LARGE_LIST) {
      const end = nextDocument(bytes, start);
      const list = end - start > LARGE_LIST ? parseLargeList(bytes, plain, start, end, document + 1) : undefined;
      if (list !== undefined) {
        document++;
        for (const item of list) parsed.push(item);
        return end;
      }
    }
    const value = plain.read(start);
    if (value !== LEFT_TO_JS_YAML) {
      if (value !== undefined) add(value, 0, start, plain.end);
      return plain.end;
    }
    const end = nextDocument(bytes, start);
    addAny(start, end);
    return end;
  };

  // A directive belongs to the document after the marker that follows it.
  if (bytes[0] === PERCENT || bytes.includes("\n%")) addAny(0, bytes.length);
  else
    for (let start = 0; start < bytes.length;) {
      start = addDocument(start);
      if (problems.length < MAX_UNREADABLE || start >= bytes.length) continue;
      const message = `begins what was not looked at any more, after ${MAX_UNREADABLE} documents that cannot be read`;
      problems.push({ line: lineAt(bytes, start), message, text: "" });
      break;
    }
  return { parsed, problems };
}

export function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  // Files put together with `cat` carry byte order marks in the middle.
  return text.includes("\uFEFF") ? text.replace(/^\uFEFF/gm, "") : text;
}

/**
 * The items of one large `kubectl get -o yaml` list, parsed some at a time. `undefined` when the bytes are anything else, or when
 * an item cannot be read alone: then the list is read whole, and says what is wrong.
 */
function parseLargeList(
  bytes: Buffer,
  plain: PlainYaml,
  start: number,
  end: number,
  document: number,
): Parsed[] | undefined {
  const key = bytes.indexOf("\nitems:", start);
  const first = key === -1 ? -1 : bytes.indexOf(NEWLINE, key + 1) + 1;
  if (first <= 0 || bytes.toString("latin1", key + 1, first).trim() !== "items:") return undefined;
  const indent = bytes.indexOf(DASH, first) - first;
  const last = endOfItems(bytes, first, end, indent);
  if (last === undefined) return undefined;
  try {
    const [head, ...others] = parseYaml(`${textOf(bytes, start, key + 1)}items: []\n${textOf(bytes, last, end)}`);
    const list = listHead(head);
    if (list === undefined || others.length > 0) return undefined;
    const parsed: Parsed[] = [];
    for (let from = first; from < last;) {
      const to = nextItem(bytes, from + PIECE, last, indent);
      const value = plain.read(from, to);
      const [items] = value === LEFT_TO_JS_YAML ? parseYaml(textOf(bytes, from, to)) : [value];
      if (!Array.isArray(items)) return undefined;
      items.forEach((item: unknown, index) =>
        parsed.push({ value: itemOf(list, item), start: from, end: to, index: 0, at: `[${index}]`, document }),
      );
      from = to;
    }
    return parsed;
  } catch (error) {
    if (error instanceof YamlProblem) return undefined;
    throw error;
  }
}

const indentOf = (bytes: Buffer, line: number): number => {
  let at = line;
  while (bytes[at] === SPACE) at++;
  return at - line;
};

/** Where the sequence that begins at `first` ends; `undefined` when it is not a plain block sequence. */
function endOfItems(bytes: Buffer, first: number, end: number, indent: number): number | undefined {
  if (indentOf(bytes, first) !== indent || bytes[first + indent] !== DASH) return undefined;
  for (let line = first; line < end;) {
    const at = line + indentOf(bytes, line);
    const isContent = !isBlank(bytes[at]) && bytes[at] !== HASH;
    if (isContent && (at - line < indent || (at - line === indent && bytes[at] !== DASH))) return line;
    const newline = bytes.indexOf(NEWLINE, at);
    line = newline === -1 ? end : newline + 1;
  }
  return end;
}

/** Start of the first item that begins after `from`. */
function nextItem(bytes: Buffer, from: number, last: number, indent: number): number {
  const item = `\n${" ".repeat(indent)}- `;
  const at = bytes.indexOf(item, from);
  return at === -1 || at >= last ? last : at + 1;
}
