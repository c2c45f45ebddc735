import { prometheusFlows } from "../../../policies/mtls/discovery/prometheus";
import { configMap, meshOf, showFlow, showUnknown } from "./mesh-of";

const namespace = (name: string, injected: boolean): string =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { istio-injection: ${injected ? "enabled" : "disabled"} } }`;
const app = (annotations: string, inNamespace = "plain", ports = "[{ name: web, containerPort: 8080 }]"): string =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: app, namespace: ${inNamespace} }\nspec: { selector: { matchLabels: { app: app } }, template: { metadata: { labels: { app: app }, annotations: ${annotations} }, spec: { containers: [{ name: c, image: i, ports: ${ports} }] } } }`;
const prometheus = (image = "prom/prometheus:v3.5.0", more = ""): string =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: prometheus, namespace: obs }\nspec: { selector: { matchLabels: { app: p } }, template: { metadata: { labels: { app: p } }, spec: { containers: [{ name: p, image: "${image}" ${more} }], volumes: [{ name: c, configMap: { name: prometheus } }] } } }`;
const configured = (jobs: string): string =>
  `${prometheus(undefined, `, args: ["--config.file=/etc/p/prometheus.yml"], volumeMounts: [{ name: c, mountPath: /etc/p }]`)}\n${configMap("prometheus", "prometheus.yml", `scrape_configs:\n${jobs}`, "obs")}`;
const service = (annotations: string, ports = "[{ name: http, port: 80, targetPort: web }]"): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: { name: app, namespace: plain, labels: { app: app }, annotations: ${annotations} }\nspec: { selector: { app: app }, ports: ${ports} }`;
const monitor = (kind: string, spec: string, inNamespace = "plain"): string =>
  `---\napiVersion: monitoring.coreos.com/v1\nkind: ${kind}\nmetadata: { name: m, namespace: ${inNamespace} }\nspec: ${spec}`;
const NAMESPACES = [namespace("plain", false), namespace("meshed", true), namespace("obs", false)].join("\n");
const SCRAPE = `{ prometheus.io/scrape: "true", prometheus.io/port: "9090" }`;

const found = (...documents: string[]) => {
  const { flows, undiscovered } = prometheusFlows(meshOf([NAMESPACES, ...documents].join("\n")));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};
const from = (...targets: string[]): string[] => targets.map((target) => `obs/Deployment/prometheus -> ${target}`);
const POD = "pod:plain/Deployment/app";

describe("pods that are annotated", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["no Prometheus, no flow", [app(SCRAPE)], []],
    ["a port", [prometheus(), app(SCRAPE)], from(`${POD}:9090 http`)],
    [
      "Prometheus of the other registry",
      [prometheus("quay.io/prometheus/prometheus:v3.5.0"), app(SCRAPE)],
      from(`${POD}:9090 http`),
    ],
    ["something else that is called prometheus", [prometheus("acme/prometheus-adapter:1"), app(SCRAPE)], []],
    [
      "no port: every port of the containers",
      [prometheus(), app(`{ prometheus.io/scrape: "true" }`)],
      from(`${POD}:8080 http`),
    ],
    ["TLS", [prometheus(), app(SCRAPE.replace(" }", `, prometheus.io/scheme: https }`))], from(`${POD}:9090 http tls`)],
    ["not asked for", [prometheus(), app(`{ prometheus.io/scrape: "false", prometheus.io/port: "9090" }`)], []],
    [
      "merged with those of the proxy",
      [prometheus(), app(SCRAPE, "meshed")],
      from("pod:meshed/Deployment/app:15020 http"),
    ],
    [
      "not merged",
      [prometheus(), app(SCRAPE.replace(" }", `, prometheus.istio.io/merge-metrics: "false" }`), "meshed")],
      from("pod:meshed/Deployment/app:9090 http"),
    ],
    ["a Service for the pods behind it", [prometheus(), app("{}"), service(SCRAPE)], from(`${POD}:9090 http`)],
    [
      "a Service without a port",
      [prometheus(), app("{}"), service(`{ prometheus.io/scrape: "true" }`)],
      from(`${POD}:8080 http`),
    ],
  ])("%s", (_, documents, expected) => {
    expect(found(...documents)).toEqual({ flows: expected, unknown: [] });
  });

  test.each<[string, readonly string[], string]>([
    ["a port that is none", [prometheus(), app(SCRAPE.replace("9090", "metrics"))], "the port to scrape is not known"],
    [
      "a port that is not known",
      [prometheus(), app(SCRAPE.replace("9090", "?unknown?"))],
      "the port to scrape is not known",
    ],
    [
      "annotations that are not known",
      [prometheus(), app(`"?unknown?"`)],
      "whether it asks to be scraped is not known",
    ],
    [
      "a Service's annotation that is not known",
      [prometheus(), app("{}"), service(`{ prometheus.io/scrape: "?unknown?" }`)],
      "whether it asks to be scraped is not known",
    ],
    [
      "a proxy that is not known",
      [prometheus(), app(SCRAPE, "nowhere")],
      "it is not known whether it has a proxy, which would serve its metrics on 15020",
    ],
  ])("%s", (_, documents, reason) => {
    expect(found(...documents)).toEqual({ flows: [], unknown: [expect.stringContaining(reason)] });
  });
});

