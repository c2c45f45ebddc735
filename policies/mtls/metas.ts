import type { Mesh, Meta } from "./mesh";
import { describeRef, type Source } from "./objects";

/** Every object of a mesh. */
export function* metasOf(mesh: Mesh): Iterable<Meta> {
  yield* mesh.namespaces.values();
  for (const list of [
    mesh.workloads,
    mesh.services,
    mesh.endpoints,
    mesh.peerAuthentications,
    mesh.destinationRules,
    mesh.serviceEntries,
    mesh.sidecars,
    mesh.virtualServices,
    mesh.gateways,
    mesh.authorizationPolicies,
    mesh.configMaps,
    mesh.others,
  ])
    yield* list;
}

/** Where each object stands, by `Kind namespace/name`. */
export function sourcesOf(mesh: Mesh): ReadonlyMap<string, Source | undefined> {
  const sources = new Map<string, Source | undefined>();
  for (const { ref, source } of metasOf(mesh)) sources.set(describeRef(ref), source);
  return sources;
}
