import { isRange } from "../cidr";
import type { Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";
import { indexClients } from "./context";

/** Who `from` of a flow names: a workload, hosts outside the mesh (`workload: null`), or nobody in particular. */
export type ResolvedClient =
  | { readonly ref: ObjectRef; readonly workload: Workload | null }
  /** Those that it fits when it fits several; else workloads of the same name elsewhere. */
  | { readonly candidates: readonly ObjectRef[] };

const OUTSIDE = "cidr:";

const isKind = ({ ref }: Workload, kind: string | undefined, name: string): boolean => {
  if (kind === undefined || ref.kind.toLowerCase() === kind.toLowerCase())
    return kind === undefined || ref.name === name;
  return kind.toLowerCase() === "pod" && ref.name !== name;
};

/**
 * @param from `namespace/name` or `namespace/Kind/name` of a workload or of one of its pods, or `cidr:<range>`
 */
export function resolveClient(index: MeshIndex, from: string): ResolvedClient {
  if (from.startsWith(OUTSIDE)) {
    const range = from.slice(OUTSIDE.length).trim();
    return isRange(range) ? { ref: { kind: "Host", namespace: "", name: range }, workload: null } : { candidates: [] };
  }
  const plain = indexClients(index).named.get(from);
  const [first] = plain ?? [];
  if (first !== undefined && plain?.length === 1) return { ref: first.ref, workload: first };
  const [namespace = "", second = "", third, ...rest] = from.split("/");
  if (second === "" || rest.length > 0) return { candidates: [] };
  const [kind, name] = third === undefined ? [undefined, second] : [second, third];
  const named = indexClients(index).named.get(`${namespace}/${name}`) ?? [];
  const fitting = named.filter((workload) => isKind(workload, kind, name));
  // A workload of that name is meant rather than one that has a pod of that name.
  const own = fitting.filter(({ ref }) => ref.name === name);
  const meant = own.length > 0 ? own : fitting;
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return { ref: only.ref, workload: only };
  if (meant.length > 1) return { candidates: meant.map(({ ref }) => ref) };
  return { candidates: index.mesh.workloads.filter(({ ref }) => ref.name === name).map(({ ref }) => ref) };
}
