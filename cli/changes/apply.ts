import type { Manifest, ObjectRef } from "../../policies/mtls/objects";
import { isBag, type Edit } from "./change";

/** Lists that Kubernetes merges by the names of their items (`patchMergeKey` in its API). */
export const MERGED_BY_NAME: ReadonlySet<string> = new Set(["containers", "initContainers", "env"]);

const nameOf = (item: unknown): unknown => (isBag(item) ? item["name"] : undefined);

/** What an object is after a patch; the object given stays as it is. */
export function applyPatch(target: unknown, patch: unknown, key = ""): unknown {
  if (isBag(patch)) {
    const merged = new Map<string, unknown>(isBag(target) ? Object.entries(target) : []);
    for (const [name, value] of Object.entries(patch))
      if (value === null) merged.delete(name);
      else merged.set(name, applyPatch(merged.get(name), value, name));
    return Object.fromEntries(merged);
  }
  if (Array.isArray(patch) && Array.isArray(target) && MERGED_BY_NAME.has(key)) {
    const patches: readonly unknown[] = patch;
    const merged = target.map((item: unknown) => {
      const change = patches.find((candidate) => nameOf(candidate) === nameOf(item));
      return change === undefined ? item : applyPatch(item, change);
    });
    return [...merged, ...patches.filter((item) => !target.some((other) => nameOf(other) === nameOf(item)))];
  }
  return patch;
}

/** Whether a manifest is the object that a reference names. */
export function isObject({ object }: Manifest, ref: ObjectRef): boolean {
  if (!isBag(object) || !isBag(object["metadata"])) return false;
  const { name, namespace } = object["metadata"];
  return (
    object["kind"] === ref.kind && name === ref.name && (namespace === ref.namespace || isDefaulted(namespace, ref))
  );
}

const isDefaulted = (namespace: unknown, ref: ObjectRef): boolean =>
  (namespace === undefined || namespace === null || namespace === "") &&
  (ref.namespace === "default" || ref.namespace === "");

/** The manifests after edits; `undefined` when one of the edited objects is not among them as it is. */
export function applyEdits(manifests: readonly Manifest[], edits: readonly Edit[]): readonly Manifest[] | undefined {
  let edited = manifests;
  for (const edit of edits) {
    if (edit.action === "create") {
      edited = [...edited, { object: edit.manifest }];
      continue;
    }
    const at = edited.findIndex((manifest) => isObject(manifest, edit.object));
    const found = edited[at];
    if (found === undefined) return undefined;
    const after = edit.action === "delete" ? [] : [{ ...found, object: applyPatch(found.object, edit.patch) }];
    edited = [...edited.slice(0, at), ...after, ...edited.slice(at + 1)];
  }
  return edited;
}
