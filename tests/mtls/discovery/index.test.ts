import fc from "fast-check";
import { dump, loadAll } from "js-yaml";
import { discover, discoverFlows, isCollector, otlpEndpoints, otlpPorts } from "../../../policies/mtls/discovery";
import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import { configMap, deployment, meshOf, showFlow } from "./mesh-of";

/** One of everything that reveals a flow. */
const ESTATE = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
${deployment(
  `image: app
ports: [{ name: web, containerPort: 8080 }]
env:
  - { name: JAVA_TOOL_OPTIONS, value: "-javaagent:/otel/opentelemetry-javaagent-2.11.0.jar" }
  - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel-collector.obs:4317" }
  - { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: grpc }`,
  { annotations: `{ prometheus.io/scrape: "true", prometheus.io/port: "8080" }` },
)}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: otel-collector, namespace: obs }
spec:
  selector: { matchLabels: { app: otel } }
  template:
    metadata: { labels: { app: otel } }
    spec:
      volumes: [{ name: c, configMap: { name: otel } }]
      containers:
        - { name: otel, image: "otelcol:1", args: ["--config=/c/config.yaml"], volumeMounts: [{ name: c, mountPath: /c }] }
${configMap(
  "otel",
  "config.yaml",
  `receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } }
exporters: { otlp: { endpoint: "tempo.obs:4317" } }
service: { pipelines: { traces: { receivers: [otlp], exporters: [otlp] } } }`,
  "obs",
)}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: prometheus, namespace: obs }
spec: { selector: { matchLabels: { app: p } }, template: { metadata: { labels: { app: p } }, spec: { containers: [{ name: p, image: prom/prometheus }] } } }
${configMap("istio", "mesh", `extensionProviders: [{ name: otel, opentelemetry: { service: otel-collector.obs.svc.cluster.local, port: 4317 } }]`, "istio-system")}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: default, namespace: istio-system }
spec: { tracing: [{ providers: [{ name: otel }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { selector: { app: app }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: app, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [public], http: [{ route: [{ destination: { host: web, port: { number: 80 } } }] }] }`;

const OBJECTS: readonly unknown[] = loadAll(ESTATE);
const meshFrom = (objects: readonly unknown[]) => readMesh(objects.map((object) => ({ object })));

describe("every way in", () => {
  test("one of everything", () => {
    const { flows, undiscovered } = discover(meshOf(ESTATE));
    expect(flows.map(showFlow)).toEqual([
      "obs/Deployment/otel-collector -> tempo.obs:4317 grpc tls",
      "obs/Deployment/prometheus -> pod:shop/Deployment/app:15020 http",
      "shop/Deployment/app -> otel-collector.obs:4317 grpc",
      "shop/Deployment/app -> otel-collector.obs.svc.cluster.local:4317 grpc",
      "shop/Deployment/app -> web.shop.svc.cluster.local:80 http",
    ]);
    expect(undiscovered.map(({ object, path }) => `${object} ${path}`)).toEqual([
      "Telemetry istio-system/default spec.tracing[0].providers",
    ]);
  });

  test("the same answer for the same mesh, worked out once", () => {
    const mesh = meshOf(ESTATE);
    expect(discover(mesh)).toBe(discover(mesh));
    expect(discoverFlows(mesh)).toBe(discover(mesh).flows);
  });

  test("the order of the objects never shows", () => {
    const expected = discover(meshFrom(OBJECTS));
    fc.assert(
      fc.property(fc.shuffledSubarray([...OBJECTS], { minLength: OBJECTS.length }), (objects) => {
        expect(discover(meshFrom(objects))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test("a flow that two fields reveal is one, with the first of them", () => {
    const twice = `env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel:4318" }]`;
    const yaml = `${deployment(twice)}\n        - { name: second, image: app, ${twice} }`;
    expect(otlpEndpoints(meshOf(yaml))).toHaveLength(2);
    expect(discoverFlows(meshOf(yaml)).map(({ origin }) => origin.path)).toEqual([
      "spec.template.spec.containers[0].env[0].value",
    ]);
  });

  test("flows that differ in TLS or protocol are two", () => {
    const yaml = deployment(
      `env: [{ name: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, value: "https://otel:4318" }, { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel:4318" }]`,
    );
    expect(discoverFlows(meshOf(yaml)).map(showFlow)).toEqual([
      "shop/Deployment/app -> otel:4318 http",
      "shop/Deployment/app -> otel:4318 http tls",
    ]);
  });

  test("an empty mesh reveals nothing", () => {
    expect(discover(meshOf(""))).toEqual({ flows: [], undiscovered: [] });
  });
});

