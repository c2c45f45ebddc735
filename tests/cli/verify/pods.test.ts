import { groupPods } from "../../../cli/verify/group-pods";
import { readPodFacts, type PodFacts } from "../../../cli/verify/pod-facts";
import { podRows } from "../../../cli/verify/pods";
import { sidecarRows, type Injected } from "../../../cli/verify/sidecars";
import { UNKNOWN } from "../../../policies/mtls/known";

interface Shape {
  readonly name?: string;
  readonly phase?: string;
  readonly ready?: string;
  readonly deleted?: boolean;
  readonly owner?: object;
  readonly app?: object;
  /** `undefined`: no proxy. */
  readonly proxy?: { readonly native: boolean; readonly ready: boolean };
  readonly conditions?: readonly object[];
}

function pod({
  name = "orders-1",
  phase = "Running",
  ready = "True",
  deleted = false,
  owner,
  app,
  proxy,
  conditions = [],
}: Shape = {}): PodFacts {
  const spec = { name: "istio-proxy", ...(proxy?.native === true ? { restartPolicy: "Always" } : {}) };
  const status = { name: "istio-proxy", ready: proxy?.ready, state: { running: {} } };
  const facts = readPodFacts({
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      ...(deleted ? { deletionTimestamp: "2026-11-24T10:00:00Z" } : {}),
      ...(owner === undefined ? {} : { ownerReferences: [{ controller: true, ...owner }] }),
    },
    spec: {
      initContainers: [{ name: "istio-init" }, ...(proxy?.native === true ? [spec] : [])],
      containers: [{ name: "app" }, ...(proxy?.native === false ? [spec] : [])],
    },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready }, ...conditions],
      initContainerStatuses: [
        { name: "istio-init", ready: true, state: { terminated: { exitCode: 0 } } },
        ...(proxy?.native === true ? [status] : []),
      ],
      containerStatuses: [
        { name: "app", ready: ready === "True", state: { running: {} }, ...app },
        ...(proxy?.native === false ? [status] : []),
      ],
    },
  });
  if (facts === undefined) throw new Error("no Pod");
  return facts;
}

const REF = { kind: "Deployment", namespace: "shop", name: "orders" };
const podRow = (...pods: readonly PodFacts[]) => podRows([{ ref: REF, pods }])[0];
const sidecarRow = (expected: Injected["expected"], ...pods: readonly PodFacts[]) =>
  sidecarRows([{ ref: REF, pods, expected }])[0];

test("anything but a Pod has no facts; a Pod of which nothing is known is not ready", () => {
  expect(readPodFacts({ kind: "Service" })).toBeUndefined();
  expect(readPodFacts(null)).toBeUndefined();
  expect(readPodFacts({ kind: "Pod", spec: { containers: "?" } })?.ready).toBe(false);
});

test("ready pods hold", () => {
  expect(podRow(pod(), pod({ name: "orders-2" }))).toMatchObject({ state: "holds", says: "2 of 2 pods ready" });
});

test("a pod that is not ready says why", () => {
  const crashing = {
    ready: false,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 1, reason: "Error" } },
  };
  expect(podRow(pod(), pod({ name: "orders-2", ready: "False", app: crashing }))).toEqual({
    check: "pods",
    object: "Deployment shop/orders",
    state: "does-not-hold",
    says: "1 of 2 pods is not ready: orders-2 (app: CrashLoopBackOff; last exit code 1 (Error))",
    todo: "kubectl describe pod orders-2 -n shop",
  });
  const unscheduled = pod({
    phase: "Pending",
    ready: "False",
    app: { ready: true },
    conditions: [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
    ],
  });
  expect(podRow(unscheduled)?.says).toContain("orders-1 Pending (Unschedulable: 0/3 nodes are available)");
  expect(podRow(pod({ ready: "False", app: { ready: true } }))?.says).toContain("readiness gates");
});

