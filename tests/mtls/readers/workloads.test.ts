import { isUnknown, UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Container, Mesh, Workload } from "../../../policies/mtls/mesh";
import { describeRef } from "../../../policies/mtls/objects";

const read = (...objects: unknown[]): Mesh => readMesh(objects.map((object) => ({ object })));
const refs = (mesh: Mesh): string[] => mesh.workloads.map(({ ref }) => describeRef(ref));

function only(mesh: Mesh): Workload {
  const [workload, ...more] = mesh.workloads;
  if (workload === undefined || more.length > 0) throw new Error(`one workload expected, not ${refs(mesh).join()}`);
  return workload;
}

const containersOf = ({ containers }: Workload): readonly Container[] => (isUnknown(containers) ? [] : containers);

const template = {
  metadata: { labels: { app: "web" }, annotations: { a: "b" } },
  spec: {
    serviceAccountName: "web-account",
    hostNetwork: true,
    securityContext: { runAsUser: 1000 },
    initContainers: [{ name: "agent", image: "agent:1", restartPolicy: "Always" }],
    containers: [
      {
        name: "app",
        image: "web:1",
        ports: [
          { name: "http", containerPort: 8080 },
          { containerPort: 53, protocol: "UDP", hostPort: 5353 },
        ],
        env: [
          { name: "PLAIN", value: "1" },
          { name: "EMPTY" },
          { name: "FROM", valueFrom: { configMapKeyRef: { name: "config", key: "k", optional: true } } },
          { name: "SECRET", valueFrom: { secretKeyRef: { name: "secret", key: "k" } } },
          { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
          { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
        ],
        envFrom: [{ prefix: "P_", configMapRef: { name: "config" } }, { secretRef: { name: "secret" } }],
        command: ["java"],
        args: ["-jar", "web.jar"],
        securityContext: { runAsUser: 1337 },
        volumeMounts: [{ name: "v", mountPath: "/v", subPath: "x" }],
      },
    ],
    volumes: [
      { name: "v", configMap: { name: "config" } },
      { name: "s", secret: { secretName: "secret" } },
    ],
  },
};

const workload = (apiVersion: string, kind: string, spec: unknown, more: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "ns", labels: { app: "not-the-pods" }, ...more },
  spec,
});

describe("every kind with a pod template", () => {
  test.each<[string, string, object, string]>([
    ["apps/v1", "Deployment", { template, replicas: 3 }, "spec.template.spec"],
    ["extensions/v1beta1", "Deployment", { template }, "spec.template.spec"],
    ["apps/v1", "StatefulSet", { template }, "spec.template.spec"],
    ["apps/v1", "DaemonSet", { template }, "spec.template.spec"],
    ["apps/v1", "ReplicaSet", { template }, "spec.template.spec"],
    ["v1", "ReplicationController", { template }, "spec.template.spec"],
    ["batch/v1", "Job", { template }, "spec.template.spec"],
    ["batch/v1", "CronJob", { jobTemplate: { spec: { template } } }, "spec.jobTemplate.spec.template.spec"],
    ["batch/v1beta1", "CronJob", { jobTemplate: { spec: { template } } }, "spec.jobTemplate.spec.template.spec"],
    ["argoproj.io/v1alpha1", "Rollout", { template }, "spec.template.spec"],
  ])("%s %s", (apiVersion, kind, spec, podPath) => {
    const mesh = read(workload(apiVersion, kind, spec));
    expect(mesh.problems).toEqual([]);
    expect(only(mesh)).toMatchObject({
      ref: { kind, namespace: "ns", name: "web" },
      podLabels: { app: "web" },
      podAnnotations: { a: "b" },
      serviceAccount: "web-account",
      hostNetwork: true,
      podPath,
      live: false,
      podIps: [],
    });
    expect(containersOf(only(mesh)).map(({ path }) => path)).toEqual([
      `${podPath}.initContainers[0]`,
      `${podPath}.containers[0]`,
    ]);
  });

  test("its containers", () => {
    const [agent, app] = containersOf(only(read(workload("apps/v1", "Deployment", { template }))));
    expect(agent).toMatchObject({ name: "agent", init: true, restartPolicy: "Always", runAsUser: 1000 });
    expect(app).toMatchObject({
      name: "app",
      image: "web:1",
      init: false,
      ports: [
        { name: "http", number: 8080, protocol: "TCP", hostPort: undefined },
        { name: undefined, number: 53, protocol: "UDP", hostPort: 5353 },
      ],
      env: [
        { name: "PLAIN", value: "1", from: undefined },
        { name: "EMPTY", value: "", from: undefined },
        { name: "FROM", value: undefined, from: { kind: "configMap", name: "config", key: "k", optional: true } },
        { name: "SECRET", value: undefined, from: { kind: "secret", name: "secret", key: "k", optional: false } },
        { name: "IP", value: undefined, from: { kind: "field", path: "status.hostIP" } },
        { name: "CPU", value: undefined, from: { kind: "resource", path: "limits.cpu" } },
      ],
      envFrom: [
        { kind: "configMap", name: "config", prefix: "P_" },
        { kind: "secret", name: "secret", prefix: "" },
      ],
      command: ["java"],
      args: ["-jar", "web.jar"],
      runAsUser: 1337,
      volumeMounts: [{ name: "v", mountPath: "/v", subPath: "x" }],
    });
  });

  test("an unknown value stays where it is", () => {
    const unknown = {
      metadata: { labels: { app: UNKNOWN, tier: "x" } },
      spec: {
        hostNetwork: UNKNOWN,
        containers: [{ name: "app", image: UNKNOWN, env: [{ name: "A", value: UNKNOWN }] }],
      },
    };
    const web = only(read(workload("apps/v1", "Deployment", { template: unknown })));
    expect(web).toMatchObject({ podLabels: { app: UNKNOWN, tier: "x" }, hostNetwork: UNKNOWN });
    expect(containersOf(web)).toMatchObject([{ name: "app", image: UNKNOWN, env: [{ name: "A", value: UNKNOWN }] }]);
    expect(only(read(workload("apps/v1", "Deployment", UNKNOWN)))).toMatchObject({
      podLabels: UNKNOWN,
      podAnnotations: UNKNOWN,
      hostNetwork: UNKNOWN,
      containers: UNKNOWN,
      serviceAccount: UNKNOWN,
    });
  });

  test("problems name the place", () => {
    const mesh = read(
      workload("apps/v1", "Deployment", { template: { spec: { containers: [{ name: "a", ports: [{}] }] } } }),
    );
    expect(mesh.problems.map(({ object, message }) => `${object}: ${message}`)).toEqual([
      "Deployment ns/web: spec.template.spec.containers[0].ports[0].containerPort is missing; a whole number from 1 to 65535 is expected",
    ]);
  });
});

