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
 * Puts pods to the workload that somebody wrote: a Deployment, not its ReplicaSets. Unlike the engine, which tells pods of different
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
  return [...groups.values()].sort((a, b) => (describeRef(a.ref) < describeRef(b.ref) ? -1 : 1));
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