const PODS = `- job_name: pods
  kubernetes_sd_configs: [{ role: pod }]
  relabel_configs: [{ source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], action: keep, regex: true }]`;
const SERVICES = `- job_name: services
  kubernetes_sd_configs: [{ role: endpoints }]
  relabel_configs: [{ source_labels: [__meta_kubernetes_service_annotation_prometheus_io_scrape], action: keep, regex: true }]`;

test("what runs is already rewritten, and is taken as it is", () => {
  const pod = `---
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: meshed, annotations: { prometheus.io/scrape: "true", prometheus.io/port: "9090" } }
spec: { containers: [{ name: c, image: i }, { name: istio-proxy, image: istio/proxyv2 }] }
status: { podIP: 10.0.0.9 }`;
  expect(found(prometheus(), pod)).toEqual({ flows: from("pod:meshed/Pod/app:9090 http"), unknown: [] });
});

describe("jobs of a Prometheus whose configuration is among the objects", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "annotated pods",
      [configured(PODS), app(SCRAPE), service(SCRAPE.replace("9090", "9091"))],
      from(`${POD}:9090 http`),
    ],
    [
      "annotated Services",
      [configured(SERVICES), app(SCRAPE), service(SCRAPE.replace("9090", "9091"))],
      from(`${POD}:9091 http`),
    ],
    [
      "other namespaces",
      [configured(PODS.replace("role: pod", "role: pod, namespaces: { names: [else] }")), app(SCRAPE)],
      [],
    ],
    [
      "its own namespace",
      [configured(PODS.replace("role: pod", "role: pod, namespaces: { own_namespace: true }")), app(SCRAPE)],
      [],
    ],
    [
      "static targets",
      [configured("- job_name: s\n  static_configs: [{ targets: ['app.plain:80'] }]")],
      from("app.plain:80 http"),
    ],
    [
      "the API server is no workload",
      [
        configured(
          "- job_name: a\n  kubernetes_sd_configs: [{ role: endpoints }]\n  relabel_configs: [{ action: keep, regex: default;kubernetes;https }]",
        ),
      ],
      [],
    ],
    [
      "monitors are not what it follows",
      [configured(PODS), app("{}"), monitor("PodMonitor", "{ selector: {}, podMetricsEndpoints: [{ port: web }] }")],
      [],
    ],
  ])("%s", (_, documents, expected) => {
    expect(found(...documents)).toEqual({ flows: expected, unknown: [] });
  });

  test("a job that picks in a way of its own, and a file that is no YAML", () => {
    expect(found(configured("- job_name: x\n  kubernetes_sd_configs: [{ role: service }]")).unknown).toEqual([
      expect.stringContaining(
        "ConfigMap obs/prometheus data.prometheus.yml#scrape_configs[0].kubernetes_sd_configs[0]",
      ),
    ]);
    expect(found(configured("- [")).unknown).toEqual([expect.stringContaining("it is no YAML")]);
  });
});