const pod = (
  name: string,
  more: { owner?: [string, string]; proxy?: boolean; status?: object; labels?: object } = {},
) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "ns",
    labels: { app: "web", "pod-template-hash": name, ...more.labels },
    ...(more.owner && { ownerReferences: [{ kind: more.owner[0], name: more.owner[1], controller: true }] }),
  },
  spec: { containers: [{ name: "app" }, ...(more.proxy ? [{ name: "istio-proxy" }] : [])] },
  ...(more.status && { status: more.status }),
});

describe("pods", () => {
  test("one that a cluster has seen is what it shows", () => {
    const status = { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }], hostIP: "192.168.0.1" };
    expect(only(read(pod("web", { status })))).toMatchObject({
      live: true,
      podIps: ["10.0.0.1", "fd00::1"],
      pods: [{ name: "web", ips: ["10.0.0.1", "fd00::1"], hostIps: ["192.168.0.1"], ready: true }],
    });
  });

  test.each<[string, object, boolean]>([
    ["only written down", pod("web"), false],
    ["with a proxy", pod("web", { proxy: true }), true],
    ["with an owner", pod("web", { owner: ["ReplicaSet", "elsewhere"] }), true],
    ["with a uid", { ...pod("web"), metadata: { name: "web", namespace: "ns", uid: "u" } }, true],
  ])("one %s", (_, object, live) => {
    expect(only(read(object)).live).toBe(live);
  });

  test.each<[string, object, boolean, string[]]>([
    ["ready", { podIP: "10.0.0.1", conditions: [{ type: "Ready", status: "True" }] }, true, ["10.0.0.1"]],
    ["not ready", { podIP: "10.0.0.1", conditions: [{ type: "Ready", status: "False" }] }, false, ["10.0.0.1"]],
    ["ended", { podIP: "10.0.0.1", phase: "Succeeded" }, false, []],
  ])("one that is %s", (_, status, ready, ips) => {
    expect(only(read(pod("web", { status }))).pods).toMatchObject([{ ready, ips }]);
  });
});

