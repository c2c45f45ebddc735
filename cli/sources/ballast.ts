/**
 * What live objects carry along and no verdict depends on, often more than half of them: taken off as soon as they are read, so that
 * the pods of a large cluster fit into memory.
 */

/** Who set which field when. */
const METADATA = ["managedFields"];

/** The state of each container; a pod's own conditions stay. */
const STATUS = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];

/** The object once more, as a text. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

type Bag = Record<string, unknown>;

const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);

/** Takes it off the object itself, which must be the caller's own. */
export function dropBallast(object: unknown): void {
  if (!isBag(object)) return;
  const { metadata, status } = object;
  if (isBag(metadata)) {
    for (const key of METADATA) if (key in metadata) delete metadata[key];
    const { annotations } = metadata;
    if (isBag(annotations) && LAST_APPLIED in annotations) delete annotations[LAST_APPLIED];
  }
  if (object["kind"] === "Pod" && isBag(status)) for (const key of STATUS) if (key in status) delete status[key];
}
