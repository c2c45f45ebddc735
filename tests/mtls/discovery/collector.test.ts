import { collectorOf, isCollector, isOtlpReceiver, otlpPorts, serverSpeaks } from "../../../policies/mtls/discovery";
import { collectorFlows } from "../../../policies/mtls/discovery/collector-flows";
import { isCollectorImage } from "../../../policies/mtls/discovery/collector-identity";
import { isUnknown } from "../../../policies/mtls/known";
import { configMap, deployment, meshOf, showFlow, showUnknown, workloadNamed } from "./mesh-of";

const IMAGE = "image: otel/opentelemetry-collector-contrib:0.156.0";
const MOUNT = "volumeMounts: [{ name: config, mountPath: /conf }]";
const CHART_VOLUME =
  "volumes: [{ name: config, configMap: { name: collector, items: [{ key: relay, path: relay.yaml }] } }]";

/** A collector as its Helm chart writes it, with this configuration. */
const collector = (config: string, more = ""): string =>
  `${deployment(`${IMAGE}\nargs: ["--config=/conf/relay.yaml"]\n${MOUNT}\n${more}`, { pod: CHART_VOLUME })}\n${configMap("collector", "relay", config)}`;

/** Configuration with these exporters, all used. */
const exporting = (exporters: string): string => {
  const names = [...exporters.matchAll(/^(\S+):/gm)].map(([, name]) => name);
  return `receivers: { otlp: { protocols: { grpc: {} } } }
exporters:
${exporters.replace(/^/gm, "  ")}
service: { pipelines: { traces: { receivers: [otlp], exporters: [${names.join(", ")}] } } }`;
};

/** Configuration with these receivers, all used. */
const receiving = (receivers: string): string => {
  const names = [...receivers.matchAll(/^(\S+):/gm)].map(([, name]) => name);
  return `receivers:
${receivers.replace(/^/gm, "  ")}
exporters: { debug: {} }
service: { pipelines: { traces: { receivers: [${names.join(", ")}], exporters: [debug] } } }`;
};

const found = (yaml: string) => {
  const { flows, undiscovered } = collectorFlows(meshOf(yaml));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};

describe("what is a collector", () => {
  test.each([
    ["otel/opentelemetry-collector:0.156.0", true],
    ["ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s@sha256:0123", true],
    ["registry.example.com/team/my-otelcol:1", true],
    ["otelcol", true],
    ["OTELCOL-custom:1", true],
    ["grafana/tempo:2.9.0", false],
    ["otelcol.example.com/team/app:1", false],
    ["ghcr.io/open-telemetry/opentelemetry-collector-releases/other:1", false],
    ["app:otelcol", false],
  ])("image %s", (image, expected) => {
    expect(isCollectorImage(image)).toBe(expected);
  });

  test.each([
    ["a sidecar collector", `image: app\n        - { name: sidecar, image: "otelcol:1" }`, true],
    ["an image that is not known, without a collector's labels", `image: "?unknown?"`, false],
    [
      "an image that is not known, with an OTLP port",
      `image: "?unknown?"\n          ports: [{ containerPort: 4317 }]`,
      true,
    ],
    ["no image", "command: [x]", false],
  ])("%s", (_, container, expected) => {
    const [first = "", ...more] = container.split("\n");
    const mesh = meshOf([deployment(first), ...more].join("\n"));
    expect(isCollector(workloadNamed(mesh, "app"))).toBe(expected);
  });

  test("an image that is not known, with a collector's labels", () => {
    const labelled = (label: string) =>
      deployment(`image: "?unknown?"`).replaceAll("app: app }", `app: app, ${label}: opentelemetry-collector }`);
    for (const label of ["app.kubernetes.io/name", "app.kubernetes.io/component"])
      expect(isCollector(workloadNamed(meshOf(labelled(label)), "app"))).toBe(true);
    const known = deployment("image: app").replaceAll(
      "app: app }",
      "app: app, app.kubernetes.io/name: opentelemetry-collector }",
    );
    expect(isCollector(workloadNamed(meshOf(known), "app"))).toBe(false);
  });

  test("an init container is none", () => {
    const yaml = deployment("image: app", { pod: `initContainers: [{ name: early, image: "otelcol:1" }]` });
    expect(isCollector(workloadNamed(meshOf(yaml), "app"))).toBe(false);
  });
});

