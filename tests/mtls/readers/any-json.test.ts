import fc from "fast-check";
import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import { indexMesh } from "../../../policies/mtls/mesh-index";
import { serverAccepts } from "../../../policies/mtls/server/accepts";
import { namespaceMode } from "../../../policies/mtls/server/peer-authentication";

/** Objects that use every field the readers know; any of it is then replaced by anything. */
const SAMPLES: readonly unknown[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns", labels: { "istio-injection": "enabled" } } },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "otel", namespace: "ns", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: {
      replicas: 2,
      template: {
        metadata: {
          labels: { app: "otel", "sidecar.istio.io/inject": "true" },
          annotations: {
            "traffic.sidecar.istio.io/excludeInboundPorts": "4318",
            "proxy.istio.io/config": "interceptionMode: REDIRECT",
          },
        },
        spec: {
          hostNetwork: false,
          initContainers: [{ name: "init" }],
          containers: [
            {
              name: "app",
              image: "otelcol:1",
              ports: [{ name: "otlp", containerPort: 4317 }],
              env: [{ name: "A", value: "b" }],
              securityContext: { runAsUser: 5 },
            },
          ],
          volumes: [{ name: "v", configMap: { name: "c" } }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "otel-5d-x",
      namespace: "ns",
      labels: { app: "otel" },
      ownerReferences: [{ kind: "ReplicaSet", name: "otel-5d", controller: true }],
    },
    spec: { containers: [{ name: "app" }, { name: "istio-proxy" }] },
    status: { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }], conditions: [{ type: "Ready", status: "True" }] },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "otel", namespace: "ns", annotations: { "networking.istio.io/exportTo": "*" } },
    spec: {
      clusterIP: "10.1.0.1",
      selector: { app: "otel" },
      ports: [{ name: "grpc", port: 80, targetPort: "otlp", appProtocol: "grpc" }],
    },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "s", namespace: "ns", labels: { "kubernetes.io/service-name": "bare" } },
    endpoints: [{ addresses: ["10.0.0.1"], targetRef: { kind: "Pod", name: "p" }, conditions: { ready: true } }],
    ports: [{ name: "grpc", port: 4317 }],
  },
  { apiVersion: "v1", kind: "Service", metadata: { name: "bare", namespace: "ns" }, spec: { ports: [{ port: 1 }] } },
  {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "a", namespace: "ns" },
    spec: {
      selector: { matchLabels: { app: "otel" } },
      mtls: { mode: "STRICT" },
      portLevelMtls: { "4317": { mode: "PERMISSIVE" } },
    },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "a", namespace: "ns" },
    spec: {
      host: "otel",
      exportTo: ["*"],
      trafficPolicy: {
        tls: { mode: "SIMPLE" },
        portLevelSettings: [{ port: { number: 80 }, tls: { mode: "DISABLE" } }],
      },
      subsets: [{ name: "v1", labels: { a: "b" }, trafficPolicy: {} }],
    },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "Sidecar",
    metadata: { name: "a", namespace: "ns" },
    spec: {
      workloadSelector: { labels: { app: "otel" } },
      egress: [{ hosts: ["./*"], port: { number: 1 } }],
      ingress: [{ port: { number: 4317, protocol: "GRPC" } }],
    },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "a", namespace: "ns" },
    spec: {
      hosts: ["otel"],
      http: [{ match: [{ port: 1 }], route: [{ destination: { host: "otel", port: { number: 1 } } }] }],
    },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "a", namespace: "ns" },
    spec: {
      hosts: ["x"],
      ports: [{ number: 1, name: "grpc", protocol: "GRPC" }],
      workloadSelector: { labels: { app: "otel" } },
      endpoints: [{ address: "1.1.1.1", ports: { grpc: 2 } }],
    },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadEntry",
    metadata: { name: "vm", namespace: "ns" },
    spec: { address: "10.9.0.1", labels: { app: "otel" }, ports: { grpc: 7 } },
  },
  {
    apiVersion: "opentelemetry.io/v1beta1",
    kind: "OpenTelemetryCollector",
    metadata: { name: "o", namespace: "ns" },
    spec: {
      config: {
        receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } },
        service: { pipelines: { traces: { receivers: ["otlp"] } } },
      },
      ports: [{ port: 1, name: "a" }],
      args: { a: "b" },
    },
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system" },
    data: { mesh: "enableAutoMtls: true\nextensionProviders: [{ name: a, opentelemetry: { port: 1 } }]" },
  },
  {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { namespace: "mesh" },
    spec: {
      revision: "canary",
      meshConfig: { enableAutoMtls: false },
      values: { global: { proxy: { autoInject: "enabled" } }, sidecarInjectorWebhook: { neverInjectSelector: [] } },
    },
  },
];