test("a node that has stopped reporting makes its pods unknown, not ready and not broken", () => {
  expect(podRow(pod(), pod({ ready: "Unknown" }))?.state).toBe("unknown");
});

test.each([true, false])("a ready proxy is found, native: %s", (native) => {
  expect(sidecarRow("sidecar", pod({ proxy: { native, ready: true } }))).toMatchObject({
    state: "holds",
    says: `1 of 1 pods have a ready proxy (${native ? "native" : "classic"} sidecar)`,
  });
});

test.each([true, false])("a proxy that is not ready does not hold, native: %s", (native) => {
  const row = sidecarRow("sidecar", pod({ proxy: { native, ready: false } }));
  expect(row?.state).toBe("does-not-hold");
  expect(row?.todo).toBe("kubectl logs orders-1 -n shop -c istio-proxy | meshtls diagnose");
});

test("one pod of several without the proxy that it should have", () => {
  const row = sidecarRow("sidecar", pod({ proxy: { native: true, ready: true } }), pod({ name: "orders-2" }));
  expect(row?.state).toBe("does-not-hold");
  expect(row?.says).toBe("1 of 2 pods run without the proxy that they would get today: orders-2");
  expect(row?.todo).toContain("kubectl rollout restart deployment/orders -n shop");
});

test("a proxy that the next restart would take away", () => {
  expect(sidecarRow("none", pod({ proxy: { native: true, ready: true } }))?.state).toBe("does-not-hold");
});

test("whether there should be one is not known", () => {
  expect(sidecarRow(UNKNOWN, pod())?.state).toBe("unknown");
  expect(sidecarRow(UNKNOWN, pod({ proxy: { native: true, ready: true } }))?.state).toBe("holds");
});

test("nothing to say of pods outside the mesh, and of bare pods without a proxy", () => {
  expect(sidecarRow("none", pod())).toBeUndefined();
  expect(sidecarRow("ambient", pod())).toBeUndefined();
  expect(sidecarRow(undefined, pod())).toBeUndefined();
});

test("pods belong to what somebody wrote", () => {
  const owners = new Map([
    ["ReplicaSet shop/orders-7d9", { kind: "Deployment", name: "orders" }],
    ["Deployment shop/orders", { kind: "OpenTelemetryCollector", name: "orders" }],
  ]);
  const groups = groupPods(
    [
      pod({ owner: { kind: "ReplicaSet", name: "orders-7d9" } }),
      pod({ name: "orders-2", owner: { kind: "ReplicaSet", name: "orders-7d9" } }),
      pod({ name: "bare" }),
      pod({ name: "static", owner: { kind: "Node", name: "node-1" } }),
    ],
    owners,
  );
  expect(groups.map(({ ref, pods }) => [ref.kind, ref.name, pods.length])).toEqual([
    ["Deployment", "orders", 2],
    ["Pod", "bare", 1],
    ["Pod", "static", 1],
  ]);
});

test("pods that have done their work, are going, or were replaced do not count; what failed for good does", () => {
  const names = (owner: object, ...shapes: readonly Shape[]) =>
    groupPods(
      shapes.map((shape) => pod({ owner, ...shape })),
      new Map(),
    ).flatMap(({ pods }) => pods.map(({ name }) => name));
  const done = { name: "done", phase: "Succeeded" };
  const failed = { name: "failed", phase: "Failed" };
  const set = { kind: "StatefulSet", name: "s" };
  expect(names(set, { name: "runs" }, { name: "going", deleted: true }, failed)).toEqual(["runs"]);
  const job = { kind: "Job", name: "j" };
  expect(names(job, failed)).toEqual(["failed"]);
  expect(names(job, failed, done)).toEqual([]);
});

test("owners in a circle end somewhere", () => {
  const owners = new Map([["ReplicaSet shop/a", { kind: "ReplicaSet", name: "a" }]]);
  expect(groupPods([pod({ owner: { kind: "ReplicaSet", name: "a" } })], owners)[0]?.ref.name).toBe("a");
});
