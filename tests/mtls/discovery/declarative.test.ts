import { otlpEndpoints } from "../../../policies/mtls/discovery";
import { otlpFlows } from "../../../policies/mtls/discovery/otlp-environment";
import { configMap, deployment, meshOf, showFlow, showUnknown } from "./mesh-of";

/** An application whose SDK reads this declarative configuration. */
const app = (config: string, more = ""): string =>
  `${deployment(
    `env: [{ name: OTEL_CONFIG_FILE, value: /etc/otel/sdk.yaml }, { name: HOST, value: otel.obs }${more}]\nvolumeMounts: [{ name: c, mountPath: /etc/otel }]`,
    { pod: "volumes: [{ name: c, configMap: { name: sdk } }]" },
  )}\n${configMap("sdk", "sdk.yaml", config)}`;

const traces = (exporter: string): string =>
  `file_format: "1.0"\ntracer_provider:\n  processors:\n    - batch:\n        exporter:\n          ${exporter}`;

const found = (yaml: string) => {
  const { flows, undiscovered } = otlpFlows(meshOf(yaml));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};

describe("the declarative configuration of an SDK", () => {
  test.each<[string, string, readonly string[]]>([
    ["HTTP", traces("otlp_http: { endpoint: 'http://otel:4318/v1/traces' }"), ["otel:4318 http"]],
    ["gRPC", traces("otlp_grpc: { endpoint: 'http://otel:4317' }"), ["otel:4317 grpc"]],
    ["gRPC over TLS", traces("otlp_grpc: { endpoint: 'https://otel:4317' }"), ["otel:4317 grpc tls"]],
    [
      "gRPC without a scheme",
      traces("otlp_grpc: { endpoint: 'otel:4317', tls: { insecure: true } }"),
      ["otel:4317 grpc"],
    ],
    ["the name of older schemas", traces("otlp: { protocol: grpc, endpoint: 'http://otel:4317' }"), ["otel:4317 grpc"]],
    ["a variable", traces("otlp_http: { endpoint: 'http://${HOST}:${PORT:-4318}' }"), ["otel.obs:4318 http"]],
    ["no exporter of OTLP", traces("console: {}"), []],
    ["the default stays in the pod", traces("otlp_http: {}"), []],
    [
      "every signal",
      `tracer_provider: { processors: [{ simple: { exporter: { otlp_http: { endpoint: "http://t:1" } } } }] }
meter_provider: { readers: [{ periodic: { exporter: { otlp_http: { endpoint: "http://m:1" } } } }] }
logger_provider: { processors: [{ batch: { exporter: { otlp_grpc: { endpoint: "http://l:1" } } } }] }`,
      ["t:1 http", "m:1 http", "l:1 grpc"],
    ],
  ])("%s", (_, config, expected) => {
    expect(found(app(config))).toEqual({
      flows: expected.map((flow) => `shop/Deployment/app -> ${flow}`),
      unknown: [],
    });
  });

  test("it replaces every variable", () => {
    const variable = `, { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://ignored:4318" }`;
    expect(found(app(traces("otlp_http: { endpoint: 'http://otel:4318' }"), variable)).flows).toEqual([
      "shop/Deployment/app -> otel:4318 http",
    ]);
  });

  test("the field is named", () => {
    const [endpoint] = otlpEndpoints(meshOf(app(traces("otlp_http: { endpoint: 'http://otel:4318' }"))));
    expect(endpoint).toMatchObject({
      signals: ["traces"],
      protocolExplicit: true,
      origin: {
        object: "ConfigMap shop/sdk",
        path: "data.sdk.yaml#tracer_provider.processors[0].batch.exporter.otlp_http.endpoint",
      },
    });
  });

  test.each([
    [
      "a file of the image",
      app("{}").replace("mountPath: /etc/otel", "mountPath: /else"),
      "/etc/otel/sdk.yaml is part of the image",
    ],
    [
      "a ConfigMap that is not among the objects",
      app("{}").replace("{ name: sdk, namespace", "{ name: other, namespace"),
      "which is not among the objects",
    ],
    ["no YAML", app("a: [b"), "/etc/otel/sdk.yaml is no YAML"],
  ])("%s", (_, yaml, reason) => {
    expect(found(yaml)).toEqual({ flows: [], unknown: [expect.stringContaining(reason)] });
  });
});
