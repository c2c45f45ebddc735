/**
 * What a plain scalar is, as sigs.k8s.io/yaml's copy of go-yaml v2 resolves it (`resolve.go`): YAML 1.1 booleans, Go's integer literals,
 * no numbers to base 60, dates stay text.
 */

const TRUE = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
const NULL = ["~", "null", "Null", "NULL"];

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...TRUE.map((word) => [word, true] as const),
  ...FALSE.map((word) => [word, false] as const),
  ...NULL.map((word) => [word, null] as const),
]);

/** Longer ones are texts or numbers. */
export const LONGEST_WORD = 5;

const GO_INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/;
const GO_FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map(
  [
    [Number.NaN, ".nan", ".NaN", ".NAN"],
    [Number.POSITIVE_INFINITY, ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"],
    [Number.NEGATIVE_INFINITY, "-.inf", "-.Inf", "-.INF"],
  ].flatMap(([value, ...words]) => words.map((word) => [String(word), Number(value)] as const)),
);

/** Go's `strconv.ParseInt(text, 0, 64)`: base by prefix, a leading zero means octal. */
export function goInteger(text: string): number | undefined {
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  if (!GO_INTEGER.test(plain)) return undefined;
  const isNegative = plain.startsWith("-");
  const digits = isNegative || plain.startsWith("+") ? plain.slice(1) : plain;
  const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return isNegative ? -value : value;
}

/** A whole number is a float as well, where a float is asked for. */
export function goFloat(text: string): number | undefined {
  const special = SPECIAL_FLOATS.get(text);
  if (special !== undefined) return special;
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  return GO_FLOAT.test(plain) ? Number(plain) : undefined;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isSignOrDot = (code: number): boolean => code === 0x2b || code === 0x2d || code === 0x2e;

/** A plain scalar, as written without spaces around it. */
export function resolveScalar(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  if (isDigit(first) || isSignOrDot(first)) return goInteger(text) ?? goFloat(text) ?? text;
  if (text.length > LONGEST_WORD) return text;
  const word = WORDS.get(text);
  return word === undefined ? text : word;
}
