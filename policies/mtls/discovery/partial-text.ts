import { isUnknown, UNKNOWN, type Known } from "../known";

/**
 * Text of which some parts are not known: `http://?:4317` where `?` is the address of a node. What is known of it counts
 * (here the scheme and the port), what is not stays unknown.
 */
export interface PartialText {
  /** The text, with `HOLE` for each part that is not known. */
  readonly text: string;
  /** Why the holes are holes, for people; empty when there is none. */
  readonly missing: readonly string[];
}

const NONE: readonly string[] = [];

/** No environment variable and no YAML scalar that reaches a process can hold this character. */
export const HOLE = "\u0000";

export const knownText = (text: string): PartialText => ({
  text: text.includes(HOLE) ? text.replaceAll(HOLE, "\ufffd") : text,
  missing: NONE,
});

/** @param why completes the sentence "its value is not known: …" */
export const hole = (why: string): PartialText => ({ text: HOLE, missing: [why] });

export const isComplete = ({ missing }: PartialText): boolean => missing.length === 0;

/** The whole text when all of it is known. */
export const wholeText = (text: PartialText): Known<string> => (isComplete(text) ? text.text : UNKNOWN);

/** A piece cut out of a partial text: unknown when a hole is in it. */
export const piece = (text: string): Known<string> => (text.includes(HOLE) ? UNKNOWN : text);

export const textOf = (value: Known<string>, why: string): PartialText =>
  isUnknown(value) ? hole(why) : knownText(value);

export const concat = (parts: readonly PartialText[]): PartialText => ({
  text: parts.map(({ text }) => text).join(""),
  missing: parts.flatMap(({ missing }) => missing),
});

/**
 * Replaces every match of `pattern` by what `resolve` makes of it; `undefined` leaves the match as it is.
 * @param pattern a global regular expression
 */
export function substitute(
  source: PartialText,
  pattern: RegExp,
  resolve: (match: RegExpMatchArray) => PartialText | undefined,
): PartialText {
  const parts: PartialText[] = [];
  let at = 0;
  for (const match of source.text.matchAll(pattern)) {
    parts.push({ text: source.text.slice(at, match.index), missing: [] });
    parts.push(resolve(match) ?? { text: match[0], missing: [] });
    at = match.index + match[0].length;
  }
  parts.push({ text: source.text.slice(at), missing: source.missing });
  return concat(parts);
}
