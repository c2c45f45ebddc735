/** Characters as the readers of this folder meet them, by their codes. */

export const NEWLINE = 0x0a;
export const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const SINGLE_QUOTE = 0x27;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_MAP = 0x7b;
export const PIPE = 0x7c;
export const CLOSE_MAP = 0x7d;

/** How a plain scalar may begin without being anything else; the rest are indicators, or rare enough. */
export const PLAIN_START = bitmap("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.$(+^~=;");
/** What keys of Kubernetes objects consist of. */
export const KEY = bitmap("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-");
export const NUMBER_START = bitmap("0123456789.");

function bitmap(characters: string): Uint8Array {
  const map = new Uint8Array(128);
  for (const character of characters) map[character.charCodeAt(0)] = 1;
  return map;
}
