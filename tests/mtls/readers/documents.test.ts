import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Mesh } from "../../../policies/mtls/mesh";
import { describeRef } from "../../../policies/mtls/objects";

const service = (name: string, more: object = {}): Record<string, unknown> => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "ns" },
  ...more,
});

const read = (...objects: unknown[]): Mesh => readMesh(objects.map((object) => ({ object })));
const serviceNames = (mesh: Mesh): string[] => mesh.services.map(({ ref }) => ref.name);
const errors = ({ problems }: Mesh): string[] =>
  problems.map(({ object, path, message }) => `${object} [${path}] ${message}`);

describe("documents", () => {
  test.each<[string, unknown[], number]>([
    ["without apiVersion and kind are skipped and counted", [{ replicas: 1 }, "text", 5, [1], true], 5],
    ["that are empty are not even counted", [null, undefined], 0],
    ["of other tools, which have a kind alone, are skipped", [{ kind: "values", a: 1 }], 1],
    [
      "of other tools, which have a type and no name, are skipped",
      [
        { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: ["a.yaml"] },
        { apiVersion: "kind.x-k8s.io/v1alpha4", kind: "Cluster", metadata: {} },
        { apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator", metadata: { namespace: "istio-system" } },
      ],
      3,
    ],
  ])("%s", (_, objects, skipped) => {
    const mesh = read(...objects);
    expect(mesh.counts).toEqual({ objects: 0, skipped });
    expect(mesh.problems).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["no apiVersion", { kind: "Service", metadata: { name: "a" } }, "an object [apiVersion] apiVersion is missing"],
    ["no kind", { apiVersion: "v1", metadata: { name: "a" } }, "an object [kind] kind is missing"],
    ["a kind that is no text", { apiVersion: "v1", kind: 5, metadata: {} }, "an object [kind] kind is no string"],
    [
      "an unknown kind",
      { apiVersion: "v1", kind: UNKNOWN, metadata: {} },
      "an object [kind] kind is not known, so nothing can be said about the object",
    ],
    [
      "an unknown list",
      { apiVersion: "v1", kind: "List", items: UNKNOWN },
      "an object [items] the items of the List are not known",
    ],
  ])("that look like objects but have %s are a problem", (_, object, expected) => {
    expect(errors(read(object))).toEqual([expected]);
  });

  test.each([
    ["v1", "Pod"],
    ["security.istio.io/v1", "PeerAuthentication"],
    ["monitoring.coreos.com/v1", "PodMonitor"],
  ])("a nameless object that could decide something is a problem: %s %s", (apiVersion, kind) => {
    expect(errors(read({ apiVersion, kind, metadata: {} }))).toEqual([
      `${kind} default/<unknown> [metadata.name] metadata.name is missing`,
    ]);
  });

  test("lists give their items, in lists of lists and with the type that the list says", () => {
    const mesh = read(
      {
        apiVersion: "v1",
        kind: "List",
        items: [service("a"), { apiVersion: "v1", kind: "List", items: [service("b")] }],
      },
      { apiVersion: "v1", kind: "ServiceList", items: [{ metadata: { name: "c", namespace: "ns" } }, service("d")] },
    );
    expect(serviceNames(mesh)).toEqual(["a", "b", "c", "d"]);
    expect(mesh.counts).toEqual({ objects: 4, skipped: 0 });
  });

  test("ten thousand lists inside each other are read", () => {
    let nested: unknown = service("deep");
    for (let depth = 0; depth < 10_000; depth += 1) nested = { apiVersion: "v1", kind: "List", items: [nested] };
    expect(serviceNames(read(nested))).toEqual(["deep"]);
  });

  test("of any version of an API group are read alike; the same kind of another group is another kind", () => {
    const authentication = (version: string) => ({
      apiVersion: `security.istio.io/${version}`,
      kind: "PeerAuthentication",
      metadata: { name: version, namespace: "ns" },
      spec: { mtls: { mode: "STRICT" } },
    });
    const mesh = read(
      ...["v1", "v1beta1", "v1alpha1"].map(authentication),
      { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "g", namespace: "ns" } },
      { apiVersion: "serving.knative.dev/v1", kind: "Service", metadata: { name: "s", namespace: "ns" } },
    );
    expect(mesh.peerAuthentications.map(({ mode }) => mode)).toEqual(["STRICT", "STRICT", "STRICT"]);
    expect([mesh.gateways, mesh.services]).toEqual([[], []]);
    expect(mesh.others.map(({ ref }) => describeRef(ref))).toEqual(["Gateway ns/g", "Service ns/s"]);
  });
});