/** All places in a value, the value itself first. */
const placesIn = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === "object" && value !== null
    ? [at, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))]
    : [at];

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === key ? replaced(item, rest, by) : (item as unknown)));
  const map = value as Record<string, unknown>;
  return { ...map, [key]: replaced(map[key], rest, by) };
};

const PLACES = SAMPLES.flatMap((sample, at) => placesIn(sample).map((place) => ({ at, place })));

/** The sample objects, some places of them replaced. */
const withReplacements = (changes: readonly { readonly where: number; readonly by: unknown }[]): unknown[] =>
  changes.reduce<unknown[]>(
    (objects, { where, by }) => {
      const { at, place } = PLACES[where % PLACES.length] ?? { at: 0, place: [] };
      const isThere = placesIn(objects[at]).some((known) => known.join("\n") === place.join("\n"));
      return isThere ? objects.map((object, index) => (index === at ? replaced(object, place, by) : object)) : objects;
    },
    [...SAMPLES],
  );

/** Everything the server's side can be asked about a mesh. */
function askAll(objects: readonly unknown[]): unknown {
  const mesh = readMesh(objects.map((object) => ({ object })));
  const index = indexMesh(mesh);
  return {
    mesh: { ...mesh, workloads: mesh.workloads.map(({ ref, podLabels, podIps }) => ({ ref, podLabels, podIps })) },
    answers: mesh.workloads.map((workload) =>
      [4317, 80].map((port) => serverAccepts(index, workload, port, { serverSpeaks: "plaintext", protocol: "grpc" })),
    ),
    endpoints: mesh.services.map((service) =>
      typeof service.ports === "symbol"
        ? []
        : service.ports.map((port) =>
            index.endpointsOf(service, port).map(({ workload, targetPort, certain, ready }) => ({
              workload: workload?.ref,
              targetPort,
              certain,
              ready,
            })),
          ),
    ),
    namespaces: ["ns", "istio-system"].map((namespace) => namespaceMode(index, namespace).mode),
  };
}

const anything = fc.oneof(
  fc.constant(UNKNOWN),
  fc.constantFrom("", "STRICT", "ns", "*", "__proto__", 0, 80, 4317, -1, 1e99, true, null, {}, []),
  fc.anything({ withDate: true, maxDepth: 2 }),
  fc.jsonValue({ maxDepth: 3 }),
);
const changes = fc.array(fc.record({ where: fc.nat(), by: anything }), { minLength: 1, maxLength: 4 });

describe("any value in any field", () => {
  test("the samples themselves are read without a problem", () => {
    expect(readMesh(SAMPLES.map((object) => ({ object }))).problems).toEqual([]);
    expect(PLACES.length).toBeGreaterThan(250);
  });

  test("every place in turn may be unknown, a number or a map", () => {
    for (let where = 0; where < PLACES.length; where += 1)
      for (const by of [UNKNOWN, 5, { a: UNKNOWN }])
        expect(() => askAll(withReplacements([{ where, by }]))).not.toThrow();
  });

  test("gives a value, UNKNOWN or a listed problem, never a throw", () => {
    fc.assert(
      fc.property(changes, (made) => void askAll(withReplacements(made))),
      { numRuns: 100 },
    );
  });

  test.each<[string, (inner: unknown) => unknown]>([
    ["lists", (inner) => [inner]],
    ["maps", (inner) => ({ ports: inner })],
  ])("a hundred thousand %s inside each other", (_, around) => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = around(deep);
    for (const sample of SAMPLES as readonly Record<string, unknown>[]) {
      const hostile = { ...sample, spec: deep, ports: deep, endpoints: deep };
      const nameless = { ...hostile, metadata: { ...(sample["metadata"] as object), name: UNKNOWN } };
      const patch = { ...hostile, kind: `${String(sample["kind"])}Patch`, more: true };
      expect(() => askAll([hostile, { ...hostile, more: true }, nameless, patch])).not.toThrow();
    }
  });

  test("documents that are anything at all", () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (objects) => void askAll(objects)),
      { numRuns: 100 },
    );
  });

  test("and the order of the objects never matters", () => {
    const shuffled = changes.chain((made) => {
      const objects = withReplacements(made);
      return fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length }));
    });
    fc.assert(
      fc.property(shuffled, ([given, other]) => expect(askAll(other)).toEqual(askAll(given))),
      { numRuns: 100 },
    );
  });
});
