import { isRecord } from "./list";

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

type Bag = Readonly<Record<string, unknown>>;

/** The object without it; the very object when it carries none. */
export function withoutBallast(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { metadata, status } = object;
  const kept: Bag = {
    ...(isRecord(metadata) ? { metadata: leanMetadata(metadata) } : {}),
    ...(object["kind"] === "Pod" && isRecord(status) ? { status: without(status, STATUS) } : {}),
  };
  return Object.keys(kept).every((key) => kept[key] === object[key]) ? object : { ...object, ...kept };
}

function leanMetadata(metadata: Bag): Bag {
  const { annotations } = metadata;
  const lean = without(metadata, METADATA);
  if (!isRecord(annotations)) return lean;
  const kept = without(annotations, [LAST_APPLIED]);
  return kept === annotations ? lean : { ...lean, annotations: kept };
}

/** A copy rather than `delete`, which would make a slow and large object of a small one. */
function without(bag: Bag, keys: readonly string[]): Bag {
  if (!keys.some((key) => Object.hasOwn(bag, key))) return bag;
  return Object.fromEntries(Object.entries(bag).filter(([key]) => !keys.includes(key)));
}