describe("what controllers made folds into the workload that asked for it", () => {
  const deployment = workload("apps/v1", "Deployment", {
    template: { spec: { containers: [{ name: "app", image: "web:1" }] } },
  });
  const owned = (kind: string, apiVersion: string, name: string, owner: [string, string]) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: "ns", ownerReferences: [{ kind: owner[0], name: owner[1], controller: true }] },
    spec: { template: {} },
  });
  const replicaSet = owned("ReplicaSet", "apps/v1", "web-5d", ["Deployment", "web"]);
  const ip = (last: number) => ({ podIP: `10.0.0.${last}` });

  test.each<[string, object[]]>([
    ["with the ReplicaSet between them", [replicaSet]],
    ["without it, by its name", []],
  ])("pods of a Deployment %s", (_, between) => {
    const pods = [1, 2].map((n) => pod(`web-5d-${n}`, { owner: ["ReplicaSet", "web-5d"], proxy: true, status: ip(n) }));
    const web = only(read(deployment, ...between, ...pods));
    expect(web).toMatchObject({
      ref: { kind: "Deployment", name: "web" },
      live: true,
      podLabels: { app: "web" },
      podIps: ["10.0.0.1", "10.0.0.2"],
    });
    expect(containersOf(web).map(({ name, image, path }) => [name, image, path])).toEqual([
      ["app", "web:1", "spec.template.spec.containers[0]"],
      ["istio-proxy", undefined, "spec.containers[1]"],
    ]);
  });

  test("pods that differ from the most stay workloads of their own, whatever the order", () => {
    const objects = [
      deployment,
      pod("web-5d-1", { owner: ["ReplicaSet", "web-5d"], proxy: true, status: ip(1) }),
      pod("web-5d-2", { owner: ["ReplicaSet", "web-5d"], proxy: true, status: ip(2) }),
      pod("web-4c-1", { owner: ["ReplicaSet", "web-4c"], status: ip(3) }),
    ];
    for (const order of [objects, [...objects].reverse()]) {
      const mesh = read(...order);
      expect(refs(mesh)).toEqual(["Deployment ns/web", "Pod ns/web-4c-1"]);
      expect(mesh.workloads.map(({ podIps }) => podIps)).toEqual([["10.0.0.1", "10.0.0.2"], ["10.0.0.3"]]);
    }
  });

  test.each<[string, number[], string]>([
    ["most", [1, 2], "istio-proxy"],
    ["most of those that are ready", [1], "app"],
  ])("the owner is what %s of its pods show", (_, ready, last) => {
    const owner: [string, string] = ["ReplicaSet", "web-5d"];
    const status = (n: number) => ({
      ...ip(n),
      conditions: [{ type: "Ready", status: ready.includes(n) ? "True" : "False" }],
    });
    const mesh = read(
      deployment,
      pod("web-5d-1", { owner, proxy: ready.length > 1, status: status(1) }),
      pod("web-5d-2", { owner, proxy: true, status: status(2) }),
      pod("web-5d-3", { owner, proxy: ready.length === 1, status: status(3) }),
    );
    const web = mesh.workloads.find(({ ref }) => ref.kind === "Deployment");
    expect(web !== undefined && containersOf(web).at(-1)?.name).toBe(last);
  });

  test("Jobs of a CronJob, with their pods", () => {
    const mesh = read(
      workload("batch/v1", "CronJob", { jobTemplate: { spec: { template: {} } } }),
      owned("Job", "batch/v1", "web-29", ["CronJob", "web"]),
      pod("web-29-x", { owner: ["Job", "web-29"], status: ip(1) }),
    );
    expect(only(mesh)).toMatchObject({ ref: { kind: "CronJob" }, podIps: ["10.0.0.1"] });
  });

  test("pods of a StatefulSet", () => {
    const mesh = read(
      workload("apps/v1", "StatefulSet", { template: {} }),
      pod("web-0", { owner: ["StatefulSet", "web"], status: ip(1) }),
    );
    expect(only(mesh)).toMatchObject({ ref: { kind: "StatefulSet" }, podIps: ["10.0.0.1"] });
  });

  test("a pod of an owner that is not among the objects stays a pod", () => {
    expect(refs(read(pod("web-0", { owner: ["ReplicaSet", "other-5d"], status: ip(1) })))).toEqual(["Pod ns/web-0"]);
  });

  test("owners that go in a circle keep everything", () => {
    const circle = [
      owned("ReplicaSet", "apps/v1", "a", ["ReplicaSet", "b"]),
      owned("ReplicaSet", "apps/v1", "b", ["ReplicaSet", "a"]),
      owned("Job", "batch/v1", "self", ["Job", "self"]),
      pod("p", { owner: ["ReplicaSet", "a"], status: ip(1) }),
      pod("q", { owner: ["Pod", "q"], status: ip(2) }),
    ];
    const mesh = read(...circle);
    expect(refs(mesh)).toEqual(["ReplicaSet ns/a", "ReplicaSet ns/b", "Pod ns/q", "Job ns/self"]);
    expect(mesh.workloads.flatMap(({ podIps }) => podIps)).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  test("a Rollout borrows the template that it names", () => {
    const rollout = {
      ...workload("argoproj.io/v1alpha1", "Rollout", { workloadRef: { kind: "Deployment", name: "base" } }),
    };
    const base = {
      ...workload("apps/v1", "Deployment", { template, replicas: 0 }),
      metadata: { name: "base", namespace: "ns" },
    };
    const borrowed = read(rollout, base).workloads.find(({ ref }) => ref.kind === "Rollout");
    expect(borrowed).toMatchObject({ podLabels: { app: "web" }, serviceAccount: "web-account" });
  });
});

test("a WorkloadEntry is a workload at an address", () => {
  const mesh = read({
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadEntry",
    metadata: { name: "vm", namespace: "ns" },
    spec: { address: "192.168.0.7", labels: { app: "vm" }, serviceAccount: "vm", ports: { grpc: 7000 } },
  });
  expect(only(mesh)).toMatchObject({
    ref: { kind: "WorkloadEntry" },
    podLabels: { app: "vm" },
    podIps: ["192.168.0.7"],
    serviceAccount: "vm",
    entry: { address: "192.168.0.7", ports: { grpc: 7000 } },
  });
});
