import { otlpPorts } from "../../../policies/mtls/discovery";
import { collectorFlows } from "../../../policies/mtls/discovery/collector-flows";
import { collector, exporting, found } from "./collector-yaml";
import { meshOf, showFlow, workloadNamed } from "./mesh-of";

describe("exporters", () => {
  test.each<[string, string, readonly string[]]>([
    ["gRPC is TLS unless it is insecure", "otlp:\n  endpoint: tempo:4317", ["tempo:4317 grpc tls"]],
    ["insecure", "otlp_grpc/tempo:\n  endpoint: tempo:4317\n  tls: { insecure: true }", ["tempo:4317 grpc"]],
    [
      "insecure with an authority is TLS",
      "otlp:\n  endpoint: tempo:4317\n  tls: { insecure: true, ca_file: /ca.crt }",
      ["tempo:4317 grpc tls"],
    ],
    [
      "https is TLS though insecure",
      "otlp:\n  endpoint: https://tempo:4317\n  tls: { insecure: true }",
      ["tempo:4317 grpc tls"],
    ],
    ["http is not enough to be plaintext", "otlp:\n  endpoint: http://tempo:4317", ["tempo:4317 grpc tls"]],
    ["a gRPC resolver", "otlp:\n  endpoint: dns:///tempo:4317\n  tls: { insecure: true }", ["tempo:4317 grpc"]],
    ["HTTP by its scheme", "otlphttp:\n  endpoint: http://tempo:4318", ["tempo:4318 http"]],
    ["HTTPS by its scheme", "otlp_http/x:\n  endpoint: https://tempo.example.com", ["tempo.example.com:443 http tls"]],
    [
      "HTTP for one signal",
      "otlphttp:\n  traces_endpoint: http://tempo:4318/v1/traces\n  logs_endpoint: http://loki:3100/otlp/v1/logs",
      ["tempo:4318 http", "loki:3100 http"],
    ],
    [
      "remote write",
      "prometheusremotewrite:\n  endpoint: http://prometheus:9090/api/v1/write",
      ["prometheus:9090 http"],
    ],
    ["to itself", "otlp:\n  endpoint: localhost:4317", []],
    ["a socket", "otlp:\n  endpoint: unix:///tmp/x.sock", []],
    ["no network", "debug:\n  verbosity: basic", []],
  ])("%s", (_, exporters, expected) => {
    expect(found(collector(exporting(exporters)))).toEqual({
      flows: expected.map((flow) => `shop/Deployment/app -> ${flow}`),
      unknown: [],
    });
  });

  test("values from the environment", () => {
    const exporters = "otlp:\n  endpoint: ${env:HOST}:${env:PORT:-4317}\n  tls: { insecure: '${env:PLAIN}' }";
    const variables = "env: [{ name: HOST, value: tempo }, { name: PLAIN, value: 'true' }]";
    expect(found(collector(exporting(exporters), variables)).flows).toEqual(["shop/Deployment/app -> tempo:4317 grpc"]);
  });

  test("variables of an OpenTelemetryCollector", () => {
    const yaml = `apiVersion: opentelemetry.io/v1beta1
kind: OpenTelemetryCollector
metadata: { name: x, namespace: shop }
spec:
  env: [{ name: HOST, value: tempo }]
  config:
    exporters: { otlp: { endpoint: "\${env:HOST}:4317" } }
    receivers: { otlp: { protocols: { grpc: {} } } }
    service: { pipelines: { traces: { receivers: [otlp], exporters: [otlp] } } }`;
    expect(found(yaml).flows).toEqual(["shop/Deployment/x-collector -> tempo:4317 grpc tls"]);
  });

  test("only those that a pipeline uses", () => {
    const config = exporting("otlp/a:\n  endpoint: a:4317\notlp/b:\n  endpoint: b:4317").replace(
      "[otlp/a, otlp/b]",
      "[otlp/b]",
    );
    expect(found(collector(config)).flows).toEqual(["shop/Deployment/app -> b:4317 grpc tls"]);
  });

  test.each([
    ["no port", "otlp:\n  endpoint: tempo", `"tempo" has no port`],
    ["no endpoint", "otlp:\n  timeout: 1s", "it is not set"],
    ["no scheme", "otlphttp:\n  endpoint: tempo:4318", "its scheme is missing; http or https"],
    ["a Secret's value", "otlp:\n  endpoint: ${env:SECRET}:4317", "it comes from Secret shop/s"],
    ["tls that is not known", "otlp:\n  endpoint: tempo:4317\n  tls: { insecure: '${file:/x}' }", "tls is not known"],
  ])("%s gives no flow", (_, exporters, reason) => {
    const variables = "env: [{ name: SECRET, valueFrom: { secretKeyRef: { name: s, key: k } } }]";
    const { flows, unknown } = found(collector(exporting(exporters), variables));
    expect(flows).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining(reason)]);
  });

  const operated = (pipelines: string): string => `apiVersion: opentelemetry.io/v1beta1
kind: OpenTelemetryCollector
metadata: { name: x, namespace: shop }
spec:
  config:
    exporters: { otlp: { endpoint: "tempo:4317" }, otlp/other: { endpoint: "other:4317" } }
    receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } }
    service: { pipelines: ${pipelines} }`;

  test.each<[string, string, readonly string[]]>([
    ["all pipelines", `"?unknown?"`, []],
    ["one pipeline's exporters", `{ traces: { receivers: [otlp], exporters: "?unknown?" } }`, []],
    ["one pipeline", `{ traces: "?unknown?", logs: { receivers: [], exporters: [otlp] } }`, ["tempo:4317 grpc tls"]],
    [
      "one exporter of a pipeline",
      `{ traces: { receivers: [otlp], exporters: [otlp, "?unknown?"] } }`,
      ["tempo:4317 grpc tls"],
    ],
  ])("%s that are not known leave the rest unsaid, and every receiver listening", (_, pipelines, flows) => {
    expect(found(operated(pipelines))).toEqual({
      flows: flows.map((flow) => `shop/Deployment/x-collector -> ${flow}`),
      unknown: [expect.stringContaining("spec.config.service.pipelines: the pipelines are not known yet")],
    });
    const mesh = meshOf(operated(pipelines));
    expect(otlpPorts(mesh, workloadNamed(mesh, "x-collector"))).toEqual([{ port: 4317, protocol: "grpc", tls: false }]);
  });

  test("the collector's telemetry about itself", () => {
    const config = `${exporting("debug:\n  verbosity: basic").replace("service: { ", "service: { telemetry: { metrics: { readers: [{ periodic: { exporter: { otlp: { protocol: grpc, endpoint: 'http://self.obs:4317' } } } }] } }, ")}`;
    const { flows } = collectorFlows(meshOf(collector(config)));
    expect(flows.map(showFlow)).toEqual(["shop/Deployment/app -> self.obs:4317 grpc"]);
    expect(flows[0]?.origin.path).toBe(
      "data.relay#service.telemetry.metrics.readers[0].periodic.exporter.otlp.endpoint",
    );
  });
});

