import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from "js-yaml";
import { contentOf, LineIndex, type FileSource } from "./origin";
import { textOf } from "./yaml-stream";
import { yamlEvents } from "./yaml";

/** A field of an object, to be found again in its file. */
export interface Sought {
  readonly source: FileSource;
  readonly path: string;
}

/**
 * The lines, from 1, of fields: of the key, or of the deepest part of the path that exists. Files are read a second time, only where
 * somebody asks: cheaper than remembering places for everything. JSON is walked as the YAML that it is.
 */
export function linesOf(sought: readonly Sought[]): number[] {
  const lines = new Array<number>(sought.length).fill(1);
  for (const [input, ofInput] of grouped(sought, ({ source }) => source.origin.input)) {
    const bytes = contentOf(input);
    const index = new LineIndex(bytes);
    for (const [start, ofPiece] of grouped(ofInput, ({ source }) => source.origin.start)) {
      const first = index.lineAt(start);
      const end = ofPiece[0]?.[1].source.origin.end ?? start;
      const piece = new Piece(textOf(bytes, start, end));
      for (const [position, { source, path }] of ofPiece)
        lines[position] = first + piece.linesBefore(source.origin.index, [source.origin.at, path]);
    }
  }
  return lines;
}

type Numbered = readonly [position: number, sought: Sought];

function grouped<K>(entries: readonly Sought[] | readonly Numbered[], key: (sought: Sought) => K): Map<K, Numbered[]> {
  const groups = new Map<K, Numbered[]>();
  entries.forEach((entry, position) => {
    const numbered: Numbered = "source" in entry ? [position, entry] : entry;
    const group = groups.get(key(numbered[1]));
    if (group === undefined) groups.set(key(numbered[1]), [numbered]);
    else group.push(numbered);
  });
  return groups;
}

/** `data.relay#exporters.otlp.endpoint`: a path in a document that is itself a text. */
const INSIDE = "#";

