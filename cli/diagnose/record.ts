import { readAccessLog } from "../symptoms/access-log";
import { SIGNATURES } from "../symptoms/index";
import type { LogRecord, Signature } from "../symptoms/signature";
import type { Line } from "./line";

/** A record that some signature recognised. */
export interface Hit {
  readonly signature: Signature;
  readonly detail: string | undefined;
  /** The line on which the record begins. */
  readonly line: number;
  readonly record: LogRecord;
}

interface Ranked {
  readonly rank: number;
  readonly detail: string | undefined;
  readonly record: LogRecord;
}

/** Stack frames and what else belongs to the line before, whatever stands between. */
const CONTINUATION =
  /^(?:\s+at [\w.$/<]|\s*\.\.\. \d+ (?:more|common frames)|\s*(?:Caused by|Suppressed): |(?:\w+\.)+\w*(?:Exception|Error)\b)/;
/** A line that begins a record of its own. */
const START =
  /^\s*(?:\[?\d{4}-\d\d-\d\d[T ]|\[?\d\d:\d\d:\d\d|\[(?:otel|core|main)\b|[IWEF]\d{4} |[\w./-]+\[\d+\]: |\w{3} +\d+ \d\d:|\{|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|SEVERE|FATAL)\b|curl: \()/;
/** The beginning of a message that says more further on; terminals and documents wrap it. */
const OPENER =
  /otel\.javaagent(?!.*\b(?:INFO|DEBUG|TRACE)\b)|(?:Grpc|Http)Exporter\b|Failed to export|Exporting failed|upstream connect error|reset reason|transport failure|TLS[_ ]error|Full error message|(?:export|upload)\b.*rpc error: code|upstream_reset_before|bogus greeting/;
const END = /TLS[_ ]error[_ ]end/;
/** A header whose level and message stand on the next line. */
const HEADER = /\]\s*$/;
/** A line of 800 characters on a terminal of 60. */
const WIDEST = 14;
/** Nobody wraps a message that is longer, and every part more is looked at by every signature. */
const LONGEST_WRAPPED = 4096;

/** Recognises every record among the lines, in their order, each once. */
export function hitsOf(lines: readonly Line[]): Hit[] {
  const hits: Hit[] = [];
  for (const stream of byStream(lines)) {
    for (let at = 0; at < stream.length;) {
      const { ranked, length } = longest(stream, at);
      const signature = ranked === undefined ? undefined : SIGNATURES[ranked.rank];
      const line = stream[at];
      if (signature !== undefined && ranked !== undefined && line !== undefined)
        hits.push({ signature, detail: ranked.detail, record: ranked.record, line: line.number });
      at += length;
      // The frames below a recognised line repeat what it says.
      while (ranked !== undefined && CONTINUATION.test(stream[at]?.text ?? "")) at++;
    }
  }
  return hits.sort((a, b) => a.line - b.line);
}

function byStream(lines: readonly Line[]): Line[][] {
  const streams = new Map<string, Line[]>();
  for (const line of lines) {
    const stream = streams.get(line.stream);
    if (stream === undefined) streams.set(line.stream, [line]);
    else stream.push(line);
  }
  return [...streams.values()];
}

/** What is recognised from one line on: in itself, with its stack trace, or with the lines that it was wrapped into. */
function longest(lines: readonly Line[], at: number): { readonly ranked: Ranked | undefined; readonly length: number } {
  const first = lines[at];
  if (first === undefined) return { ranked: undefined, length: 1 };
  let best = rank(first);
  let length = 1;
  const opener = OPENER.exec(first.text);
  if (opener === null) return { ranked: best, length };
  let spaced = first.text;
  let joined = first.text;
  for (
    let next = at + 1;
    next < Math.min(lines.length, at + WIDEST) && spaced.length < LONGEST_WRAPPED && !END.test(spaced);
    next++
  ) {
    const text = lines[next]?.text ?? "";
    if ((START.test(text) && !HEADER.test(spaced)) || text.trim() === "" || opensAlike(text, opener)) break;
    spaced = `${spaced} ${text.trim()}`;
    joined += text;
    for (const candidate of [spaced, joined]) {
      const ranked = rank({ ...first, text: candidate });
      if (ranked === undefined) continue;
      // No less telling than before; as telling only where it is the rest of the same message.
      if (best !== undefined && ranked.rank >= best.rank && !(ranked.rank === best.rank && END.test(candidate)))
        continue;
      best = ranked;
      length = next - at + 1;
    }
  }
  return { ranked: best, length };
}

/** The same words in the same place open a message of their own, and what is wrapped seldom does that. */
const opensAlike = (text: string, { index, 0: words }: RegExpExecArray): boolean => text.startsWith(words, index);

/** Logs repeat themselves: what a text was recognised as, for the last few thousand. */
const KNOWN = new Map<string, Ranked | undefined>();
const MOST_KNOWN = 5000;

function rank(line: Line): Ranked | undefined {
  if (line.access !== undefined) return rankAnew(line);
  if (KNOWN.has(line.text)) return KNOWN.get(line.text);
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  const ranked = rankAnew(line);
  KNOWN.set(line.text, ranked);
  return ranked;
}

function rankAnew(line: Line): Ranked | undefined {
  const access = line.access ?? readAccessLog(line.text);
  const record: LogRecord = access === undefined ? { text: line.text } : { text: line.text, access };
  for (const [rank, { recognise }] of SIGNATURES.entries()) {
    const recognised = recognise(record);
    if (recognised !== undefined) return { rank, detail: recognised.detail, record };
  }
  return undefined;
}
