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

  private linesBeforeOffset(offset: number): number {
    let lines = 0;
    for (let at = this.text.indexOf("\n"); at !== -1 && at < offset; at = this.text.indexOf("\n", at + 1)) lines++;
    return lines;
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
      if (written === undefined) return undefined;
      let item = node + 1;
      for (let count = Number(index); count > 0 && !this.isEnd(item); count--) item = this.next(item);
      return this.isEnd(item) ? undefined : { place: item, node: item, rest: path.slice(written.length) };
    }
    if (type !== EVENT_ID.MAPPING) return undefined;
    let best: { place: number; node: number; rest: string } | undefined;
    for (let key = node + 1; !this.isEnd(key);) {
      const value = this.next(key);
      const rest = this.after(path, this.scalar(key));
      if (rest !== undefined && (best === undefined || rest.length < best.rest.length))
        best = { place: key, node: value, rest };
      key = this.next(value);
    }
    return best;
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
