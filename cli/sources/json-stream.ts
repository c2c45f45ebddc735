import { JsonProblem, scanJson, type JsonSpan } from "./json";
import { itemOf, listHead } from "./list";
import { lineAt } from "./origin";
import type { Parsed, Unreadable } from "./yaml-stream";

/**
 * Parses JSON documents one after another, and the items of a list each alone. One problem at most: after the first, nothing says
 * where the next document begins.
 */
export function parseJsonStream(bytes: Buffer): { readonly parsed: Parsed[]; readonly problems: Unreadable[] } {
  try {
    return { parsed: scanJson(bytes).flatMap((value, index) => parseValue(bytes, value, index + 1)), problems: [] };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return { parsed: [], problems: [{ line: lineAt(bytes, error.offset), message: error.message, text: "" }] };
  }
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
