import { isRange } from "../../policies/mtls/cidr";
import type { DeclaredFlow } from "../../policies/mtls/flow";
import type { Mesh } from "../../policies/mtls/mesh";
import type { ObjectRef } from "../../policies/mtls/objects";
import { closest } from "../suggest";

/** Candidates that an error lists at most. */
const LISTED = 10;

const spell = ({ namespace, kind, name }: ObjectRef): string => `${namespace}/${kind}/${name}`;

/**
 * Finds who FROM means, and spells it so that nobody else is meant.
 * @param from `namespace/name`, `namespace/Kind/name` of a workload or Pod, or `cidr:RANGE`
 */
export function resolveClient(mesh: Mesh, from: string): { readonly from: string } | { readonly problem: string } {
  if (from.startsWith("cidr:"))
    return isRange(from.slice("cidr:".length))
      ? { from }
      : { problem: `FROM "${from}": no range such as cidr:10.20.0.0/24` };
  const parts = from.split("/");
  const [namespace = "", second = "", third] = parts;
  if (parts.length < 2 || parts.length > 3 || parts.includes(""))
    return {
      problem: `FROM "${from}" is neither namespace/name nor namespace/Kind/name nor cidr:RANGE${candidates(mesh, from)}`,
    };
  const name = third ?? second;
  const found = mesh.workloads.filter(
    ({ ref }) =>
      ref.namespace === namespace &&
      ref.name === name &&
      (third === undefined || ref.kind.toLowerCase() === second.toLowerCase()),
  );
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return { from: spell(only.ref) };
  if (only !== undefined)
    return { problem: `FROM "${from}" is ambiguous; say which: ${found.map(({ ref }) => spell(ref)).join(", ")}` };
  const owner = mesh.workloads.find(
    ({ ref, pods }) => ref.namespace === namespace && pods.some((pod) => pod.name === name) && isPodKind(third, second),
  );
  if (owner !== undefined) return { from: spell(owner.ref) };
  return { problem: `FROM "${from}" is no workload or Pod among the objects${candidates(mesh, from)}` };
}

const isPodKind = (third: string | undefined, kind: string): boolean => third === undefined || /^pod$/i.test(kind);

/** Resolves every FROM; all problems at once. */
export function resolveClients(
  mesh: Mesh,
  flows: readonly DeclaredFlow[],
): { readonly flows: readonly DeclaredFlow[]; readonly problems: readonly string[] } {
  const resolved = flows.map((flow) => ({ flow, client: resolveClient(mesh, flow.from) }));
  return {
    flows: resolved.flatMap(({ flow, client }) => ("problem" in client ? [] : [{ ...flow, from: client.from }])),
    problems: [...new Set(resolved.flatMap(({ client }) => ("problem" in client ? [client.problem] : [])))],
  };
}

/** Who could be meant: the nearest name first, then the same name elsewhere, then the namespace's workloads, then all. */
function candidates(mesh: Mesh, from: string): string {
  const all = mesh.workloads.map(({ ref }) => ref);
  if (all.length === 0) return "; there is no workload at all among the objects";
  const short = ({ namespace, name }: ObjectRef): string => `${namespace}/${name}`;
  const near = closest(from, all.map(short));
  const name = from.split("/").at(-1);
  const rank = (ref: ObjectRef): number =>
    short(ref) === near ? 0 : ref.name === name ? 1 : ref.namespace === from.split("/")[0] ? 2 : 3;
  const listed = [...all].sort((a, b) => rank(a) - rank(b)).slice(0, LISTED);
  const more = all.length - listed.length;
  return `; candidates: ${listed.map(spell).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
