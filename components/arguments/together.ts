import { type z } from "zod";

/** What is left of a value when the fields that are wrong by themselves are taken out. */
export type Sound<T> = T extends readonly (infer Item)[]
  ? readonly (Sound<Item> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Sound<T[K]> | undefined }
    : T;

/** Reports a problem at a path; the text stands alone: `is 2031-01-01; at most 90 days ahead`. */
export type Report = (path: readonly (string | number)[], text: string) => void;

/**
 * Adds what has to hold between fields. The rule runs even when single fields are wrong, so that one message lists everything; it
 * sees those fields as absent.
 */
export const together = <S extends z.ZodType>(
  schema: S,
  rule: (value: Sound<z.output<S>>, report: Report) => void,
): S =>
  schema.superRefine(
    (value, context) => {
      if (typeof value !== "object" || value === null) return;
      const wrong = context.issues.flatMap(pathsOf);
      const told = wrong.map((path) => `${path.join("/")}/`);
      rule(wrong.reduce<unknown>(without, value) as Sound<z.output<S>>, (path, text) => {
        if (!told.some((other) => other.startsWith(`${path.join("/")}/`)))
          context.addIssue({ code: "custom", path: [...path], message: text, params: { whole: true } });
      });
    },
    { when: () => true },
  );

/** The fields that an issue is about. An unknown field is the issue of its object, which stays sound without it. */
const pathsOf = (issue: z.core.$ZodRawIssue): PropertyKey[][] => {
  const path = issue.path ?? [];
  return issue.code === "unrecognized_keys" ? (issue["keys"] as string[]).map((key) => [...path, key]) : [path];
};

/** A copy of `value` without what is at `path`; an item of a list leaves a gap. */
function without(value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) return value;
  const replaced = (current: unknown) => (rest.length === 0 ? undefined : without(current, rest));
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? replaced(item) : item));
  return { ...value, [key]: replaced((value as Record<PropertyKey, unknown>)[key]) };
}

/** Runs a rule's reports under a longer path. */
export const under =
  (report: Report, ...prefix: readonly (string | number)[]): Report =>
  (path, text) =>
    report([...prefix, ...path], text);
