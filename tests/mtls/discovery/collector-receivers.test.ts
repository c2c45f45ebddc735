import { collectorOf, isOtlpReceiver, otlpPorts, serverSpeaks } from "../../../policies/mtls/discovery";
import { collectorFlows } from "../../../policies/mtls/discovery/collector-flows";
import { isUnknown } from "../../../policies/mtls/known";
import { collector, found, receiving } from "./collector-yaml";
import { deployment, meshOf, workloadNamed } from "./mesh-of";

describe("receivers and ports", () => {
  const portsOf = (yaml: string) => {
    const mesh = meshOf(yaml);
    return otlpPorts(mesh, workloadNamed(mesh, "app"));
  };
  const GRPC = { port: 4317, protocol: "grpc", tls: false };
  const HTTP = { port: 4318, protocol: "http", tls: false };

  test.each<[string, string, readonly unknown[]]>([
    ["both protocols by default", "otlp:\n  protocols: { grpc: , http: {} }", [GRPC, HTTP]],
    ["one of them", "otlp:\n  protocols: { http: { endpoint: '0.0.0.0:4318' } }", [HTTP]],
    [
      "an address with a variable",
      "otlp:\n  protocols: { grpc: { endpoint: '${env:MY_POD_IP}:14317' } }",
      [{ ...GRPC, port: 14317 }],
    ],
    ["every address", "otlp:\n  protocols: { grpc: { endpoint: ':4317' } }", [GRPC]],
    ["IPv6", "otlp:\n  protocols: { grpc: { endpoint: '[::]:4317' } }", [GRPC]],
    ["TLS", "otlp:\n  protocols: { grpc: { tls: { cert_file: /c } }, http: { tls: } }", [{ ...GRPC, tls: true }, HTTP]],
    [
      "two receivers",
      "otlp:\n  protocols: { grpc: }\notlp/inner:\n  protocols: { grpc: { endpoint: '0.0.0.0:4319' } }",
      [GRPC, { ...GRPC, port: 4319 }],
    ],
    ["other receivers are no OTLP", "zipkin:\n  endpoint: 0.0.0.0:9411", []],
  ])("%s", (_, receivers, expected) => {
    expect(portsOf(collector(receiving(receivers)))).toEqual(expected);
  });

  test("a receiver that no pipeline uses does not listen", () => {
    const config = receiving("otlp:\n  protocols: { grpc: }\notlp/unused:\n  protocols: { http: }").replace(
      "[otlp, otlp/unused]",
      "[otlp]",
    );
    expect(portsOf(collector(config))).toEqual([GRPC]);
  });

  test("what listens beside OTLP, and where it binds", () => {
    const mesh = meshOf(
      collector(
        receiving(
          "jaeger:\n  protocols: { grpc: , thrift_http: { endpoint: 'localhost:1' } }\nzipkin:\n  endpoint: 0.0.0.0:9411",
        ),
      ),
    );
    const read = collectorOf(mesh, workloadNamed(mesh, "app"));
    expect(
      read?.configuration &&
        read.receivers.map(({ component, protocol, port, bind }) => [component, protocol, port, bind]),
    ).toEqual([
      ["jaeger", "grpc", 14250, undefined],
      ["jaeger", "http", 1, "localhost"],
      ["zipkin", "http", 9411, "0.0.0.0"],
    ]);
  });

  test.each<[string, string, readonly unknown[]]>([
    ["the two registered ports", "ports: [{ containerPort: 4318 }, { containerPort: 4317 }]", [GRPC, HTTP]],
    [
      "ports by name",
      "ports: [{ name: otlp, containerPort: 1 }, { name: otlp-http, containerPort: 2 }, { name: grpc-otlp, containerPort: 3 }]",
      [
        { ...GRPC, port: 1 },
        { ...HTTP, port: 2 },
        { ...GRPC, port: 3 },
      ],
    ],
    ["nothing of the kind", "ports: [{ name: http, containerPort: 8080 }, { containerPort: 4317, protocol: UDP }]", []],
    ["a port that is not known", "ports: [{ name: otlp, containerPort: '?unknown?' }]", []],
  ])("containers without a configuration: %s", (_, ports, expected) => {
    expect(portsOf(deployment(`image: grafana/tempo\n${ports}`))).toEqual(expected);
    const mesh = meshOf(deployment(`image: grafana/tempo\n${ports}`));
    expect(isOtlpReceiver(mesh, workloadNamed(mesh, "app"))).toBe(expected.length > 0);
  });

  test("what the application speaks", () => {
    const tls = "tls: { insecure: x, cert_file: /c }";
    const mesh = meshOf(collector(receiving(`otlp:\n  protocols: { grpc: { ${tls} }, http: }`)));
    const app = workloadNamed(mesh, "app");
    expect([4317, 4318, 8888].map((port) => serverSpeaks(mesh, app, port))).toEqual(["tls", "plaintext", undefined]);
  });

  test("TLS that is not known is not taken for plaintext", () => {
    const yaml = `apiVersion: opentelemetry.io/v1beta1
kind: OpenTelemetryCollector
metadata: { name: x, namespace: shop }
spec:
  config:
    receivers: { otlp: { protocols: { grpc: { tls: "?unknown?" } } } }
    exporters: { debug: {} }
    service: { pipelines: { traces: { receivers: [otlp], exporters: [debug] } } }`;
    const mesh = meshOf(yaml);
    const workload = workloadNamed(mesh, "x-collector");
    expect(serverSpeaks(mesh, workload, 4317)).toBeUndefined();
    expect(otlpPorts(mesh, workload).map(({ tls }) => isUnknown(tls))).toEqual([true]);
  });
});

describe("scrape jobs of the prometheus receiver", () => {
  const scraping = (job: string): string =>
    receiving(`prometheus:\n  config:\n    scrape_configs:\n      - job_name: x\n${job.replace(/^/gm, "        ")}`);
  test.each<[string, string, readonly string[]]>([
    ["static targets", "static_configs: [{ targets: ['a:8080', 'b.obs'] }]", ["a:8080 http", "b.obs:80 http"]],
    ["https", "scheme: https\nstatic_configs: [{ targets: ['a:8443', b] }]", ["a:8443 http tls", "b:443 http tls"]],
    ["itself", "static_configs: [{ targets: ['0.0.0.0:8888', 'localhost:1'] }]", []],
    ["nodes are none of the mesh", "kubernetes_sd_configs: [{ role: node }]", []],
  ])("%s", (_, job, expected) => {
    expect(found(collector(scraping(job)))).toEqual({
      flows: expected.map((flow) => `shop/Deployment/app -> ${flow}`),
      unknown: [],
    });
  });

  test("the target is named", () => {
    const { flows } = collectorFlows(meshOf(collector(scraping("static_configs: [{ targets: [x, 'a:1'] }]"))));
    expect(flows[1]?.origin).toEqual({
      object: "ConfigMap shop/collector",
      path: "data.relay#receivers.prometheus.config.scrape_configs[0].static_configs[0].targets[1]",
    });
  });

  test("a job whose targets manifests do not tell", () => {
    const { unknown } = found(collector(scraping("kubernetes_sd_configs: [{ role: pod }]")));
    expect(unknown).toEqual([
      expect.stringContaining(
        "kubernetes_sd_configs[0]: the job picks its targets in a way that manifests do not tell",
      ),
    ]);
  });
});
