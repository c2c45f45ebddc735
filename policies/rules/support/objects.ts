import type { Origin } from "../../mtls/discovery/discovered";
import { field, fieldAt } from "../../mtls/discovery/fields";
import { perMesh } from "../../mtls/discovery/lookup";
import type { Mesh, Meta } from "../../mtls/mesh";
import { metasOf } from "../../mtls/metas";
import { describeRef, type ObjectRef } from "../../mtls/objects";
import type { Finding } from "../rule";

const byName = perMesh(
  (mesh): ReadonlyMap<string, Meta> => new Map([...metasOf(mesh)].map((object) => [describeRef(object.ref), object])),
);

/** The object that a reason names: `DestinationRule istio-system/default`. */
export const objectNamed = (mesh: Mesh, name: string): Meta | undefined => byName(mesh).get(name);

/**
 * What stands at a place, as it came in: `UNKNOWN` there and below what is unknown.
 * @param path as discovery writes it; what follows a `#` is inside a text
 */
export function valueAt(mesh: Mesh, { object, path }: Origin): unknown {
  const found = objectNamed(mesh, object);
  if (found === undefined) return undefined;
  const [outer = ""] = path.split("#");
  if ("raw" in found) return fieldAt(found.raw, outer);
  return "data" in found && outer.startsWith("data.") ? field(found.data, outer.slice("data.".length)) : undefined;
}

/** A finding on an object of the mesh; its source is looked up. */
export function findingOn(mesh: Mesh, on: ObjectRef, path: string, message: string): Finding {
  const source = objectNamed(mesh, describeRef(on))?.source;
  return { on, path, message, ...(source === undefined ? {} : { source }) };
}
