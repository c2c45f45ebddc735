import { isCollector } from "../../../policies/mtls/discovery";
import { collectorFlows } from "../../../policies/mtls/discovery/collector-flows";
import { isCollectorImage } from "../../../policies/mtls/discovery/collector-identity";
import { IMAGE, collector, exporting, found } from "./collector-yaml";
import { configMap, deployment, meshOf, workloadNamed } from "./mesh-of";

const isCollectorIn = (yaml: string): boolean => {
  const mesh = meshOf(yaml);
  return isCollector(mesh, workloadNamed(mesh, "app"));
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
    ["registry.example.com/obs/telemetry:1", true],
    ["telemetry@sha256:0123", true],
    ["localhost:5000/obs/agent:2", true],
    ["registry.example.com/other/agent:2", false],
    ["my-telemetry:1", false],
    ["telemetry/app:1", false],
  ])("image %s, where telemetry and localhost:5000/obs/agent are stated to be collectors", (image, expected) => {
    expect(isCollectorImage(image, ["telemetry", "localhost:5000/obs/agent"])).toBe(expected);
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
    expect(isCollector(mesh, workloadNamed(mesh, "app"))).toBe(expected);
  });

  test("an image that is not known, with a collector's labels", () => {
    const labelled = (label: string) =>
      deployment(`image: "?unknown?"`).replaceAll("app: app }", `app: app, ${label}: opentelemetry-collector }`);
    for (const label of ["app.kubernetes.io/name", "app.kubernetes.io/component"])
      expect(isCollectorIn(labelled(label))).toBe(true);
    const known = deployment("image: app").replaceAll(
      "app: app }",
      "app: app, app.kubernetes.io/name: opentelemetry-collector }",
    );
    expect(isCollectorIn(known)).toBe(false);
  });

  test("an init container is none", () => {
    const yaml = deployment("image: app", { pod: `initContainers: [{ name: early, image: "otelcol:1" }]` });
    expect(isCollectorIn(yaml)).toBe(false);
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
