import { JsonProblem, scanJson, type JsonSpan } from "./json";
import { isRecord, itemOf, listHead } from "./list";
import { lineAt } from "./origin";
import { NO_PLAIN_JSON, PlainJson } from "./plain-json";
import type { Parsed, Unreadable } from "./yaml-stream";

/**
 * Parses JSON documents one after another, and the items of a list each alone. One problem at most: after the first, nothing says
 * where the next document begins.
 */
export function parseJsonStream(bytes: Buffer): { readonly parsed: Parsed[]; readonly problems: Unreadable[] } {
  const plain = parsePlain(bytes);
  if (plain !== undefined) return { parsed: plain, problems: [] };
  try {
    return { parsed: scanJson(bytes).flatMap((value, index) => parseValue(bytes, value, index + 1)), problems: [] };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return { parsed: [], problems: [{ line: lineAt(bytes, error.offset), message: error.message, text: "" }] };
  }
}

function parsePlain(bytes: Buffer): Parsed[] | undefined {
  const plain = new PlainJson(bytes);
  const parsed: Parsed[] = [];
  let document = 0;
  for (let start = plain.next(0); start < bytes.length; start = plain.next(plain.end)) {
    const value = plain.read(start);
    if (value === NO_PLAIN_JSON) return undefined;
    document++;
    const { end, items } = plain;
    const head = items === undefined ? undefined : listHead(value);
    if (items === undefined || head === undefined) {
      if (items !== undefined && isRecord(value)) value["items"] = items.elements;
      parsed.push({ value, start, end, index: 0, at: "", document });
    } else
      items.elements.forEach((item, index) => {
        const [from = start, to = end] = items.places.slice(2 * index, 2 * index + 2);
        parsed.push({ value: itemOf(head, item), start: from, end: to, index: 0, at: "", document });
      });
  }
  return parsed;
}

function parseValue(bytes: Buffer, span: JsonSpan, document: number): Parsed[] {
  if (span.items !== undefined) {
    const { list, elements } = span.items;
    const before = bytes.toString("utf8", span.start, list.start);
    const after = bytes.toString("utf8", list.end, span.end);
    const head = listHead(parseText(`${before}[]${after}`, span.start));
    if (head !== undefined)
      return elements.map(({ start, end }) => ({
        value: itemOf(head, parseText(bytes.toString("utf8", start, end), start)),
        start,
        end,
        index: 0,
        at: "",
        document,
      }));
  }
  const value = parseText(bytes.toString("utf8", span.start, span.end), span.start);
  return [{ value, start: span.start, end: span.end, index: 0, at: "", document }];
}

function parseText(text: string, offset: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const at = position === undefined ? 0 : Buffer.byteLength(text.slice(0, Number(position)));
    // The engine's own message quotes the text around the place, which may be a secret.
    throw new JsonProblem("is not valid JSON here", offset + at);
  }
}
