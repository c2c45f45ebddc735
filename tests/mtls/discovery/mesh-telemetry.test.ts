import { meshTelemetryFlows } from "../../../policies/mtls/discovery/mesh-telemetry";
import { configMap, meshOf, showFlow, showUnknown } from "./mesh-of";

const PROVIDERS = `extensionProviders:
  - name: otel
    opentelemetry: { service: otel-collector.obs.svc.cluster.local, port: 4317 }
  - name: otel-http
    opentelemetry: { service: obs/otel-collector.obs.svc.cluster.local, port: 4318, http: { path: /v1/traces } }
  - name: als
    envoyOtelAls: { service: logs.obs.svc.cluster.local, port: 4317 }
  - name: zipkin
    zipkin: { service: zipkin.obs.svc.cluster.local, port: 9411 }
  - name: file
    envoyFileAccessLog: { path: /dev/stdout }`;
const mesh = (more = "", config = PROVIDERS): string =>
  `${configMap("istio", "mesh", `${config}\n${more}`, "istio-system")}`;
const namespace = (name: string, injected = true): string =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { istio-injection: ${injected ? "enabled" : "disabled"} } }`;
const app = (name: string, inNamespace: string): string =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: ${inNamespace} }\nspec: { selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: c, image: i }] } } }`;
const telemetry = (spec: string, name = "t", inNamespace = "istio-system"): string =>
  `---\napiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: ${name}, namespace: ${inNamespace} }\nspec: ${spec}`;

const APPS = [
  namespace("a"),
  app("one", "a"),
  app("two", "a"),
  namespace("b"),
  app("three", "b"),
  namespace("c", false),
  app("four", "c"),
].join("\n");

const found = (...documents: string[]) => {
  const { flows, undiscovered } = meshTelemetryFlows(meshOf([APPS, ...documents].join("\n")));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};
const to = (target: string, ...clients: string[]): string[] => clients.map((client) => `${client} -> ${target}`);
const OTEL = "otel-collector.obs.svc.cluster.local:4317 grpc";
const ONE = "a/Deployment/one";
const TWO = "a/Deployment/two";
const THREE = "b/Deployment/three";

