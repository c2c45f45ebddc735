import { isUnknown, UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Mesh, Service } from "../../../policies/mtls/mesh";
import { describeRef } from "../../../policies/mtls/objects";

const read = (...objects: unknown[]): Mesh => readMesh(objects.map((object) => ({ object })));

const CONFIG = {
  receivers: {
    otlp: { protocols: { grpc: null, http: { endpoint: "${env:MY_POD_IP}:14318" } } },
    "zipkin/edge": {},
    redis: { endpoint: "redis:6379" },
    custom: { endpoint: "0.0.0.0:7000" },
    jaeger: { protocols: { grpc: {} } },
    statsd: null,
  },
  exporters: { prometheus: { endpoint: "0.0.0.0:8889" }, otlp: { endpoint: "tempo:4317" } },
  service: {
    telemetry: { metrics: { address: "0.0.0.0:8877" } },
    pipelines: {
      traces: { receivers: ["otlp", "zipkin/edge", "redis", "custom", "statsd"], exporters: ["otlp"] },
      metrics: { receivers: ["otlp"], exporters: ["prometheus"] },
    },
  },
};

const collector = (spec: unknown, version = "v1beta1") => ({
  apiVersion: `opentelemetry.io/${version}`,
  kind: "OpenTelemetryCollector",
  metadata: { name: "otel", namespace: "ns", labels: { team: "a" }, annotations: { "from/resource": "1" } },
  spec,
});

const portsOf = ({ ports }: Service): unknown =>
  isUnknown(ports)
    ? ports
    : ports.map(
        ({ name, port, appProtocol, protocol }) =>
          `${name} ${String(port)} ${appProtocol?.toString() ?? ""} ${protocol}`,
      );

const services = (mesh: Mesh) =>
  Object.fromEntries(mesh.services.map((service) => [service.ref.name, portsOf(service)]));

const PORTS = [
  "custom 7000  TCP",
  "otlp-grpc 4317 grpc TCP",
  "otlp-http 14318 http TCP",
  "prometheus 8889  TCP",
  "statsd 8125  UDP",
  "zipkin-edge 9411 http TCP",
];

describe("an OpenTelemetryCollector", () => {
  const mesh = read(collector({ config: CONFIG, podAnnotations: { own: "2" } }));

  test("becomes a workload that its Services select", () => {
    expect(mesh.problems).toEqual([]);
    expect(mesh.workloads).toMatchObject([
      {
        ref: { kind: "Deployment", namespace: "ns", name: "otel-collector" },
        podAnnotations: { "from/resource": "1", own: "2" },
        serviceAccount: "otel-collector",
      },
    ]);
    const labels = mesh.workloads[0]?.podLabels;
    expect(labels).toMatchObject({ team: "a", "app.kubernetes.io/name": "otel-collector" });
    for (const { selector } of mesh.services) expect(labels).toMatchObject(selector as object);
  });

  test("opens the ports of what its pipelines use, and of nothing else", () => {
    expect(services(mesh)).toEqual({
      "otel-collector": PORTS,
      "otel-collector-headless": PORTS,
      "otel-collector-monitoring": ["monitoring 8877  TCP"],
    });
    expect(mesh.services.map(({ headless }) => headless)).toEqual([false, true, false]);
  });

  test("reads the same from the text of v1alpha1", () => {
    const text = JSON.stringify(CONFIG);
    expect(services(read(collector({ config: text }, "v1alpha1")))).toEqual(services(mesh));
  });

  test("puts its own ports first and renames what collides", () => {
    const ports = [
      { name: "otlp-http", port: 9000 },
      { name: "grpc", port: 4317 },
    ];
    expect(services(read(collector({ config: CONFIG, ports })))["otel-collector"]).toEqual([
      "otlp-http 9000  TCP",
      "grpc 4317  TCP",
      ...PORTS.filter((port) => !port.startsWith("otlp-grpc")).map((port) => port.replace("otlp-http", "port-14318")),
    ]);
  });

  test.each([
    ["daemonset", "DaemonSet"],
    ["statefulset", "StatefulSet"],
    [undefined, "Deployment"],
  ])("of mode %s is a %s", (mode, kind) => {
    expect(read(collector({ mode, config: CONFIG })).workloads.map(({ ref }) => ref.kind)).toEqual([kind]);
  });

  test("of mode sidecar is nothing of its own", () => {
    const none = read(collector({ mode: "sidecar", config: CONFIG }));
    expect([none.workloads, none.services]).toEqual([[], []]);
  });

  test("without a receiver has no Service but the one for monitoring", () => {
    expect(Object.keys(services(read(collector({ config: {} }))))).toEqual(["otel-collector-monitoring"]);
  });

  test("with an unknown configuration has unknown ports", () => {
    const unknown = read(collector({ config: UNKNOWN }));
    expect(services(unknown)["otel-collector"]).toBe(UNKNOWN);
    expect(unknown.workloads[0]?.containers).toMatchObject([{ name: "otc-container", ports: UNKNOWN }]);
  });

  test("whose text is no YAML is a problem", () => {
    const broken = read(collector({ config: "receivers: [" }, "v1alpha1"));
    expect(broken.problems).toMatchObject([{ object: "OpenTelemetryCollector ns/otel", path: "spec.config" }]);
    expect(services(broken)["otel-collector"]).toBe(UNKNOWN);
  });

  test("gives way to what the operator has really made", () => {
    const made = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "otel-collector", namespace: "ns" },
      spec: { template: { metadata: { labels: { real: "yes" } } } },
    };
    const real = read(collector({ config: CONFIG }), made);
    expect(real.problems).toEqual([]);
    expect(real.workloads.map(({ ref, podLabels }) => [describeRef(ref), podLabels])).toEqual([
      ["Deployment ns/otel-collector", { real: "yes" }],
    ]);
  });
});
