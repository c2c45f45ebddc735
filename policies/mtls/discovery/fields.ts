import { isUnknown, UNKNOWN, type Known } from "../known";

/**
 * Reading documents that came from outside (a custom resource, YAML inside a string) leniently: discovery takes what it
 * recognises, and whatever is unknown stays unknown. What is wrong with an object is for the readers of the mesh to say.
 */

export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = {};

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of a map; none of anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : NONE);

const below = (value: unknown, key: string): unknown => {
  if (Array.isArray(value)) return value[Number(key)];
  return isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
};

/** One field, or item by its number; unknown below something unknown, `undefined` where there is none. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (isUnknown(at)) return UNKNOWN;
    at = below(at, key);
  }
  return at;
}

/** A value of a record by a name that came from outside; never what every object inherits. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** The items of a list; none of anything else. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A string that is known; `undefined` of anything else. */
export const textIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A string, `UNKNOWN`, or `undefined` of anything else. */
export const knownTextIn = (value: unknown): Known<string> | undefined => (isUnknown(value) ? UNKNOWN : textIn(value));

/** Follows a path as objects write it: `spec.template.spec`, `containers[0]`. */
export const fieldAt = (value: unknown, path: string): unknown =>
  field(value, ...path.split(/[.[\]]+/).filter((part) => part !== ""));
