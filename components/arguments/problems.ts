import { type z } from "zod";

/** One thing wrong with what a user wrote: where, and what to write instead. */
export interface Problem {
  /** Path of the field as the user writes it: `collector.ports[1]`. */
  readonly path: string;
  /** What is wrong and what is allowed: `is 70000; a port number from 1 to 65535`. */
  readonly text: string;
}

/** A message that lists every problem, one a line, under its title. */
export function describeProblems(title: string, problems: readonly Problem[]): string {
  const width = Math.max(...problems.map(({ path }) => path.length));
  return [title, ...problems.map(({ path, text }) => `  ${path.padEnd(width)}  ${text}`)].join("\n");
}

const SHOWN = 80;

/** A value as a message may show it; what is not plain data is named, never printed. */
export function describeValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null && !isPlain(value)) return described(value.constructor.name);
  const text = jsonOf(value) ?? String(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

const described = (name: string): string => `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name.replace(/Impl$/, "")}`;

/** Numbers beyond JSON and circular structures have no text in it. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return typeof value === "bigint" ? `${value}n` : "a structure that JSON cannot express";
  }
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
};

const describePath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );

/** What zod's own checks (lists, records, objects) expect, in the words of the messages. */
const STRUCTURES: Readonly<Record<string, string>> = {
  array: "a list",
  record: "a map of names to values",
  object: "a map of fields",
};

/** The problems zod found, in the words of the fields' own kinds (`kinds.ts`). `root` names the value as a whole. */
export function problemsOf(error: z.ZodError, input: unknown, root = "arguments"): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = describePath(issue.path) || root;
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        path: describePath([...issue.path, key]),
        text: `is unknown; ${issue.message}`,
      }));
    const given = at(input, issue.path);
    const allowed = issue.code === "invalid_type" ? (STRUCTURES[issue.expected] ?? issue.message) : issue.message;
    if (issue.code === "custom" && issue.params?.["whole"] === true) return [{ path, text: allowed }];
    if (given === undefined) return [{ path, text: `is missing; ${allowed}` }];
    const hidden = issue.code === "custom" && issue.params?.["sensitive"] === true;
    return [{ path, text: `is ${hidden ? `${typeof given} (not shown)` : describeValue(given)}; ${allowed}` }];
  });
}

/** The candidate nearest to what was written, when it is near enough to be meant. */
export function didYouMean(written: string, candidates: readonly string[]): string | undefined {
  const [nearest] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(written.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest?.candidate;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (x === y ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
