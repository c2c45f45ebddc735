import { isRange } from "../cidr";
import type { Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";

/** Who `from` of a flow names: a workload, hosts outside the mesh (`workload: null`), or nobody in particular. */
export type ResolvedClient =
  | { readonly ref: ObjectRef; readonly workload: Workload | null }
  /** Those that may be meant: all that the name fits when it fits several, else those with a similar name. */
  | { readonly candidates: readonly ObjectRef[] };

const OUTSIDE = "cidr:";
const MAX_SIMILAR = 5;

const fits = (workload: Workload, kind: string | undefined, name: string): boolean =>
  (kind === undefined || workload.ref.kind.toLowerCase() === kind.toLowerCase()) &&
  (workload.ref.name === name ||
    ((kind ?? "Pod").toLowerCase() === "pod" && workload.pods.some((pod) => pod.name === name)));

/** Workloads of the same name elsewhere, then those of the namespace whose name has something in common. */
function similar(index: MeshIndex, namespace: string, name: string): readonly ObjectRef[] {
  const elsewhere = index.mesh.workloads.filter(({ ref }) => ref.name === name);
  const near = index
    .workloadsIn(namespace)
    .filter(
      ({ ref }) => ref.name.includes(name) || name.includes(ref.name) || ref.name.slice(0, 4) === name.slice(0, 4),
    );
  return [...new Set([...elsewhere, ...near])].slice(0, MAX_SIMILAR).map(({ ref }) => ref);
}

/**
 * @param from `namespace/name` or `namespace/Kind/name` of a workload or Pod, or `cidr:<range>`
 */
export function resolveClient(index: MeshIndex, from: string): ResolvedClient {
  if (from.startsWith(OUTSIDE)) {
    const range = from.slice(OUTSIDE.length).trim();
    return isRange(range) ? { ref: { kind: "Host", namespace: "", name: range }, workload: null } : { candidates: [] };
  }
  const parts = from.split("/").map((part) => part.trim());
  const [namespace = "", second = "", third] = parts;
  if (parts.length < 2 || parts.length > 3) return { candidates: similar(index, "", from) };
  const [kind, name] = third === undefined ? [undefined, second] : [second, third];
  const found = index.workloadsIn(namespace).filter((workload) => fits(workload, kind, name));
  const exact = found.filter(({ ref }) => ref.name === name);
  const [only] = exact.length > 0 ? exact : found;
  if (only !== undefined && (exact.length > 0 ? exact : found).length === 1) return { ref: only.ref, workload: only };
  return { candidates: found.length > 1 ? found.map(({ ref }) => ref) : similar(index, namespace, name) };
}