describe("monitors", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "a container port by name",
      [monitor("PodMonitor", "{ selector: { matchLabels: { app: app } }, podMetricsEndpoints: [{ port: web }] }")],
      from(`${POD}:8080 http`),
    ],
    [
      "a port by number",
      [monitor("PodMonitor", "{ selector: {}, podMetricsEndpoints: [{ portNumber: 15090 }] }")],
      from(`${POD}:15090 http`),
    ],
    [
      "TLS",
      [monitor("PodMonitor", "{ selector: {}, podMetricsEndpoints: [{ port: web, scheme: https }] }")],
      from(`${POD}:8080 http tls`),
    ],
    [
      "a port that the pod does not have",
      [monitor("PodMonitor", "{ selector: {}, podMetricsEndpoints: [{ port: other }] }")],
      [],
    ],
    [
      "other pods",
      [monitor("PodMonitor", "{ selector: { matchLabels: { app: other } }, podMetricsEndpoints: [{ port: web }] }")],
      [],
    ],
    [
      "only its own namespace",
      [
        monitor(
          "PodMonitor",
          "{ selector: { matchLabels: { app: app } }, podMetricsEndpoints: [{ port: web }] }",
          "obs",
        ),
      ],
      [],
    ],
    [
      "a namespace by name",
      [
        monitor(
          "PodMonitor",
          "{ namespaceSelector: { matchNames: [plain] }, selector: { matchLabels: { app: app } }, podMetricsEndpoints: [{ port: web }] }",
          "obs",
        ),
      ],
      from(`${POD}:8080 http`),
    ],
    [
      "any namespace",
      [
        monitor(
          "PodMonitor",
          "{ namespaceSelector: { any: true }, selector: { matchLabels: { app: app } }, podMetricsEndpoints: [{ port: web }] }",
          "obs",
        ),
      ],
      from(`${POD}:8080 http`),
    ],
    [
      "a Service's port",
      [
        service("{}"),
        monitor("ServiceMonitor", "{ selector: { matchLabels: { app: app } }, endpoints: [{ port: http }] }"),
      ],
      from(`${POD}:8080 http`),
    ],
    [
      "a target port",
      [
        service("{}"),
        monitor("ServiceMonitor", "{ selector: { matchLabels: { app: app } }, endpoints: [{ targetPort: 9 }] }"),
      ],
      from(`${POD}:9 http`),
    ],
    [
      "a Service without these labels",
      [
        service("{}"),
        monitor("ServiceMonitor", "{ selector: { matchLabels: { app: other } }, endpoints: [{ port: http }] }"),
      ],
      [],
    ],
  ])("%s", (_, documents, expected) => {
    expect(found(prometheus(), app("{}"), ...documents)).toEqual({ flows: expected, unknown: [] });
    expect(found(app("{}"), ...documents)).toEqual({ flows: [], unknown: [] });
  });

  test("the endpoint that asks for it is named", () => {
    const spec = "{ selector: { matchLabels: { app: app } }, podMetricsEndpoints: [{ port: x }, { port: web }] }";
    const { flows } = prometheusFlows(
      meshOf([NAMESPACES, prometheus(), app("{}"), monitor("PodMonitor", spec)].join("\n")),
    );
    expect(flows.map(({ origin }) => origin)).toEqual([
      { object: "PodMonitor plain/m", path: "spec.podMetricsEndpoints[1]" },
    ]);
  });

  test.each([
    [
      "expressions",
      "{ selector: { matchExpressions: [{ key: app, operator: Exists }] }, podMetricsEndpoints: [{ port: web }] }",
    ],
    ["a selector that is not known", `{ selector: "?unknown?", podMetricsEndpoints: [{ port: web }] }`],
  ])("%s", (_, spec) => {
    expect(found(prometheus(), app("{}"), monitor("PodMonitor", spec))).toEqual({
      flows: [],
      unknown: [
        "PodMonitor plain/m spec.selector: what it selects depends on labels or expressions that are not known",
      ],
    });
  });

  test("a collector with the operator's target allocator follows them", () => {
    const collector = `---
apiVersion: opentelemetry.io/v1beta1
kind: OpenTelemetryCollector
metadata: { name: x, namespace: obs }
spec:
  mode: statefulset
  targetAllocator: { enabled: true, prometheusCR: { enabled: true } }
  config: { receivers: { prometheus: {} }, exporters: { debug: {} }, service: { pipelines: { metrics: { receivers: [prometheus], exporters: [debug] } } } }`;
    const pods = monitor("PodMonitor", "{ selector: {}, podMetricsEndpoints: [{ port: web }] }");
    expect(found(collector, app("{}"), pods)).toEqual({
      flows: [`obs/StatefulSet/x-collector -> ${POD}:8080 http`],
      unknown: [],
    });
  });
});
