import { YAMLException } from "js-yaml";

const TOO_FAR_OUT = "deficient indentation";

/** Characters that all attempts read together before a text counts as what its first problem says: some seconds. */
const MOST_READ = 128 * 1024 * 1024;
/** Putting a text together again, against reading it. */
const PUTTING_TOGETHER = 0.25;

/** Begins or ends a document, wherever it stands. */
const MARKER = /^(---|\.\.\.)(\s|$)/;

/** Nobody indents further. */
const WIDEST_MARGIN = 1000;

/**
 * Reads YAML as go-yaml does, and so `kubectl` and the collector: inside brackets and quotes it does not matter how far in a line
 * begins. The parser here goes by YAML 1.2.2 (7.3, 7.4), where it must stand further in than the key above; so a line that it refuses
 * for that alone is put further in, which changes nothing of what it says.
 *
 * @param read a parser that throws js-yaml's exceptions
 * @returns what it makes, and the text it made that of: every line stands where it stood, though not every column
 * @throws what `read` throws; of a text that stays unreadable, what it said first
 */
export function readAnyIndentation<T>(
  text: string,
  read: (text: string) => T,
): { readonly value: T; readonly text: string } {
  let given = text;
  let lines: string[] | undefined;
  let margin = "";
  let first: unknown;
  for (let characters = 0; ;) {
    try {
      return { value: read(given), text: given };
    } catch (error) {
      first ??= error;
      const mark = error instanceof YAMLException && error.reason === TOO_FAR_OUT ? error.mark : undefined;
      if (mark === undefined) throw first;
      characters += mark.position + text.length * PUTTING_TOGETHER;
      if (characters > MOST_READ) throw first;
      lines ??= text.split("\n");
      const line = lines[mark.line];
      margin ||= deepest(lines);
      if (line === undefined || line.startsWith(margin) || MARKER.test(line)) throw first;
      lines[mark.line] = margin + line;
      given = lines.join("\n");
    }
  }
}

/** Further in than any line. */
function deepest(lines: readonly string[]): string {
  const most = lines.reduce((deepest, line) => Math.max(deepest, line.length - line.trimStart().length), 0);
  return " ".repeat(Math.min(1 + most, WIDEST_MARGIN));
}
