import { UNKNOWN, isUnknown, type Unknown } from "../../policies/mtls/known";

/** A value that the engine encrypts in the state and hides on the terminal. */
export class Secret {
  constructor(readonly value: Value) {}
}

/** What the engine says about a property: JSON, not known yet, or secret (at any depth). */
export type Value = null | boolean | number | string | Unknown | Secret | readonly Value[] | Fields;
export interface Fields {
  readonly [key: string]: Value;
}

/** The same with every secret opened: what goes into a manifest. Unknown stays, at preview. */
export type Plain = null | boolean | number | string | Unknown | readonly Plain[] | PlainFields;
export interface PlainFields {
  readonly [key: string]: Plain;
}

export const isFields = <V extends Value>(value: V | undefined): value is Extract<V, Fields> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);

export const isList = <V extends Value>(value: V | undefined): value is Extract<V, readonly Value[]> =>
  Array.isArray(value);

/** The value under a key or an index; undefined when there is none. */
export function childOf(value: Plain | undefined, segment: string | number): Plain | undefined;
export function childOf(value: Value | undefined, segment: string | number): Value | undefined;
export function childOf(value: Value | undefined, segment: string | number): Value | undefined {
  if (isList(value)) return value[Number(segment)];
  return isFields(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** Applies `f` to every value of an object. */
export const mapFields = <A, B>(fields: { readonly [key: string]: A }, f: (value: A, key: string) => B) =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, f(value, key)]));

/** The value with its secrets opened. */
export function reveal(value: Fields): PlainFields;
export function reveal(value: Value): Plain;
export function reveal(value: Value): Plain {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map((item) => reveal(item));
  if (isFields(value)) return mapFields(value, (item) => reveal(item));
  return value;
}

/** True when the value is secret, or holds something that is. */
export const hasSecret = (value: Value): boolean =>
  value instanceof Secret ||
  (isList(value) && value.some(hasSecret)) ||
  (isFields(value) && Object.values(value).some(hasSecret));

/**
 * Makes secret in `target` what is secret in `source`, as the official provider does: objects are walked key by key,
 * anything else that holds a secret becomes secret as a whole, and the data of a Kubernetes Secret always is.
 */
export function markSecrets(target: Fields, source: Fields): Fields {
  const sealed = target["kind"] === "Secret" ? ["data", "stringData"] : [];
  return mapFields(target, (value, key) => {
    if (value instanceof Secret) return value;
    if (sealed.includes(key)) return new Secret(value);
    const origin = Object.hasOwn(source, key) ? source[key] : undefined;
    if (origin === undefined) return value;
    if (isFields(value) && isFields(origin)) return markSecrets(value, origin);
    return hasSecret(origin) ? new Secret(value) : value;
  });
}

export { UNKNOWN, isUnknown };
