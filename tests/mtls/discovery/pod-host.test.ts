import { assess } from "../../../policies/mtls/assess";
import { configMap, meshOf } from "./mesh-of";

/** Flows to the addresses of pods, answered: what scrapers and the load-balancing exporter meet under STRICT. */

const namespace = (name: string): string =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { istio-injection: enabled } }`;
const workload = (kind: string, name: string, container: string, annotations = "{}"): string =>
  `---\napiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} }, annotations: ${annotations} }, spec: { volumes: [{ name: c, configMap: { name: ${name} } }], containers: [${container}] } } }`;
const service = (name: string, more: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { app: sampler }, ports: [{ name: grpc-otlp, port: 4317 }] ${more} }`;
const STRICT = `---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: istio-system }\nspec: { mtls: { mode: STRICT } }`;

const answers = (...documents: string[]): readonly string[] =>
  assess(meshOf([namespace("shop"), STRICT, ...documents].join("\n")), { now: "2026-11-22" }).flows.map(
    ({ asked, outcome, symptom }) => [asked, outcome, ...(symptom === undefined ? [] : [symptom])].join(" "),
  );

describe("scraping under STRICT", () => {
  const prometheus = (inject: boolean): string =>
    workload(
      "Deployment",
      "prometheus",
      "{ name: p, image: prom/prometheus }",
      `{ sidecar.istio.io/inject: "${inject}" }`,
    );
  const app = workload(
    "Deployment",
    "app",
    "{ name: a, image: a, ports: [{ name: metrics, containerPort: 9090 }] }",
    `{ prometheus.io/scrape: "true", prometheus.io/port: "9090" }`,
  );
  const monitor = `---\napiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: { name: m, namespace: shop }\nspec: { selector: { matchLabels: { app: app } }, podMetricsEndpoints: [{ port: metrics }] }`;

  test("merged metrics come past the proxy; the application's own port refuses a Prometheus outside the mesh", () => {
    expect(answers(prometheus(false), app, monitor)).toEqual([
      "pod:shop/Deployment/app:15020 plaintext",
      "pod:shop/Deployment/app:9090 refused connection-reset",
    ]);
  });

  test("a Prometheus in the mesh dials an address that its proxy has no cluster for", () => {
    expect(answers(prometheus(true), app, monitor)[1]).toContain("pod:shop/Deployment/app:9090 refused");
  });
});

describe("the load-balancing exporter under STRICT", () => {
  const balancer = (resolver: string): string =>
    `${workload("Deployment", "balancer", `{ name: c, image: "otelcol:1", args: ["--config=/c/config.yaml"], volumeMounts: [{ name: c, mountPath: /c }] }`)}
${configMap(
  "balancer",
  "config.yaml",
  `exporters: { load_balancing: { protocol: { otlp: { tls: { insecure: true } } }, resolver: ${resolver} } }
receivers: { otlp: { protocols: { grpc: } } }
service: { pipelines: { traces: { receivers: [otlp], exporters: [load_balancing] } } }`,
)}`;
  const sampler = workload(
    "StatefulSet",
    "sampler",
    "{ name: s, image: grafana/tempo, ports: [{ containerPort: 4317 }] }",
  );

  test("the addresses of a headless Service are refused, its name and a Service with an address are not", () => {
    const headless = service("sampler-headless", ", clusterIP: None");
    const plain = service("sampler", ", clusterIP: 10.0.0.1");
    expect(answers(balancer("{ dns: { hostname: sampler-headless.shop } }"), sampler, headless)).toEqual([
      "pod:shop/StatefulSet/sampler:4317 refused connection-termination",
    ]);
    expect(answers(balancer("{ dns: { hostname: sampler.shop } }"), sampler, plain)).toEqual([
      "sampler.shop:4317 mtls",
    ]);
    expect(
      answers(balancer("{ k8s: { service: sampler-headless.shop, return_hostnames: true } }"), sampler, headless),
    ).toEqual(["sampler-0.sampler-headless.shop.svc.cluster.local:4317 mtls"]);
  });
});
