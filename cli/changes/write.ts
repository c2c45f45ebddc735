import { isMap, isScalar, isSeq, parseAllDocuments, stringify, type Document, type ParsedNode } from "yaml";
import type { ObjectRef } from "../../policies/mtls/objects";
import { applyPatch, isObject, MERGED_BY_NAME } from "./apply";
import { isBag, type Edit } from "./change";

/** A text with edits applied, and everything else as it was: comments, order, line ends. */
export function editText(text: string, edits: readonly Edit[]): string {
  return /^\s*[{[]/.test(text) ? editJson(text, edits) : editYaml(text, edits);
}

type Path = readonly (string | number)[];

function editYaml(original: string, edits: readonly Edit[]): string {
  const isCrLf = original.includes("\r\n");
  const text = isCrLf ? original.replaceAll("\r\n", "\n") : original;
  const documents = parseAllDocuments<ParsedNode>(text);
  if (!Array.isArray(documents)) return original;
  const touched = new Map<number, "changed" | "deleted">();
  const created: string[] = [];
  for (const edit of edits) {
    if (edit.action === "create") {
      created.push(stringify(edit.manifest, { lineWidth: 0, version: "1.1" }));
      continue;
    }
    const place = placeOf(documents, edit.object);
    const document = place === undefined ? undefined : documents[place.document];
    if (place === undefined || document === undefined) continue;
    const isWhole = place.path.length === 0;
    if (edit.action === "patch") merge(document, place.path, edit.patch);
    else if (!isWhole) document.deleteIn(place.path);
    touched.set(place.document, edit.action === "delete" && isWhole ? "deleted" : "changed");
  }
  const options = { lineWidth: 0, indentSeq: !/^( *)[^\s#-][^\n]*:\n\1- /m.test(text) };
  let result = text;
  // From the last to the first, so that offsets before stay true.
  for (const [at, what] of [...touched].sort(([a], [b]) => b - a)) {
    const document = documents[at];
    const start = document?.contents?.range?.[0];
    const end = document?.contents?.range?.[2];
    if (document === undefined || start === undefined || end === undefined) continue;
    result = result.slice(0, start) + (what === "deleted" ? "" : bodyOf(document, options)) + result.slice(end);
  }
  for (const manifest of created)
    result = `${result}${result === "" || result.endsWith("\n") ? "" : "\n"}---\n${manifest}`;
  return isCrLf ? result.replaceAll("\n", "\r\n") : result;
}

/** The document's content without what stands before it in the file. */
function bodyOf(document: Document<ParsedNode>, options: { lineWidth: number; indentSeq: boolean }): string {
  const body = document.clone();
  body.commentBefore = null;
  body.directives = undefined;
  if (body.contents !== null) body.contents.commentBefore = null;
  return body.toString(options);
}

function placeOf(documents: readonly Document<ParsedNode>[], object: ObjectRef) {
  for (const [at, document] of documents.entries()) {
    const value: unknown = document.toJS();
    if (isObject({ object: value }, object)) return { document: at, path: [] as Path };
    const items: unknown = isBag(value) ? value["items"] : undefined;
    const item = Array.isArray(items) ? items.findIndex((one: unknown) => isObject({ object: one }, object)) : -1;
    if (item !== -1) return { document: at, path: ["items", item] as Path };
  }
  return undefined;
}

function merge(document: Document<ParsedNode>, path: Path, patch: object): void {
  for (const [key, value] of Object.entries(patch) as [string, unknown][]) {
    const here = [...path, keyIn(document, path, key)];
    if (value === null) document.deleteIn(here);
    else if (isBag(value) && isMap(document.getIn(here))) merge(document, here, value);
    else if (Array.isArray(value) && MERGED_BY_NAME.has(key) && isSeq(document.getIn(here)))
      mergeItems(document, here, value);
    else document.setIn(here, document.createNode(value));
  }
}

/** `4317:` is a number to YAML and a text to Kubernetes. */
function keyIn(document: Document<ParsedNode>, path: Path, key: string): string | number {
  const map = path.length === 0 ? document.contents : document.getIn(path);
  if (!isMap(map)) return key;
  const found = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  return found !== undefined && isScalar(found.key) && typeof found.key.value === "number" ? found.key.value : key;
}

function mergeItems(document: Document<ParsedNode>, path: Path, items: readonly unknown[]): void {
  const list = document.getIn(path);
  if (!isSeq(list)) return;
  for (const item of items) {
    const name = isBag(item) ? item["name"] : undefined;
    const at = list.items.findIndex((_, index) => document.getIn([...path, index, "name"]) === name);
    if (at !== -1 && isBag(item)) merge(document, [...path, at], item);
    else document.addIn(path, document.createNode(item));
  }
}

function editJson(text: string, edits: readonly Edit[]): string {
  const indent = /^[{[]\r?\n( +|\t)/.exec(text.trimStart())?.[1] ?? "";
  let value: unknown = JSON.parse(text);
  for (const edit of edits) value = editValue(value, edit);
  return `${JSON.stringify(value, null, indent)}\n`;
}

function editValue(value: unknown, edit: Edit): unknown {
  const edited = (object: unknown): unknown[] => {
    if (edit.action === "create" || !isObject({ object }, edit.object)) return [object];
    return edit.action === "delete" ? [] : [applyPatch(object, edit.patch)];
  };
  if (isBag(value) && Array.isArray(value["items"])) {
    const items = value["items"].flatMap(edited);
    return { ...value, items: edit.action === "create" ? [...items, edit.manifest] : items };
  }
  if (edit.action === "create") return { apiVersion: "v1", kind: "List", items: [value, edit.manifest] };
  return edited(value)[0] ?? { apiVersion: "v1", kind: "List", items: [] };
}
