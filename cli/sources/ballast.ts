import { BOOKKEEPING } from "../../policies/mtls/readers/duplicates";
import { isRecord } from "./list";

/**
 * What live objects carry along and no verdict depends on, often more than half of them: taken off as soon as they are read, so that
 * the pods of a large cluster fit into memory.
 */

/** A pod with a status is known to be one that runs, and what it was named after is in its name. */
const OF_A_POD: ReadonlySet<string> = new Set([...BOOKKEEPING, "uid", "generateName"]);

/** Of a pod's status; the state of each container is not among it. */
const STATUS = ["phase", "podIP", "podIPs", "hostIP", "hostIPs"];

/** The object once more, as a text. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

type Bag = Readonly<Record<string, unknown>>;

/** The object without it; the very object when it carries none. */
export function withoutBallast(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { kind, metadata, status } = object;
  if (!isRecord(metadata)) return object;
  if (kind === "Pod" && isRecord(status) && typeof metadata["name"] === "string")
    return { ...object, metadata: leanMetadata(metadata, OF_A_POD), status: leanStatus(status) };
  const lean = leanMetadata(metadata, BOOKKEEPING);
  return lean === metadata ? object : { ...object, metadata: lean };
}

function leanMetadata(metadata: Bag, ballast: ReadonlySet<string>): Bag {
  const { annotations } = metadata;
  const lean = without(metadata, ballast);
  if (!isRecord(annotations)) return lean;
  const kept = without(annotations, ANNOTATIONS);
  return kept === annotations ? lean : { ...lean, annotations: kept };
}

const ANNOTATIONS: ReadonlySet<string> = new Set([LAST_APPLIED]);

function leanStatus(status: Bag): Bag {
  const lean: Record<string, unknown> = {};
  for (const key of STATUS) if (status[key] !== undefined) lean[key] = status[key];
  const { conditions } = status;
  if (conditions !== undefined)
    lean["conditions"] = Array.isArray(conditions) ? leanConditions(conditions) : conditions;
  return lean;
}

/** Of the conditions only whether the pod is ready; the two that nearly all pods have are made once. */
const READY = [{ type: "Ready", status: "True" }];
const UNREADY = [{ type: "Ready", status: "False" }];

function leanConditions(conditions: readonly unknown[]): readonly unknown[] {
  const told = conditions.filter((condition) => !isRecord(condition) || condition["type"] === "Ready");
  const [ready] = told;
  if (told.length !== 1 || !isRecord(ready)) return told;
  if (ready["status"] === "True") return READY;
  return ready["status"] === "False" ? UNREADY : told;
}

/** A copy rather than `delete`, which would make a slow and large object of a small one. */
function without(bag: Bag, keys: ReadonlySet<string>): Bag {
  const kept = Object.entries(bag).filter(([key]) => !keys.has(key));
  return kept.length === Object.keys(bag).length ? bag : Object.fromEntries(kept);
}
