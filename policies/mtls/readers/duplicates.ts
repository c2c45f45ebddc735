import type { Problem } from "../mesh";
import { describeRef, describeSource } from "../objects";
import type { Document } from "./documents";
import { isMap } from "./fields";
import { isNamed } from "./meta";

type Value = unknown;
/** Bookkeeping of the API server, which differs between two readings of one object: who set which field when, how often it was written. */
export const BOOKKEEPING: ReadonlySet<string> = new Set(["managedFields", "resourceVersion", "generation", "selfLink"]);

/** Nothing that Kubernetes stores is nested this deep; what is, is not looked into further, so that no input exhausts the stack. */
const MAX_DEPTH = 200;

const sameValue = (a: Value, b: Value, depth: number): boolean => {
  if (Object.is(a, b)) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: Value, index) => sameValue(item, b[index], depth + 1));
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  return isMap(a) && isMap(b) && sameMap(a, b, depth + 1);
};

const sameMap = (
  a: Readonly<Record<string, Value>>,
  b: Readonly<Record<string, Value>>,
  depth: number,
  counts: (key: string) => boolean = () => true,
): boolean => {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(counts);
  return keys.every((key) => Object.hasOwn(a, key) === Object.hasOwn(b, key) && sameValue(a[key], b[key], depth));
};

const sameContent = ({ object: a }: Document, { object: b }: Document): boolean => {
  const [x, y] = [a["metadata"], b["metadata"]];
  const isSameMetadata = isMap(x) && isMap(y) ? sameMap(x, y, 1, (key) => !BOOKKEEPING.has(key)) : sameValue(x, y, 1);
  return isSameMetadata && sameMap(a, b, 0, (key) => key !== "apiVersion" && key !== "metadata");
};

const nameIn = (item: Value): string | undefined =>
  isMap(item) && typeof item["name"] === "string" ? item["name"] : undefined;

/** Lists of named things (containers, ports, variables) are merged by name; any other list is replaced. */
const patchList = (base: readonly Value[], patch: readonly Value[], depth: number): readonly Value[] => {
  if (![...base, ...patch].every((item) => nameIn(item) !== undefined)) return patch;
  const patches = new Map(patch.map((item) => [nameIn(item), item]));
  const kept = base.map((item) => {
    const change = patches.get(nameIn(item));
    patches.delete(nameIn(item));
    return change === undefined ? item : patchValue(item, change, depth);
  });
  return [...kept, ...patches.values()];
};

const patchValue = (base: Value, patch: Value, depth: number): Value => {
  if (depth > MAX_DEPTH) return patch;
  if (Array.isArray(base) && Array.isArray(patch)) return patchList(base, patch, depth + 1);
  if (!isMap(base) || !isMap(patch)) return patch;
  const merged = new Map<string, Value>(Object.entries(base));
  for (const [key, value] of Object.entries(patch))
    merged.set(key, merged.has(key) ? patchValue(merged.get(key), value, depth + 1) : value);
  return Object.fromEntries(merged);
};

const keyOf = ({ group, kind, ref }: Document): string => [group, kind, ref.namespace, ref.name].join("/");

const textOf = (value: Value, depth: number): string => {
  if (depth > MAX_DEPTH) return "";
  if (Array.isArray(value)) return `[${value.map((item: Value) => textOf(item, depth + 1)).join()}]`;
  if (!isMap(value)) return `${typeof value} ${String(value)}`;
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${key}:${textOf(value[key], depth + 1)}`)
    .join()}}`;
};

/** A fixed order among documents that names cannot order, whatever order they came in. */
const ordered = (documents: readonly Document[]): readonly Document[] =>
  documents
    .map((document) => ({ document, text: `${document.kind} ${document.apiVersion} ${textOf(document.object, 0)}` }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ document }) => document);

export interface Distinct {
  readonly documents: readonly Document[];
  readonly assumptions: string[];
}

/**
 * Each object once. The same object twice with the same content counts once, with different content it is a problem; partial objects
 * (Pulumi `…Patch` kinds) are laid over the whole one.
 */
export function distinct(documents: readonly Document[], problems: Problem[]): Distinct {
  const found = new Map<string, Document>();
  const repeated = new Map<string, Document[]>();
  const nameless: Document[] = [];
  for (const document of documents) {
    if (!isNamed(document.ref)) {
      nameless.push(document);
      continue;
    }
    const key = keyOf(document);
    const first = found.get(key);
    if (first === undefined) found.set(key, document);
    const members = repeated.get(key) ?? (first === undefined ? [] : [first]);
    members.push(document);
    if (members.length > 1 || document.partial) repeated.set(key, members);
  }
  const assumptions: string[] = [];
  for (const [key, members] of repeated) found.set(key, one(members, problems, assumptions));
  return { documents: [...found.values(), ...ordered(nameless)], assumptions };
}

/** More places than this are not listed. */
const MAX_PLACES = 3;

function alsoIn(others: readonly Document[]): string {
  const places = [...new Set(others.flatMap(({ source }) => (source === undefined ? [] : [describeSource(source)])))];
  const more = places.length > MAX_PLACES ? ` and ${places.length - MAX_PLACES} more` : "";
  return places.length === 0 ? "" : `, also in ${places.slice(0, MAX_PLACES).join(", ")}${more}`;
}

const one = (members: readonly Document[], problems: Problem[], assumptions: string[]): Document => {
  const inOrder = ordered(members);
  const wholes = inOrder.filter((document) => !document.partial);
  const patches = inOrder.filter((document) => document.partial);
  const base = wholes[0] ?? patches[0];
  if (base === undefined) throw new Error("an object is read from at least one document");
  const object = describeRef(base.ref);
  const others = wholes.filter((other) => !sameContent(base, other));
  if (others.length > 0)
    problems.push({
      severity: "error",
      object,
      path: "",
      message: `${object} is given ${wholes.length} times with different content${alsoIn(others)}; give it once`,
      source: base.source,
    });
  if (wholes.length === 0) assumptions.push(`${object}: what its patch does not set is taken as not set`);
  const merged = patches.reduce<Value>((whole, patch) => patchValue(whole, patch.object, 0), base.object);
  return { ...base, partial: false, object: isMap(merged) ? merged : base.object };
};
