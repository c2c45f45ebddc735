import { readJsonAccessLog, type AccessLog } from "../symptoms/access-log";

/** One line of a log, freed from what runtimes, collectors of logs and shells wrap around it. */
export interface Line {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** Which container wrote it, where the line says so: lines of different ones are interleaved. */
  readonly stream: string;
  /** Present when the line is an access log in JSON. */
  readonly access?: AccessLog;
}

/** Longer lines say nothing more in their end, and cost time. */
const LONGEST = 16_384;

const ANSI = new RegExp("\u001b\\[[0-9;]*[A-Za-z]", "g");
const KUBECTL_PREFIX = /^\[(?:pod|po)\/([^\]\s]+)\] /;
const CRI = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?:\s|$)/;

/** Splits a log into lines; the parts that a container runtime made of a long one are joined again. */
export function linesOf(log: string): Line[] {
  const lines: Line[] = [];
  const partial = new Map<string, { readonly number: number; text: string }>();
  let wasBlank = false;
  eachLine(log, (raw, index) => {
    // One blank line parts what stands around it as well as a million do.
    if (raw === "" && wasBlank) return;
    wasBlank = raw === "";
    const stripped = raw.slice(0, LONGEST).replace(ANSI, "");
    const prefix = KUBECTL_PREFIX.exec(stripped);
    const unprefixed = prefix === null ? stripped : stripped.slice(prefix[0].length);
    const cri = CRI.exec(unprefixed);
    const stream = [prefix?.[1] ?? "", cri?.[1] ?? ""].join("/");
    const text = cri === null ? unprefixed : unprefixed.slice(cri[0].length);
    const begun = partial.get(stream) ?? { number: index + 1, text: "" };
    begun.text += text;
    if (cri?.[2] === "P" && begun.text.length < LONGEST) return void partial.set(stream, begun);
    partial.delete(stream);
    lines.push({ number: begun.number, stream, ...unwrap(begun.text) });
  });
  for (const [stream, { number, text }] of partial) lines.push({ number, stream, ...unwrap(text) });
  return lines.sort((a, b) => a.number - b.number);
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Lines end as on any system; by hand, because a log may have tens of millions of them. */
function eachLine(log: string, use: (line: string, index: number) => void): void {
  let start = 0;
  let index = 0;
  for (let at = 0; at < log.length; at++) {
    const code = log.charCodeAt(at);
    if (code !== LINE_FEED && code !== CARRIAGE_RETURN) continue;
    use(log.slice(start, at), index++);
    if (code === CARRIAGE_RETURN && log.charCodeAt(at + 1) === LINE_FEED) at++;
    start = at + 1;
  }
  use(log.slice(start), index);
}

/** How many lines a log has; what follows the last line end is one, if it is anything. */
export function countLines(log: string): number {
  let count = 0;
  let last = "";
  eachLine(log, (line, index) => {
    count = index;
    last = line;
  });
  return last === "" ? count : count + 1;
}

function unwrap(text: string): Pick<Line, "text" | "access"> {
  const object = parseObject(text);
  if (object === undefined) return { text: unescape(text) };
  // Docker's json-file driver, and shippers that keep its field.
  if (typeof object["log"] === "string") return unwrap(object["log"].replace(/\n$/, ""));
  const access = readJsonAccessLog(object);
  const words = textsOf(object).join(" ");
  return access === undefined ? { text: unescape(words) } : { text: unescape(words), access };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const DEEPEST = 4;

function textsOf(value: unknown, depth = 0): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > DEEPEST) return [];
  return Object.values(value).flatMap((inner) => textsOf(inner, depth + 1));
}

const ESCAPES: Readonly<Record<string, string>> = { n: " ", r: " ", t: " ", '"': '"', "/": "/", "\\": "\\" };
const ROUNDS = 3;

/** Undoes quoting as JSON, Go and shells do it, as often as it was done; escapes of other bytes (`\x16`) stay. */
function unescape(text: string): string {
  let plain = text.replace(/%(20|22|2C|3A|7C)/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  for (let round = 0; round < ROUNDS && plain.includes("\\"); round++)
    plain = plain
      .replace(/\\u00([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      .replace(/\\([nrt"/\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  return plain;
}