describe("the load-balancing exporter", () => {
  const SAMPLERS = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: sampler, namespace: obs }
spec: { selector: { matchLabels: { app: sampler } }, template: { metadata: { labels: { app: sampler } }, spec: { containers: [{ name: s, image: grafana/tempo }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: sampler-headless, namespace: obs }
spec: { clusterIP: None, selector: { app: sampler }, ports: [{ port: 4317 }] }
---
apiVersion: v1
kind: Service
metadata: { name: sampler, namespace: obs }
spec: { selector: { app: sampler }, ports: [{ port: 4317 }] }
---
apiVersion: v1
kind: Service
metadata: { name: nobody, namespace: obs }
spec: { clusterIP: None, selector: { app: nobody }, ports: [{ port: 4317 }] }`;
  const balancing = (resolver: string, tls = "tls: { insecure: true }"): string =>
    `${collector(exporting(`loadbalancing:\n  protocol: { otlp: { ${tls} } }\n  resolver: { ${resolver} }`))}\n${SAMPLERS}`;

  test.each<[string, string, readonly string[]]>([
    ["static hosts", "static: { hostnames: [a.obs, 'b.obs:55690'] }", ["a.obs:4317 grpc", "b.obs:55690 grpc"]],
    [
      "a headless name is its pods",
      "dns: { hostname: sampler-headless.obs.svc.cluster.local }",
      ["pod:obs/StatefulSet/sampler:4317 grpc"],
    ],
    [
      "a port of its own",
      "dns: { hostname: sampler-headless.obs, port: 55690 }",
      ["pod:obs/StatefulSet/sampler:55690 grpc"],
    ],
    ["any other name is that name", "dns: { hostname: sampler.obs }", ["sampler.obs:4317 grpc"]],
    ["a name of the world outside", "dns: { hostname: backends.example.com }", ["backends.example.com:4317 grpc"]],
    [
      "Kubernetes: pods, headless or not",
      "k8s: { service: sampler.obs, ports: [1, 2] }",
      ["pod:obs/StatefulSet/sampler:1 grpc", "pod:obs/StatefulSet/sampler:2 grpc"],
    ],
    [
      "Kubernetes by hostname",
      "k8s: { service: sampler-headless.obs, return_hostnames: true }",
      ["sampler-0.sampler-headless.obs.svc.cluster.local:4317 grpc"],
    ],
    [
      "Kubernetes counts before the others",
      "static: { hostnames: [a] }, k8s: { service: sampler.obs }",
      ["pod:obs/StatefulSet/sampler:4317 grpc"],
    ],
  ])("%s", (_, resolver, expected) => {
    expect(found(balancing(resolver))).toEqual({
      flows: expected.map((flow) => `shop/Deployment/app -> ${flow}`),
      unknown: [],
    });
  });

  test("TLS as for any other gRPC exporter", () => {
    expect(found(balancing("static: { hostnames: [a] }", "timeout: 1s")).flows).toEqual([
      "shop/Deployment/app -> a:4317 grpc tls",
    ]);
  });

  test.each([
    ["k8s: { service: elsewhere.obs }", "Service elsewhere.obs is not among the objects"],
    ["dns: { hostname: nobody.obs }", "it is not known which pods are behind Service obs/nobody"],
    ["aws_cloud_map: { namespace: x }", "its resolver is none of static, dns and k8s"],
  ])("%s gives no flow", (resolver, reason) => {
    const { flows, unknown } = found(balancing(resolver));
    expect(flows).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining(reason)]);
  });
});
