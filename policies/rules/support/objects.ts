import { perMesh } from "../../mtls/discovery/lookup";
import type { Mesh, Meta } from "../../mtls/mesh";
import { describeRef, type ObjectRef } from "../../mtls/objects";
import type { Finding } from "../rule";

const byName = perMesh((mesh): ReadonlyMap<string, Meta> => {
  const all: readonly (readonly Meta[])[] = [
    [...mesh.namespaces.values()],
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
  ];
  return new Map(all.flat().map((object) => [describeRef(object.ref), object]));
});

/** The object that a reason names: `DestinationRule istio-system/default`. */
export const objectNamed = (mesh: Mesh, name: string): Meta | undefined => byName(mesh).get(name);

/** A finding on an object of the mesh; its source is looked up. */
export function findingOn(mesh: Mesh, on: ObjectRef, path: string, message: string): Finding {
  const source = objectNamed(mesh, describeRef(on))?.source;
  return { on, path, message, ...(source === undefined ? {} : { source }) };
}
