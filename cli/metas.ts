import type { Mesh, Meta } from "../policies/mtls/mesh";

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