describe("flows of the proxies themselves", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["nothing is chosen", [mesh()], []],
    [
      "the whole mesh, for pods with a proxy",
      [mesh(), telemetry("{ tracing: [{ providers: [{ name: otel }] }] }")],
      to(OTEL, ONE, TWO, THREE),
    ],
    [
      "names are compared without case",
      [mesh(), telemetry("{ tracing: [{ providers: [{ name: OTel }] }] }")],
      to(OTEL, ONE, TWO, THREE),
    ],
    ["a default provider", [mesh("defaultProviders: { tracing: [otel] }")], to(OTEL, ONE, TWO, THREE)],
    ["one namespace", [mesh(), telemetry("{ tracing: [{ providers: [{ name: otel }] }] }", "t", "b")], to(OTEL, THREE)],
    [
      "one workload",
      [
        mesh(),
        telemetry("{ selector: { matchLabels: { app: two } }, tracing: [{ providers: [{ name: otel }] }] }", "t", "a"),
      ],
      to(OTEL, TWO),
    ],
    [
      "the nearest one counts",
      [
        mesh("defaultProviders: { tracing: [otel] }"),
        telemetry("{ tracing: [{ providers: [{ name: zipkin }] }] }", "t", "b"),
      ],
      [...to(OTEL, ONE, TWO), ...to("zipkin.obs.svc.cluster.local:9411 http", THREE)],
    ],
    [
      "OTLP over HTTP, with a namespace before the host",
      [mesh(), telemetry("{ tracing: [{ providers: [{ name: otel-http }] }] }", "t", "b")],
      to("otel-collector.obs.svc.cluster.local:4318 http", THREE),
    ],
    [
      "spans are switched off",
      [
        mesh("defaultProviders: { tracing: [otel] }"),
        telemetry("{ tracing: [{ disableSpanReporting: true }] }", "t", "a"),
      ],
      to(OTEL, THREE),
    ],
    [
      "only the first of a list is used",
      [mesh(), telemetry("{ tracing: [{ providers: [{ name: zipkin }, { name: otel }] }] }", "t", "b")],
      to("zipkin.obs.svc.cluster.local:9411 http", THREE),
    ],
    [
      "one provider for calls, one for answers",
      [
        mesh(),
        telemetry(
          "{ tracing: [{ match: { mode: CLIENT }, providers: [{ name: otel }] }, { match: { mode: SERVER }, providers: [{ name: zipkin }] }] }",
          "t",
          "b",
        ),
      ],
      [...to("zipkin.obs.svc.cluster.local:9411 http", THREE), ...to(OTEL, THREE)],
    ],
    [
      "access logs",
      [mesh(), telemetry("{ accessLogging: [{ providers: [{ name: als }, { name: file }] }] }", "t", "b")],
      to("logs.obs.svc.cluster.local:4317 grpc", THREE),
    ],
    [
      "access logs that are switched off",
      [
        mesh("defaultProviders: { accessLogging: [als] }"),
        telemetry("{ accessLogging: [{ disabled: true }] }", "t", "a"),
      ],
      to("logs.obs.svc.cluster.local:4317 grpc", THREE),
    ],
    [
      "access logs that the namespace names anew",
      [
        mesh("defaultProviders: { accessLogging: [als] }"),
        telemetry("{ accessLogging: [{ providers: [{ name: file }] }] }", "t", "a"),
      ],
      to("logs.obs.svc.cluster.local:4317 grpc", THREE),
    ],
    [
      "what Prometheus scrapes is no flow of the proxy",
      [
        mesh(),
        telemetry(
          "{ metrics: [{ providers: [{ name: prometheus }] }], tracing: [{ providers: [{ name: prometheus }] }] }",
        ),
      ],
      [],
    ],
    [
      "of two for a namespace the older counts",
      [
        mesh(),
        telemetry("{ tracing: [{ providers: [{ name: otel }] }] }", "a", "b"),
        telemetry("{ tracing: [{ providers: [{ name: zipkin }] }] }", "b", "b"),
      ],
      to(OTEL, THREE),
    ],
    [
      "one for a waypoint concerns no workload",
      [
        mesh(),
        telemetry("{ targetRefs: [{ kind: Gateway, name: w }], tracing: [{ providers: [{ name: otel }] }] }", "t", "b"),
      ],
      [],
    ],
  ])("%s", (_, documents, expected) => {
    const { flows, unknown } = found(...documents);
    expect({ flows: [...flows].sort(), unknown }).toEqual({ flows: [...expected].sort(), unknown: [] });
  });

  test("the field that chose it is named", () => {
    const origins = (...documents: string[]) =>
      meshTelemetryFlows(meshOf([APPS, ...documents].join("\n"))).flows.map(({ origin }) => origin);
    expect(origins(mesh(), telemetry("{ tracing: [{ providers: [{ name: otel }] }] }", "t", "b"))).toEqual([
      { object: "Telemetry b/t", path: "spec.tracing[0].providers" },
    ]);
    expect(origins(mesh("defaultProviders: { tracing: [otel] }"))[0]).toEqual({
      object: "ConfigMap istio-system/istio",
      path: "data.mesh#defaultProviders.tracing",
    });
  });

  test.each<[string, readonly string[], string]>([
    [
      "a provider that MeshConfig does not have",
      [mesh(), telemetry("{ tracing: [{ providers: [{ name: jaeger }] }] }")],
      `no extension provider of MeshConfig is called "jaeger"`,
    ],
    [
      "providers that are not known",
      [mesh(), telemetry(`{ tracing: "?unknown?" }`)],
      "Telemetry istio-system/t spec.tracing: its providers are not known yet",
    ],
    [
      "a host that Istio does not find",
      [
        mesh(
          "",
          PROVIDERS.replace("otel-collector.obs.svc.cluster.local, port: 4317", "otel-collector.obs, port: 4317"),
        ),
        telemetry("{ tracing: [{ providers: [{ name: otel }] }] }"),
        "---\napiVersion: v1\nkind: Service\nmetadata: { name: otel-collector, namespace: obs }\nspec: { ports: [{ port: 4317 }] }",
      ],
      `"otel-collector.obs" is no full host name`,
    ],
    [
      "a provider without a port",
      [
        mesh("", PROVIDERS.replace(", port: 4317 }", " }")),
        telemetry("{ tracing: [{ providers: [{ name: otel }] }] }"),
      ],
      "its service or port is not known",
    ],
  ])("%s", (_, documents, reason) => {
    const { flows, unknown } = found(...documents);
    expect(flows).toEqual([]);
    expect(unknown.length).toBeGreaterThan(0);
    for (const line of unknown) expect(line).toContain(reason);
  });

  test("pods of which it is not known whether they have a proxy are named once", () => {
    const documents = [
      app("x", "nowhere"),
      app("y", "nowhere"),
      mesh(),
      telemetry("{ tracing: [{ providers: [{ name: otel }] }] }", "t"),
    ];
    const { flows, undiscovered } = meshTelemetryFlows(meshOf(documents.join("\n")));
    expect(flows).toEqual([]);
    expect(undiscovered.map(showUnknown)).toEqual([
      "Telemetry istio-system/t spec.tracing[0].providers: whether these have a proxy that reports is not known: " +
        "Deployment nowhere/x, Deployment nowhere/y",
    ]);
  });
});
