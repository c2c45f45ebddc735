import { otlpEndpoints } from "../../../policies/mtls/discovery";
import { otlpFlows } from "../../../policies/mtls/discovery/otlp-environment";
import { deployment, meshOf, showFlow, showUnknown } from "./mesh-of";

const instrumentation = (spec: string, name = "all", namespace = "shop"): string =>
  `---\napiVersion: opentelemetry.io/v1alpha1\nkind: Instrumentation\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}`;
const annotated = (language: string, value: string, container = "image: app"): string =>
  deployment(container, {
    annotations: `{ instrumentation.opentelemetry.io/inject-${language}: ${JSON.stringify(value)} }`,
  });
const ENDPOINT = "{ exporter: { endpoint: 'http://otel.obs:4317' } }";

const found = (yaml: string) => {
  const { flows, undiscovered } = otlpFlows(meshOf(yaml));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};
const FLOW = (rest: string): string => `shop/Deployment/app -> ${rest}`;

describe("instrumentation by the operator", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "the only resource of the namespace",
      annotated("nodejs", "true") + "\n" + instrumentation(ENDPOINT),
      ["otel.obs:4317 grpc"],
    ],
    [
      "one by name",
      annotated("nodejs", "b") + "\n" + instrumentation("{}", "a") + "\n" + instrumentation(ENDPOINT, "b"),
      ["otel.obs:4317 grpc"],
    ],
    [
      "one of another namespace",
      annotated("sdk", "obs/all") + "\n" + instrumentation(ENDPOINT, "all", "obs"),
      ["otel.obs:4317 grpc"],
    ],
    [
      "Python speaks HTTP",
      annotated("python", "true") + "\n" + instrumentation("{ exporter: { endpoint: 'http://otel:4318' } }"),
      ["otel:4318 http"],
    ],
    [
      "variables for one language win over those for all",
      annotated("java", "true") +
        "\n" +
        instrumentation(
          `{ exporter: { endpoint: "http://c:4317" }, env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://b:4317" }, { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: grpc }], java: { env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://a:4317" }] } }`,
        ),
      ["a:4317 grpc"],
    ],
    [
      "the container's own variable wins",
      annotated("nodejs", "true", `env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://own:4318" }]`) +
        "\n" +
        instrumentation(ENDPOINT),
      ["own:4318 http"],
    ],
    ["not asked for", annotated("java", "false") + "\n" + instrumentation(ENDPOINT), []],
    [
      "asked for by the namespace",
      `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, annotations: { instrumentation.opentelemetry.io/inject-nodejs: "true" } }\n---\n${deployment("image: app")}\n${instrumentation(ENDPOINT)}`,
      ["otel.obs:4317 grpc"],
    ],
  ])("%s", (_, yaml, expected) => {
    expect(found(yaml)).toEqual({ flows: expected.map(FLOW), unknown: [] });
  });

  test("only the first container, or those that are listed", () => {
    const two = (annotations: string) =>
      `${deployment("image: app", { annotations })}\n        - { name: second, image: app }\n${instrumentation(ENDPOINT)}`;
    const containers = (yaml: string) => otlpEndpoints(meshOf(yaml)).map(({ container }) => container);
    expect(containers(two(`{ instrumentation.opentelemetry.io/inject-nodejs: "true" }`))).toEqual(["app"]);
    expect(
      containers(
        two(
          `{ instrumentation.opentelemetry.io/inject-nodejs: "true", instrumentation.opentelemetry.io/container-names: "second" }`,
        ),
      ),
    ).toEqual(["second"]);
  });

  test("the version of the Java agent is the image's", () => {
    const image = "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:2.20.1";
    const yaml = `${annotated("java", "true")}\n${instrumentation(`{ exporter: { endpoint: "http://otel:4317" }, java: { image: "${image}" } }`)}`;
    expect(otlpEndpoints(meshOf(yaml))[0]).toMatchObject({
      agent: { language: "java", version: "2.20.1" },
      protocol: "http/protobuf",
      origin: { object: "Instrumentation shop/all", path: "spec.exporter.endpoint" },
    });
  });

  test.each([
    [
      "no resource",
      annotated("java", "true"),
      "an Instrumentation of namespace shop, of which none is among the objects",
    ],
    [
      "too many",
      `${annotated("java", "true")}\n${instrumentation(ENDPOINT, "a")}\n${instrumentation(ENDPOINT, "b")}`,
      "one of several Instrumentations of namespace shop",
    ],
    [
      "none of that name",
      `${annotated("java", "c")}\n${instrumentation(ENDPOINT)}`,
      "Instrumentation shop/c, which is not among the objects",
    ],
  ])("%s: the endpoint is not known", (_, yaml, reason) => {
    const { flows, unknown } = found(yaml);
    expect(flows).toEqual([]);
    expect(unknown).toEqual([
      expect.stringContaining(`OTLP endpoint: its host is not known: it may be set by ${reason}`),
    ]);
    expect(unknown[0]).toContain("spec.template.metadata.annotations.instrumentation.opentelemetry.io/inject-java");
  });
});
