/**
 * A value that is decided later (during an update), or that the input does not tell. It stands in the plain data wherever a
 * field is unknown: a symbol cannot be mistaken for anything that JSON or YAML can say.
 */
export const UNKNOWN: unique symbol = Symbol.for("meshtls.unknown");
export type Unknown = typeof UNKNOWN;

/** A value, or not known. Never treat the second as a pass. */
export type Known<T> = T | Unknown;

export const isUnknown = (value: unknown): value is Unknown => value === UNKNOWN;

/** Applies `f` to a known value; unknown stays unknown. */
export const mapKnown = <A, B>(value: Known<A>, f: (value: A) => B): Known<B> =>
  isUnknown(value) ? UNKNOWN : f(value);
