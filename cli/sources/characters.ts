/** Characters as the readers of this folder meet them, by their codes; all of them are one byte in UTF-8. */

export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const PERCENT = 0x25;
export const SINGLE_QUOTE = 0x27;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const DOT = 0x2e;
export const COLON = 0x3a;
export const GREATER = 0x3e;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_MAP = 0x7b;
export const PIPE = 0x7c;
export const CLOSE_MAP = 0x7d;
/** Bytes from here on are parts of characters that take several. */
export const FIRST_BEYOND_ASCII = 0x80;

const LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** How a plain scalar may begin without being anything else; the rest are indicators, or rare enough. */
export const PLAIN_START = bytesOf(`${LETTERS_AND_DIGITS}_/.$(+^~=;`);
/** What keys of Kubernetes objects consist of. */
export const KEY = bytesOf(`${LETTERS_AND_DIGITS}_./-`);
/** Line breaks, control characters, and everything beyond ASCII. */
export const UNPRINTED = bytesOf("", (byte) => byte < SPACE || byte >= 0x7f);
/** Where somebody who reads a plain scalar has to look twice. */
export const PLAIN_STOP = bytesOf(":#", (byte) => UNPRINTED[byte] === 1);
/** The same within `{…}` and `[…]`. */
export const FLOW_STOP = bytesOf(":#,[]{}", (byte) => UNPRINTED[byte] === 1);

export const JSON_SPACE = bytesOf(" \n\r\t");
export const JSON_NUMBER = bytesOf("0123456789+-.eE");

/** A table with 1 for some bytes, and 0 for all others. */
function bytesOf(characters: string, also: (byte: number) => boolean = () => false): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < table.length; byte++) if (also(byte)) table[byte] = 1;
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}
