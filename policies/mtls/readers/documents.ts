import { isUnknown } from "../known";
import type { Problem } from "../mesh";
import type { Manifest, ObjectRef, Source } from "../objects";
import { Field, Report } from "./fields";
import { readerOf } from "./index";
import { readRef } from "./meta";

/** One Kubernetes object, known by group and kind; lists are already taken apart. */
export interface Document {
  readonly group: string;
  /** The kind it is read as: a `…Patch` kind counts as the kind it patches. */
  readonly kind: string;
  readonly apiVersion: string;
  /** It sets some fields of an object that may stand elsewhere, and is not the whole of it. */
  readonly partial: boolean;
  readonly object: Readonly<Record<string, unknown>>;
  readonly ref: ObjectRef;
  readonly source: Source | undefined;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const own = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

/** Names are read here to tell objects apart, and once more, with a report, when the objects are read. */
const UNHEARD = new Report("", undefined, undefined);

const PATCH = /^(.+)Patch$/;

const identify = (
  apiVersion: string,
  kind: string,
  object: Readonly<Record<string, unknown>>,
  source: Source | undefined,
): Document => {
  const group = groupOf(apiVersion);
  const patched = PATCH.exec(kind)?.[1];
  const partial = patched !== undefined && readerOf(`${group}/${patched}`) !== undefined;
  const read = partial ? patched : kind;
  return { group, kind: read, apiVersion, partial, object, ref: readRef(Field.root(object, UNHEARD), read), source };
};

export interface Documents {
  readonly documents: readonly Document[];
  /** Documents that are no Kubernetes object for want of apiVersion and kind; empty ones are not counted. */
  readonly skipped: number;
}

/** Takes manifests apart into objects: `List` and `…List` kinds give their items, which may leave out the type that the list says. */
export function documentsOf(manifests: readonly Manifest[], problems: Problem[]): Documents {
  const documents: Document[] = [];
  let skipped = 0;
  const queue: { object: unknown; source: Source | undefined; apiVersion?: string; kind?: string }[] = manifests
    .map(({ object, source }) => ({ object, source }))
    .reverse();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { object, source } = next;
    if (object === undefined || object === null) continue;
    if (!isMap(object)) {
      skipped += 1;
      continue;
    }
    const kind = own(object, "kind") ?? next.kind;
    const apiVersion = own(object, "apiVersion") ?? next.apiVersion;
    if (isUnknown(kind) || isUnknown(apiVersion)) {
      problems.push({
        severity: "error",
        object: "an object",
        path: isUnknown(kind) ? "kind" : "apiVersion",
        message: "its type is not known, so nothing can be said about it",
        source,
      });
      continue;
    }
    if (typeof kind !== "string" || typeof apiVersion !== "string" || kind === "") {
      skipped += 1;
      continue;
    }
    const items = own(object, "items");
    if (kind.endsWith("List") && Array.isArray(items)) {
      const type = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
      for (let at = items.length - 1; at >= 0; at -= 1) queue.push({ object: items[at], source, ...type });
      continue;
    }
    documents.push(identify(apiVersion, kind, object, source));
  }
  return { documents, skipped };
}
