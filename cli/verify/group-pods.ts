import { describeRef, type ObjectRef } from "../../policies/mtls/objects";
import type { Owner, PodFacts } from "./pod-facts";
import type { Running } from "./pods";

/** Kinds that make pods; whoever makes these (an operator) is another story. */
const WORKLOADS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
  "Rollout",
]);

/** Pods are made by at most three: Pod, ReplicaSet, Deployment. */
const LEVELS = 3;

/**
 * Puts pods that are meant to run to the workload that somebody wrote: a Deployment, not its ReplicaSets. Unlike the engine, which tells pods of different
 * shape apart, because a pod that lacks what its siblings have is just what is looked for.
 * @param owners by `Kind namespace/name` of what is owned
 */
export function groupPods(pods: readonly PodFacts[], owners: ReadonlyMap<string, Owner>): Running[] {
  const groups = new Map<string, { readonly ref: ObjectRef; readonly pods: PodFacts[] }>();
  for (const pod of pods) {
    const ref = topOf(pod, owners);
    const group = groups.get(describeRef(ref));
    if (group === undefined) groups.set(describeRef(ref), { ref, pods: [pod] });
    else group.pods.push(pod);
  }
  return [...groups.values()]
    .map(({ ref, pods }) => ({ ref, pods: pods.filter((pod) => isMeantToRun(pod, ref, pods)) }))
    .filter(({ pods }) => pods.length > 0)
    .sort((a, b) => (describeRef(a.ref) < describeRef(b.ref) ? -1 : 1));
}

/** Kinds whose pods end, and are not replaced when they fail for good. */
const ENDING: ReadonlySet<string> = new Set(["Pod", "Job", "CronJob"]);

/** Not those that have done their work or are being removed, nor failed ones that were replaced: evicted pods stay listed for long. */
function isMeantToRun({ phase, deleting }: PodFacts, { kind }: ObjectRef, siblings: readonly PodFacts[]): boolean {
  if (deleting || phase === "Succeeded") return false;
  return phase !== "Failed" || (ENDING.has(kind) && !siblings.some((sibling) => sibling.phase === "Succeeded"));
}

function topOf({ namespace, name, owner }: PodFacts, owners: ReadonlyMap<string, Owner>): ObjectRef {
  let top: ObjectRef = { kind: "Pod", namespace, name };
  let next = owner;
  for (let level = 0; level < LEVELS && next !== undefined && WORKLOADS.has(next.kind); level++) {
    top = { kind: next.kind, namespace, name: next.name };
    next = owners.get(describeRef(top));
  }
  return top;
}
