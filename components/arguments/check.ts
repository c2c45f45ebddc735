import * as pulumi from "@pulumi/pulumi";
import { type z } from "zod";

import { describeProblems, problemsOf } from "./problems";

/**
 * Parses a component's arguments before anything is registered. Throws one `RunError` that lists every problem: component, field,
 * value given, what is allowed. Pulumi prints a `RunError` without a stack trace.
 */
export function checkArguments<S extends z.ZodType>(
  component: string,
  name: string,
  schema: S,
  args: unknown,
): z.output<S> {
  const given = withoutUndefined(args);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new pulumi.RunError(
    describeProblems(`${component} "${name}" cannot be created:`, problemsOf(result.error, given)),
  );
}

/** A field given as `undefined` is a field not given. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (field === undefined ? [] : [[key, withoutUndefined(field)]])),
  );
}
