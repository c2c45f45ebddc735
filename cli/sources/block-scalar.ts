import { DASH, FIRST_BEYOND_ASCII, GREATER, NEWLINE, PLUS, SPACE, TAB, UNPRINTED } from "./characters";
import { Scratch, type ScalarText } from "./scratch";

const SCRATCH = new Scratch();

/**
 * Reads the text written as `|` or `>` (with `-` or `+` or neither) and the lines below that are indented more.
 * @param start of the `|` or `>`
 * @param indent of the map or list that it is in
 * @param limit where the block ends at the latest, right behind a line break
 * @returns `undefined` for every form that is not the usual one
 */
export function readBlockScalar(bytes: Buffer, start: number, indent: number, limit: number): ScalarText | undefined {
  const isFolded = bytes[start] === GREATER;
  const sign = bytes[start + 1];
  const header = start + (sign === DASH || sign === PLUS ? 2 : 1);
  if (bytes[header] !== NEWLINE) return undefined;
  let line = header + 1;
  const contentIndent = spacesAt(bytes, line);
  // Blank lines before the first one that says something, or nothing at all.
  if (contentIndent <= indent || bytes[line + contentIndent] === NEWLINE) return undefined;

  SCRATCH.length = 0;
  /** Length up to the line break of the last line that is not empty. */
  let kept = 0;
  let isAscii = true;
  while (line < limit) {
    const spaces = spacesAt(bytes, line);
    const first = bytes[line + spaces];
    const isEmpty = first === NEWLINE;
    if (!isEmpty && spaces < contentIndent) break;
    if (first === TAB || (spaces > contentIndent && (isEmpty || isFolded))) return undefined;
    if (isFolded && !isEmpty && kept > 0) {
      // A line break between two lines is a space; of several the first is none.
      if (SCRATCH.length === kept) SCRATCH.replaceLast(SPACE);
      else SCRATCH.length--;
    }
    let at = isEmpty ? line + spaces : line + contentIndent;
    for (let byte = bytes[at]; byte !== NEWLINE && byte !== undefined; byte = bytes[++at]) {
      SCRATCH.push(byte);
      if (UNPRINTED[byte] !== 1 || byte === TAB) continue;
      if (byte < FIRST_BEYOND_ASCII) return undefined;
      isAscii = false;
    }
    SCRATCH.push(NEWLINE);
    if (!isEmpty) kept = SCRATCH.length;
    line = at + 1;
  }
  const end = sign === PLUS ? SCRATCH.length : sign === DASH ? kept - 1 : kept;
  return { text: SCRATCH.text(end, isAscii), isAscii, end: line };
}

function spacesAt(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === SPACE) at++;
  return at - start;
}