/** Every key that a path may begin with: `a`, `a.b` and `a.b/c` of `a.b/c`; what stands in brackets, in quotes or without. */
function beginnings(path: string): string[] {
  const keys = [...path.matchAll(/[.[#]|$/g)].map(({ index }) => path.slice(0, index));
  if (!path.startsWith("[")) return keys;
  const open = path.startsWith('["') ? 2 : 1;
  const close = open === 2 ? /"\]/g : /\]/g;
  return [...keys, ...[...path.matchAll(close)].map(({ index }) => path.slice(open, index))];
}

/** The events of a text that was parsed together. */
class Piece {
  private readonly events: Event[];
  private readonly anchors = new Map<string, number>();

  private readonly text: string;

  constructor(text: string) {
    const { events, source } = yamlEvents(text);
    this.events = events;
    this.text = source;
    this.events.forEach((event, index) => {
      if (event.type !== EVENT_ID.ALIAS && "anchorStart" in event && event.anchorStart !== -1)
        this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), index);
    });
  }

  /** How many lines end between the start of the text and the field. */
  linesBefore(document: number, paths: readonly string[]): number {
    let node = this.document(document);
    let place = node;
    for (const path of paths) {
      const found = this.follow(node, path);
      place = found.place;
      if (found.inner !== undefined) return this.linesBeforeInner(found.place, found.inner);
      if (found.node === undefined) break;
      node = found.node;
    }
    return this.linesBeforeOffset(this.offset(place));
  }

  /** A field inside a text: where the text stands in the file as it is (`|`), the line can be told. */
  private linesBeforeInner(key: number, path: string): number {
    const value = this.events[this.resolved(this.next(key))];
    const before = this.linesBeforeOffset(this.offset(key));
    if (value?.type !== EVENT_ID.SCALAR || value.style !== SCALAR_STYLE.LITERAL_BLOCK) return before;
    try {
      return before + 1 + new Piece(getScalarValue(this.text, value)).linesBefore(0, [path]);
    } catch {
      return before;
    }
  }

  /** Where each line ends; made once, for there may be thousands of questions. */
  private ends: readonly number[] | undefined;

  private linesBeforeOffset(offset: number): number {
    this.ends ??= [...this.text.matchAll(/\n/g)].map(({ index }) => index);
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ends[middle] ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private document(index: number): number {
    let seen = -1;
    const at = this.events.findIndex((event) => event.type === EVENT_ID.DOCUMENT && ++seen === index);
    return at + 1;
  }

  /** Follows a path from a node. `place` is the key (or item) found last; `node` is missing when the path leads nowhere. */
  private follow(start: number, path: string): { place: number; node: number | undefined; inner?: string } {
    let node = start;
    let place = start;
    let rest = path;
    while (rest !== "") {
      if (rest.startsWith(INSIDE)) return { place, node: undefined, inner: rest.slice(1) };
      const step = this.step(this.resolved(node), rest);
      if (step === undefined) return { place, node: undefined };
      ({ place, node, rest } = step);
    }
    return { place, node };
  }

  /** One key or index. Keys may contain dots (`meshtls.dev/expires`): the keys that are there decide where one ends. */
  private step(node: number, path: string): { place: number; node: number; rest: string } | undefined {
    const type = this.events[node]?.type;
    if (type === EVENT_ID.SEQUENCE) {
      const [written, index] = /^\[(\d+)\]\.?/.exec(path) ?? /^(\d+)(?:\.|$)/.exec(path) ?? [];
      const item = written === undefined ? undefined : this.children(node)[Number(index)];
      return item === undefined || written === undefined
        ? undefined
        : { place: item, node: item, rest: path.slice(written.length) };
    }
    if (type !== EVENT_ID.MAPPING) return undefined;
    const keys = this.keys(node);
    let best: { place: number; node: number; rest: string } | undefined;
    for (const key of beginnings(path)) {
      const place = keys.get(key);
      const rest = place === undefined ? undefined : this.after(path, key);
      if (place !== undefined && rest !== undefined && (best === undefined || rest.length < best.rest.length))
        best = { place, node: this.next(place), rest };
    }
    return best;
  }

  private readonly childrenOf = new Map<number, readonly number[]>();

  /** The items of a sequence; the keys and values of a mapping, in turns. */
  private children(node: number): readonly number[] {
    const known = this.childrenOf.get(node);
    if (known !== undefined) return known;
    const children: number[] = [];
    for (let child = node + 1; !this.isEnd(child); child = this.next(child)) children.push(child);
    this.childrenOf.set(node, children);
    return children;
  }

  private readonly keysOf = new Map<number, ReadonlyMap<string, number>>();

  private keys(node: number): ReadonlyMap<string, number> {
    const known = this.keysOf.get(node);
    if (known !== undefined) return known;
    const keys = new Map<string, number>();
    this.children(node).forEach((child, at) => {
      const key = at % 2 === 0 ? this.scalar(child) : undefined;
      if (key !== undefined) keys.set(key, child);
    });
    this.keysOf.set(node, keys);
    return keys;
  }

  /** What is left of a path behind a key, if the path begins with it. */
  private after(path: string, key: string | undefined): string | undefined {
    for (const written of [key, `["${key}"]`, `[${key}]`]) {
      if (key === undefined || written === undefined || !path.startsWith(written)) continue;
      const rest = path.slice(written.length);
      if (rest === "" || rest.startsWith("[") || rest.startsWith(INSIDE)) return rest;
      if (rest.startsWith(".")) return rest.slice(1);
    }
    return undefined;
  }

  private scalar(index: number): string | undefined {
    const event = this.events[index];
    return event?.type === EVENT_ID.SCALAR ? getScalarValue(this.text, event) : undefined;
  }

  private resolved(node: number): number {
    const event = this.events[node];
    if (event?.type !== EVENT_ID.ALIAS) return node;
    return this.anchors.get(this.text.slice(event.anchorStart, event.anchorEnd)) ?? node;
  }

  private isEnd(index: number): boolean {
    const type = this.events[index]?.type;
    return type === undefined || type === EVENT_ID.POP;
  }

  /** The event after a whole node. */
  private next(index: number): number {
    let depth = 0;
    for (let at = index; at < this.events.length; at++) {
      const type = this.events[at]?.type;
      if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
      else if (type === EVENT_ID.POP) depth--;
      if (depth <= 0) return at + 1;
    }
    return this.events.length;
  }

  private offset(index: number): number {
    const event = this.events[index];
    if (event === undefined) return 0;
    if (event.type === EVENT_ID.SCALAR) return event.valueStart === -1 ? 0 : event.valueStart;
    if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
    return "start" in event ? event.start : 0;
  }
}
