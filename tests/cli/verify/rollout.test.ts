import { readMesh } from "../../../policies/mtls/manifests";
import { rolloutRows } from "../../../cli/verify/rollout";

/** The row of a workload with this status. */
function rowOf(kind: string, spec: object, status: object, generation = 2): readonly [string, string] {
  const apiVersion = kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1";
  const metadata = { name: "orders", namespace: "shop", generation };
  const object = { apiVersion, kind, metadata, spec, status: { observedGeneration: 2, ...status } };
  const [row] = rolloutRows(readMesh([{ object }]).workloads);
  return [row?.state ?? "no row", row?.says ?? ""];
}

test.each([
  ["Deployment", { replicas: 2 }, { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }, "holds", /2 of 2 pods/],
  ["Deployment", {}, { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, "holds", /1 of 1/],
  ["Deployment", { replicas: 0 }, {}, "holds", /0 of 0/],
  ["Deployment", { replicas: 2 }, { replicas: 2, updatedReplicas: 1 }, "does-not-hold", /1 of 2 pods are new/],
  [
    "Deployment",
    { replicas: 2 },
    { replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
    "does-not-hold",
    /1 old pods are still there/,
  ],
  [
    "Deployment",
    { replicas: 2 },
    { replicas: 2, updatedReplicas: 2, availableReplicas: 1 },
    "does-not-hold",
    /1 of 2 new pods are available/,
  ],
  [
    "Deployment",
    { replicas: 2 },
    { updatedReplicas: 1, conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] },
    "does-not-hold",
    /ProgressDeadlineExceeded/,
  ],
  ["StatefulSet", { replicas: 2 }, { readyReplicas: 1 }, "does-not-hold", /1 of 2 pods are ready/],
  [
    "StatefulSet",
    { replicas: 2 },
    { readyReplicas: 2, updatedReplicas: 1, updateRevision: "b", currentRevision: "a" },
    "does-not-hold",
    /1 of 2 pods are new/,
  ],
  [
    "StatefulSet",
    { replicas: 2 },
    { readyReplicas: 2, updatedReplicas: 2, updateRevision: "b", currentRevision: "b" },
    "holds",
    /2 of 2/,
  ],
  [
    "StatefulSet",
    { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
    { readyReplicas: 3, updatedReplicas: 1, updateRevision: "b", currentRevision: "a" },
    "holds",
    /partition 2/,
  ],
  [
    "StatefulSet",
    { replicas: 2, updateStrategy: { type: "OnDelete" } },
    { readyReplicas: 2, updatedReplicas: 1 },
    "unknown",
    /OnDelete/,
  ],
  [
    "DaemonSet",
    {},
    { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
    "does-not-hold",
    /2 of 3 pods are available/,
  ],
  ["DaemonSet", {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }, "holds", /3 of 3/],
  [
    "DaemonSet",
    { updateStrategy: { type: "OnDelete" } },
    { desiredNumberScheduled: 3, updatedNumberScheduled: 1 },
    "unknown",
    /OnDelete/,
  ],
  ["Rollout", {}, { phase: "Healthy", observedGeneration: "2" }, "holds", /healthy/],
  ["Rollout", {}, { phase: "Degraded", observedGeneration: "2" }, "does-not-hold", /Degraded/],
  ["Rollout", {}, { observedGeneration: "2" }, "unknown", /has not said/],
] as const)("%s %j %j: %s", (kind, spec, status, state, says) => {
  const [found, text] = rowOf(kind, spec, status);
  expect(found).toBe(state);
  expect(text).toMatch(says);
});

test("a change that the controller has not seen is not rolled out, whatever the numbers of the last one say", () => {
  expect(rowOf("Deployment", {}, { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, 3)).toEqual([
    "does-not-hold",
    "its controller has not seen the last change yet",
  ]);
});

test("Jobs and bare pods roll nothing out", () => {
  expect(
    rolloutRows(readMesh([{ object: { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" } } }]).workloads),
  ).toEqual([]);
});