describe("where its configuration comes from", () => {
  const CONFIG = exporting("otlp/a:\n  endpoint: tempo:4317\n  tls: { insecure: true }");
  const FLOW = ["shop/Deployment/app -> tempo:4317 grpc"];

  test.each([
    ["the chart's relay", collector(CONFIG)],
    [
      "a flag and its value apart",
      collector(CONFIG).replace("--config=/conf/relay.yaml", `--config", "/conf/relay.yaml`),
    ],
    ["file:", collector(CONFIG).replace("--config=", "--config=file:")],
    ["the command instead of arguments", collector(CONFIG).replace("args:", "command:")],
    [
      "a variable in the argument",
      collector(CONFIG, `env: [{ name: DIR, value: /conf }]`).replace("=/conf/", "=$(DIR)/"),
    ],
    [
      "the image's own place",
      `${deployment(`${IMAGE}\nvolumeMounts: [{ name: config, mountPath: /etc/otelcol-contrib }]`, { pod: "volumes: [{ name: config, configMap: { name: collector } }]" })}\n${configMap("collector", "config.yaml", CONFIG)}`,
    ],
    [
      "a variable with the whole of it",
      deployment(
        `${IMAGE}\nargs: ["--config=env:CONFIG"]\nenv:\n  - name: CONFIG\n    value: |\n${CONFIG.replace(/^/gm, "      ")}`,
      ),
    ],
    [
      "an OpenTelemetryCollector of v1beta1",
      `apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: { name: x, namespace: shop }\nspec:\n  config:\n${CONFIG.replace(/^/gm, "    ")}`,
    ],
    [
      "an OpenTelemetryCollector of v1alpha1",
      `apiVersion: opentelemetry.io/v1alpha1\nkind: OpenTelemetryCollector\nmetadata: { name: x, namespace: shop }\nspec:\n  config: |\n${CONFIG.replace(/^/gm, "    ")}`,
    ],
  ])("%s", (_, yaml) => {
    const { flows, unknown } = found(yaml);
    expect({ flows: flows.map((flow) => flow.replace("x-collector", "app")), unknown }).toEqual({
      flows: FLOW,
      unknown: [],
    });
  });

  test("several of them: the later one wins field by field", () => {
    const yaml = collector(CONFIG).replace(
      `["--config=/conf/relay.yaml"]`,
      `["--config=/conf/relay.yaml", "--config=yaml:exporters::otlp/a::endpoint: loki:4317", "--set=exporters.otlp/a.tls.insecure=false"]`,
    );
    expect(found(yaml).flows).toEqual(["shop/Deployment/app -> loki:4317 grpc tls"]);
  });

  test("the field that says it is named", () => {
    const { flows } = collectorFlows(meshOf(collector(CONFIG)));
    expect(flows.map(({ origin }) => origin)).toEqual([
      { object: "ConfigMap shop/collector", path: "data.relay#exporters.otlp/a.endpoint" },
    ]);
    const operated = meshOf(
      `apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: { name: x, namespace: shop }\nspec:\n  config:\n${CONFIG.replace(/^/gm, "    ")}`,
    );
    expect(collectorFlows(operated).flows.map(({ origin }) => origin)).toEqual([
      { object: "OpenTelemetryCollector shop/x", path: "spec.config.exporters.otlp/a.endpoint" },
    ]);
  });

  test.each([
    [
      "its ConfigMap is not among the objects",
      collector(CONFIG).replace("metadata: { name: collector,", "metadata: { name: other,"),
      "ConfigMap shop/collector, which is not among the objects",
    ],
    ["it is no YAML", collector("a: [b"), "/conf/relay.yaml is no YAML"],
    [
      "its data is not known",
      collector(CONFIG).replace(/\ndata:\n[^]*$/, `\ndata: "?unknown?"`),
      "whose data is not known yet",
    ],
    ["no argument and no volume", deployment(IMAGE), "no argument and no volume tells where its configuration is"],
    [
      "a file of the image",
      deployment(`${IMAGE}\nargs: ["--config=/etc/own.yaml"]`),
      "/etc/own.yaml is part of the image",
    ],
    [
      "an address",
      deployment(`${IMAGE}\nargs: ["--config=https://u:p@config.example.com/x"]`),
      "https://config.example.com/x is read when the collector starts",
    ],
    ["arguments that are not known", deployment(`${IMAGE}\nargs: "?unknown?"`), "the arguments are not known yet"],
    [
      "a variable that is not set",
      deployment(`${IMAGE}\nargs: ["--config=env:CONFIG"]`),
      "the variable CONFIG, which holds the configuration, is not set here",
    ],
    [
      "a resource whose configuration is not known",
      `apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: { name: x, namespace: shop }\nspec: { config: "?unknown?" }`,
      "OpenTelemetryCollector shop/x spec.config: it is not known yet",
    ],
  ])("%s: nothing is made up", (_, yaml, reason) => {
    const { flows, unknown } = found(yaml);
    expect(flows).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining(reason)]);
    expect(unknown.join()).not.toContain("u:p@");
  });
});

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
