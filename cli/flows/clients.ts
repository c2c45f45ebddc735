import { resolveClient } from "../../policies/mtls/client/resolve-client";
import type { DeclaredFlow } from "../../policies/mtls/flow";
import type { Mesh } from "../../policies/mtls/mesh";
import { indexMesh, type MeshIndex } from "../../policies/mtls/mesh-index";
import type { ObjectRef } from "../../policies/mtls/objects";
import { closest } from "../suggest";

/** Candidates that an error lists at most. */
const LISTED = 10;

/** The one spelling that is never ambiguous. */
const spell = ({ namespace, kind, name }: ObjectRef): string => `${namespace}/${kind}/${name}`;

/**
 * What is wrong with each FROM, once: nobody of that name among the objects, or several.
 * The engine would answer such a flow with "unknown"; a person who asks wants to be asked back.
 */
export function clientProblems(mesh: Mesh, flows: readonly DeclaredFlow[]): readonly string[] {
  if (flows.length === 0) return [];
  const index = indexMesh(mesh);
  return [...new Set(flows.map(({ from }) => from))].flatMap((from) => {
    const problem = problemOf(index, from);
    return problem === undefined ? [] : [`FROM "${from}" ${problem}`];
  });
}

function problemOf(index: MeshIndex, from: string): string | undefined {
  const client = resolveClient(index, from);
  if (!("candidates" in client)) return undefined;
  if (from.startsWith("cidr:")) return "is no range such as cidr:10.20.0.0/24";
  const name = from.split("/").at(-1);
  if (client.candidates.length > 1 && client.candidates.every((ref) => ref.name === name && isIn(ref, from)))
    return `is ambiguous; say which: ${client.candidates.map(spell).join(", ")}`;
  const form = /^[^/]+\/([^/]+\/)?[^/]+$/.test(from) ? "" : " (write namespace/name or namespace/Kind/name)";
  return `is no workload or Pod among the objects${form}${candidates(index.mesh, from, client.candidates)}`;
}

const isIn = ({ namespace }: ObjectRef, from: string): boolean => from.startsWith(`${namespace}/`);

/** Who could be meant: those that the engine finds similar, the nearest spelling, then whoever is in the namespace, then anybody. */
function candidates({ workloads }: Mesh, from: string, similar: readonly ObjectRef[]): string {
  const all = workloads.map(({ ref }) => ref);
  if (all.length === 0) return "; there is no workload at all among them";
  const short = ({ namespace, name }: ObjectRef): string => `${namespace}/${name}`;
  const near = closest(from, all.map(short));
  const ordered = new Set([
    ...all.filter((ref) => short(ref) === near),
    ...similar,
    ...all.filter((ref) => isIn(ref, from)),
    ...all,
  ]);
  const listed = [...ordered].slice(0, LISTED);
  const more = ordered.size - listed.length;
  return `; candidates: ${listed.map(spell).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