describe("names", () => {
  test("a missing name is a problem", () => {
    expect(errors(read({ apiVersion: "v1", kind: "Service", metadata: { namespace: "ns" } }))).toEqual([
      "Service ns/<unknown> [metadata.name] metadata.name is missing",
    ]);
  });

  test("an unknown or generated name is none, and never the same object twice", () => {
    const mesh = read(
      service("a", { metadata: { name: UNKNOWN, namespace: "ns" }, spec: { clusterIP: "10.0.0.1" } }),
      service("a", { metadata: { name: UNKNOWN, namespace: "ns" }, spec: { clusterIP: "10.0.0.2" } }),
      service("a", { metadata: { generateName: "a-", namespace: "ns" } }),
      service("a", { metadata: UNKNOWN }),
    );
    expect(mesh.problems).toEqual([]);
    expect(mesh.services.map(({ ref }) => describeRef(ref))).toEqual([
      "Service <unknown>/<unknown>",
      "Service ns/<unknown>",
      "Service ns/<unknown>",
      "Service ns/a-<unknown>",
    ]);
  });

  test("an object without a namespace is in default, which is said", () => {
    const mesh = read({ apiVersion: "v1", kind: "Service", metadata: { name: "a" } });
    expect(mesh.services.map(({ ref }) => ref.namespace)).toEqual(["default"]);
    expect(mesh.assumptions).toContain("objects that name no namespace are in the namespace default");
    expect(read(service("a")).assumptions).not.toContain("objects that name no namespace are in the namespace default");
  });
});

describe("the same object twice", () => {
  test("counts once with the same content, whatever the API server noted meanwhile", () => {
    const noted = {
      name: "a",
      namespace: "ns",
      resourceVersion: "5",
      generation: 2,
      managedFields: [{ manager: "kubectl" }],
    };
    const mesh = read(service("a"), { ...service("a"), metadata: noted });
    expect(mesh.counts.objects).toBe(1);
    expect(mesh.problems).toEqual([]);
  });

  test("is a problem with different content, also of another version of the group", () => {
    const rule = (version: string, mode: string) => ({
      apiVersion: `networking.istio.io/${version}`,
      kind: "DestinationRule",
      metadata: { name: "a", namespace: "ns" },
      spec: { host: "b", trafficPolicy: { tls: { mode } } },
    });
    expect(read(rule("v1", "SIMPLE"), rule("v1beta1", "SIMPLE")).problems).toEqual([]);
    for (const objects of [
      [rule("v1", "SIMPLE"), rule("v1beta1", "DISABLE")],
      [rule("v1beta1", "DISABLE"), rule("v1", "SIMPLE")],
    ]) {
      const mesh = read(...objects);
      expect(errors(mesh)).toEqual([
        "DestinationRule ns/a [] DestinationRule ns/a is given 2 times with different content; give it once",
      ]);
      expect(mesh.destinationRules).toHaveLength(1);
    }
  });

  test("a patch is laid over the whole object, in any order", () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns", labels: { team: "a" } } };
    const patch = {
      apiVersion: "v1",
      kind: "NamespacePatch",
      metadata: { name: "ns", labels: { "istio-injection": "enabled" } },
    };
    for (const objects of [
      [namespace, patch],
      [patch, namespace],
    ]) {
      const mesh = read(...objects);
      expect(mesh.problems).toEqual([]);
      expect(mesh.namespaces.get("ns")?.labels).toEqual({ team: "a", "istio-injection": "enabled" });
    }
  });

  test("a patch merges containers by name", () => {
    const deployment = (kind: string, container: object) => ({
      apiVersion: "apps/v1",
      kind,
      metadata: { name: "web", namespace: "ns" },
      spec: { template: { spec: { containers: [container] } } },
    });
    const mesh = read(
      deployment("Deployment", { name: "app", image: "web:1", args: ["a"] }),
      deployment("DeploymentPatch", { name: "app", image: "web:2" }),
      deployment("DeploymentPatch", { name: "sidekick", image: "kick:1" }),
    );
    const [web] = mesh.workloads;
    expect(
      web !== undefined &&
        typeof web.containers !== "symbol" &&
        web.containers.map(({ name, image, args }) => [name, image, args]),
    ).toEqual([
      ["app", "web:2", ["a"]],
      ["sidekick", "kick:1", []],
    ]);
  });

  test("a patch alone counts as the object, and that is said", () => {
    const mesh = read({ apiVersion: "v1", kind: "NamespacePatch", metadata: { name: "ns", labels: { a: "b" } } });
    expect(mesh.namespaces.get("ns")?.labels).toEqual({ a: "b" });
    expect(mesh.assumptions).toContain("Namespace ns: what its patch does not set is taken as not set");
  });
});
