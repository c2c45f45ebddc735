import { COLON, FIRST_BEYOND_ASCII, HASH, NEWLINE, PLAIN_STOP, SPACE, UNPRINTED } from "./characters";
import { Scratch, type ScalarText } from "./scratch";

const SCRATCH = new Scratch();

/**
 * Reads a plain scalar that goes on below, on lines that are indented more.
 * @param start of its first character, which may begin a plain scalar
 * @param indent of the map or list that it is in
 * @param limit where it ends at the latest, right behind a line break
 * @returns `undefined` for everything that may be a mistake
 */
export function readFoldedPlain(bytes: Buffer, start: number, indent: number, limit: number): ScalarText | undefined {
  SCRATCH.length = 0;
  let isAscii = true;
  let at = start;
  for (;;) {
    let kept = SCRATCH.length;
    for (let byte = bytes[at] ?? NEWLINE; byte !== NEWLINE; byte = bytes[++at] ?? NEWLINE) {
      if (PLAIN_STOP[byte] === 1) {
        if (byte === COLON && (bytes[at + 1] === SPACE || bytes[at + 1] === NEWLINE)) return undefined;
        if (byte === HASH && bytes[at - 1] === SPACE) return undefined;
        if (UNPRINTED[byte] === 1) {
          if (byte < FIRST_BEYOND_ASCII) return undefined;
          isAscii = false;
        }
      }
      SCRATCH.push(byte);
      if (byte !== SPACE) kept = SCRATCH.length;
    }
    SCRATCH.length = kept;

    let breaks = 0;
    let line = at;
    while (bytes[at] === NEWLINE && at + 1 < limit) {
      breaks++;
      line = at + 1;
      for (at = line; bytes[at] === SPACE;) at++;
    }
    const isOver = bytes[at] === NEWLINE || at - line <= indent;
    if (isOver) return { text: SCRATCH.text(kept, isAscii), isAscii, end: bytes[at] === NEWLINE ? at + 1 : line };
    if (bytes[at] === HASH) return undefined;
    // A line break between two lines is a space; of several the first is none.
    if (breaks === 1) SCRATCH.push(SPACE);
    for (; breaks > 1; breaks--) SCRATCH.push(NEWLINE);
  }
}
