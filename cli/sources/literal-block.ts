import { DASH, FIRST_BEYOND_ASCII, NEWLINE, PIPE, PLUS, SPACE, TAB, UNPRINTED } from "./characters";

/** A text written as `|`, `|-` or `|+` and the lines below that are indented more, as they are. */
export interface Literal {
  readonly text: string;
  readonly isBeyondAscii: boolean;
  /** Start of the line after it. */
  readonly end: number;
}

/** Where the lines of a block are put together. */
let scratch = Buffer.allocUnsafe(64 * 1024);

/**
 * Reads the literal block whose `|` stands at `start`.
 * @param indent of the map or list that it is in
 * @param limit where the block ends at the latest, right behind a line break
 * @returns `undefined` for every form that is not the usual one
 */
export function readLiteral(bytes: Buffer, start: number, indent: number, limit: number): Literal | undefined {
  if (bytes[start] !== PIPE) return undefined;
  const sign = bytes[start + 1];
  const hasSign = sign === DASH || sign === PLUS;
  const header = start + (hasSign ? 2 : 1);
  if (bytes[header] !== NEWLINE) return undefined;
  let length = 0;
  /** Length up to the line break of the last line that is not empty. */
  let kept = 0;
  let contentIndent = -1;
  let isBeyondAscii = false;
  let line = header + 1;
  while (line < limit) {
    let at = line;
    while (bytes[at] === SPACE) at++;
    let byte = bytes[at] ?? NEWLINE;
    const isEmpty = byte === NEWLINE;
    if (isEmpty && (contentIndent === -1 || at - line > contentIndent)) return undefined;
    if (contentIndent === -1) {
      if (at - line <= indent) return undefined;
      contentIndent = at - line;
    }
    if (!isEmpty && at - line < contentIndent) break;
    if (byte === TAB) return undefined;
    for (let from = isEmpty ? at : line + contentIndent; ; from++) {
      byte = bytes[from] ?? NEWLINE;
      if (length === scratch.length) scratch = Buffer.concat([scratch, Buffer.allocUnsafe(scratch.length)]);
      scratch[length++] = byte;
      if (UNPRINTED[byte] !== 1 || byte === TAB) continue;
      if (byte === NEWLINE) {
        line = from + 1;
        break;
      }
      if (byte < FIRST_BEYOND_ASCII) return undefined;
      isBeyondAscii = true;
    }
    if (!isEmpty) kept = length;
  }
  if (contentIndent === -1) return undefined;
  const end = sign === PLUS ? length : sign === DASH ? kept - 1 : kept;
  return { text: scratch.toString(isBeyondAscii ? "utf8" : "latin1", 0, end), isBeyondAscii, end: line };
}
