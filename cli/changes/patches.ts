import { podMetadata } from "../../policies/mtls/server/injection";
import type { Workload } from "../../policies/mtls/mesh";
import type { ObjectRef } from "../../policies/mtls/objects";
import type { Edit, Patch } from "./change";

/** `a.b.c` and a value as the nested patch that sets it. Keys with dots go into `value`. */
export const at = (path: string, value: unknown): Patch =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Patch;

export const patch = (object: ObjectRef, path: string, value: unknown): Edit => ({
  action: "patch",
  object,
  patch: at(path, value),
});

/** Sets (or, with `null`, removes) annotations of the pods of a workload. */
export const patchPods = (workload: Workload, metadata: Patch): Edit =>
  patch(workload.ref, podMetadata(workload), metadata);

/** A new object. */
export function create(apiVersion: string, object: ObjectRef, spec: Patch): Edit {
  const { kind, name, namespace } = object;
  return { action: "create", object, manifest: { apiVersion, kind, metadata: { name, namespace }, spec } };
}