type Path = readonly (string | number)[];

/** Every place in an object but its type and name, which say what it is. */
function places(value: unknown, path: Path = []): readonly Path[] {
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => places(item, [...path, index]))
    : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))
      : [];
  const isIdentity = path.length === 0 || path[0] === "kind" || path[0] === "apiVersion" || path[0] === "metadata";
  return isIdentity ? below.filter((at) => at[0] !== "metadata") : [path, ...below];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, by) : item));
  return { ...(value as Record<string, unknown>), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}

const CASES = OBJECTS.flatMap((object, at) => places(object).map((path) => ({ at, path })));

/** The estate with the value at one place replaced, the YAML inside ConfigMaps included. */
const estateWith = ({ at, path }: { at: number; path: Path }, by: unknown) =>
  meshFrom(OBJECTS.map((object, index) => (index === at ? replaced(object, path, by) : object)));

describe("names that every object inherits mean nothing", () => {
  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("%s", (name) => {
    const app = deployment(`env:
  - { name: OTEL_TRACES_EXPORTER, value: ${name} }
  - { name: OTEL_METRICS_EXPORTER, value: ${name} }
  - { name: OTEL_LOGS_EXPORTER, valueFrom: { configMapKeyRef: { name: otel, key: ${name}, optional: true } } }
  - { name: LABEL, valueFrom: { fieldRef: { fieldPath: "metadata.labels['${name}']" } } }
  - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "${name}://otel$(LABEL):1" }`);
    const config = `receivers: { "${name}": { endpoint: "0.0.0.0:1" } }
exporters: { "${name}": { endpoint: "a:1" } }
service: { pipelines: { traces: { receivers: ["${name}"], exporters: ["${name}"] } } }`;
    const collector = deployment(
      `image: "otelcol:1"\nargs: ["--config=/c/otel"]\nvolumeMounts: [{ name: c, mountPath: /c }]`,
      {
        pod: "volumes: [{ name: c, configMap: { name: otel } }]",
      },
    ).replace("name: app, namespace", "name: collector, namespace");
    const mesh = meshOf(`${app}\n---\n${collector}\n${configMap("otel", "otel", config)}`);
    expect(discover(mesh)).toEqual({
      flows: [],
      undiscovered: [
        expect.objectContaining({ reason: expect.stringContaining(`its scheme is "${name.toLowerCase()}"`) }),
      ],
    });
    for (const workload of mesh.workloads) expect(otlpPorts(mesh, workload)).toEqual([]);
  });
});

describe("what is not known, anywhere", () => {
  const known = new Set(discoverFlows(meshFrom(OBJECTS)).map(showFlow));
  // A collector whose configuration is not known, or whose arguments are, says nothing of its exporters; a pod without known labels
  // is not selected: flows disappear, and none may come.
  test.each(CASES.map((place) => [`${place.at} ${place.path.join(".")}`, place] as const))("%s", (_, place) => {
    const mesh = estateWith(place, UNKNOWN);
    const flows = discoverFlows(mesh).map((flow) => showFlow(flow).replace(" ?", " grpc"));
    const made = flows.filter((flow) => !known.has(flow));
    expect(made).toEqual([]);
  });

  test("any JSON in any field: no throw", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CASES), fc.jsonValue(), (place, value) => {
        const mesh = estateWith(place, value);
        expect(Array.isArray(discover(mesh).flows)).toBe(true);
        for (const workload of mesh.workloads)
          expect([isCollector(mesh, workload), otlpPorts(mesh, workload)]).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });

  test("any configuration of a collector: no throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("receivers", "exporters", "service"), (value, section) => {
        const config = {
          receivers: { otlp: {} },
          exporters: { otlp: {}, loadbalancing: {}, otlphttp: {} },
          [section]: value,
        };
        const used = {
          pipelines: {
            traces: { receivers: ["otlp", "prometheus"], exporters: ["otlp", "loadbalancing", "otlphttp"] },
          },
        };
        const text = dump({ service: used, ...config });
        const objects = OBJECTS.map((object) =>
          JSON.stringify(object).includes(`"config.yaml":`) ? replaced(object, ["data", "config.yaml"], text) : object,
        );
        expect(Array.isArray(discover(meshFrom(objects)).undiscovered)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
