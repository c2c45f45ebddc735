import * as pulumi from "@pulumi/pulumi";

import {
  JavaService,
  OtelCollector,
  OtelMtlsException,
  setClock,
  type JavaServiceArgs,
  type OtelMtlsExceptionArgs,
} from "../../components/index";
import { find, refusalOf, registeredBy, type Registered } from "../support/mocks";
import { DAY, permissive } from "./support/exceptions";

beforeAll(() => setClock(() => DAY));

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

const withoutEndpoint: JavaServiceArgs = {
  namespace: "staging-webs",
  image: "registry.example.com/order-core:1.0.0",
};

const base: JavaServiceArgs = {
  ...withoutEndpoint,
  endpoint: "http://otel-collector.monitoring.svc.cluster.local:4317",
};

const create = (changes: object = {}) => new JavaService("order-core", { ...base, ...changes });

interface Pod {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly initContainers: readonly [{ readonly image: string; readonly command: unknown }];
  readonly containers: readonly [
    { readonly env: readonly { name: string; value?: string }[] } & Record<string, unknown>,
  ];
}

interface Template {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
  readonly spec: Pod;
}

const template = (registered: readonly Registered[]): Template =>
  (find(registered, DEPLOYMENT, "order-core-deployment").inputs["spec"] as { template: Template }).template;

const templateOf = async (changes: object = {}): Promise<Template> =>
  template(await registeredBy(() => create(changes)));

const envOf = ({ spec }: Template): Record<string, string | undefined> =>
  Object.fromEntries(spec.containers[0].env.map(({ name, value }) => [name, value]));

describe("the agent", () => {
  test("comes by an init container and is told protocol and endpoint", async () => {
    const pod = await templateOf();
    expect(pod.spec.initContainers[0]).toMatchObject({
      image: "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:2.31.0",
      command: ["cp", "/javaagent.jar", "/otel/javaagent.jar"],
    });
    expect(envOf(pod)).toMatchObject({
      JAVA_TOOL_OPTIONS: expect.stringMatching(/^-javaagent:\/otel\/javaagent\.jar /) as string,
      OTEL_SERVICE_NAME: "order-core",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector.monitoring.svc.cluster.local:4317",
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "none",
    });
  });

  test.each([
    ["2.11.0", "false"],
    ["2.26.0", "false"],
    ["2.26.1", undefined],
    ["2.31.0", undefined],
  ])("%s has the RMI instrumentation set to %s", async (version, expected) => {
    expect(envOf(await templateOf({ agent: { version } }))["OTEL_INSTRUMENTATION_RMI_ENABLED"]).toBe(expected);
  });

  test("says which pod it is in, from variables that stand before", async () => {
    const names = (await templateOf({ environment: "staging" })).spec.containers[0].env.map(({ name }) => name);
    const attributes = envOf(await templateOf({ environment: "staging" }))["OTEL_RESOURCE_ATTRIBUTES"];
    expect(attributes).toContain("deployment.environment.name=staging");
    expect(attributes).toContain("k8s.pod.uid=$(POD_UID)");
    expect(names.indexOf("POD_UID")).toBeLessThan(names.indexOf("OTEL_RESOURCE_ATTRIBUTES"));
  });

  test.each([
    ["grpc", "http://otel-collector.monitoring.svc.cluster.local:4317"],
    ["http/protobuf", "http://otel-collector.monitoring.svc.cluster.local:4318"],
  ])("of protocol %s sends to the collector at %s", async (protocol, endpoint) => {
    const registered = await registeredBy(() => {
      const collector = new OtelCollector("otel-collector", {
        namespace: "monitoring",
        exporters: { tempo: "tempo:4317" },
      });
      return new JavaService("order-core", { ...withoutEndpoint, agent: { protocol: protocol as "grpc" }, collector });
    });
    expect(envOf(template(registered))).toMatchObject({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      // The collector has no backend for metrics: it would answer "unimplemented".
      OTEL_METRICS_EXPORTER: "none",
    });
  });

  test("and the application run the digests that were pinned", async () => {
    const digest = `sha256:${"b".repeat(64)}`;
    const { spec } = await templateOf({
      image: `registry.example.com/order-core@${digest}`,
      agent: { version: "2.11.0", digest },
    });
    expect(spec.initContainers[0].image).toMatch(new RegExp(`:2\\.11\\.0@${digest}$`));
    expect(spec.containers[0]["image"]).toBe(`registry.example.com/order-core@${digest}`);
  });
});

describe("the pods", () => {
  test("wait for their proxy, can be scraped under STRICT, and are restricted", async () => {
    const { metadata, spec } = await templateOf({ metrics: { port: 9090, path: "/metrics" } });
    expect(metadata.labels["sidecar.istio.io/inject"]).toBe("true");
    expect(metadata.annotations).toMatchObject({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9090",
      "prometheus.io/path": "/metrics",
      "sidecar.istio.io/nativeSidecar": "true",
      "proxy.istio.io/config": '{"holdApplicationUntilProxyStarts":true}',
    });
    expect(spec).toMatchObject({
      serviceAccountName: "order-core",
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(spec.containers[0]["ports"]).toEqual([
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "http-metrics", containerPort: 9090, protocol: "TCP" },
    ]);
  });

  test("have time to start and to stop", async () => {
    const { spec } = await templateOf({ health: { startupSeconds: 421, port: 8081 } });
    expect(spec.containers[0]).toMatchObject({
      startupProbe: { periodSeconds: 5, failureThreshold: 85, httpGet: { port: 8081 } },
      lifecycle: { preStop: { sleep: { seconds: 10 } } },
    });
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(40);
  });

  test("take variables of the user's, also instead of Spring's defaults", async () => {
    const registered = await registeredBy(() =>
      create({ env: { SERVER_SHUTDOWN: "immediate", DB: pulumi.secret("x") } }),
    );
    const env = template(registered).spec.containers[0].env;
    expect(env.filter(({ name }) => name === "SERVER_SHUTDOWN")).toEqual([
      { name: "SERVER_SHUTDOWN", value: "immediate" },
    ]);
    expect(env.some(({ name }) => name === "DB")).toBe(true);
  });

  test("may be none", async () => {
    const registered = await registeredBy(() => create({ replicas: 0 }));
    expect(find(registered, DEPLOYMENT).inputs["spec"]).toMatchObject({ replicas: 0 });
  });
});

describe("the pods roll", () => {
  const under = async (changes: Partial<OtelMtlsExceptionArgs>): Promise<Template> =>
    template(
      await registeredBy(() =>
        create({ mtlsException: new OtelMtlsException("otel-collector", { ...permissive, ...changes }) }),
      ),
    );

  test.each<[string, Partial<OtelMtlsExceptionArgs>]>([
    ["its date", { expires: "2027-02-20" }],
    ["its ticket", { ticket: "PLAT-9999" }],
    ["its approver and its reason", { approver: "team-risk", reason: "renewed" }],
    ["another client", { clients: [...permissive.clients, { namespace: "staging-webs", name: "seat" }] }],
  ])("not when the exception changes %s", async (_, changes) => {
    expect(await under(changes)).toEqual(await under({}));
  });

  test.each<[string, Partial<OtelMtlsExceptionArgs>]>([
    ["its mode", { mode: "plaintext" }],
    ["its ports", { collector: { ...permissive.collector, ports: [4317] } }],
    ["that the service is a client", { clients: [{ namespace: "staging-webs", name: "seat" }] }],
  ])("when the exception changes %s", async (_, changes) => {
    expect((await under(changes)).metadata).not.toEqual((await under({})).metadata);
  });
});

describe("policies", () => {
  test("see plain arguments: the collector by name, the exception as its contract", async () => {
    const registered = await registeredBy(() => {
      const mtlsException = new OtelMtlsException("otel-collector", permissive);
      const collector = new OtelCollector("otel-collector", {
        namespace: "monitoring",
        exporters: { tempo: "tempo:4317" },
        mtlsException,
      });
      return new JavaService("order-core", { ...withoutEndpoint, collector, mtlsException });
    });
    expect(find(registered, JavaService.__pulumiType).inputs).toMatchObject({
      namespace: "staging-webs",
      port: 8080,
      agent: { version: "2.31.0", protocol: "grpc" },
      collector: { namespace: "monitoring", name: "otel-collector" },
      mtlsException: { name: "otel-collector", mode: "permissive", expires: "2027-02-01" },
    });
  });
});

describe("it refuses", () => {
  test.each([
    [
      "neither collector nor endpoint",
      { endpoint: undefined },
      "endpoint  is missing; where telemetry goes, or collector",
    ],
    [
      "an address with a path for grpc",
      { endpoint: "http://c:4317/v1/traces" },
      "protocol grpc takes an address without path",
    ],
    ["the HTTP port for grpc", { endpoint: "http://c:4318" }, "protocol grpc uses 4317"],
    ["the gRPC port for HTTP", { agent: { protocol: "http/protobuf" } }, "protocol http/protobuf uses 4318"],
    [
      "an address that is none",
      { endpoint: "otel-collector:4317" },
      'endpoint  is "otel-collector:4317"; an http:// or https:// address',
    ],
    [
      "variables it sets itself",
      { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://x" } },
      "env.OTEL_EXPORTER_OTLP_ENDPOINT  is set by the component",
    ],
    ["an image without tag", { image: "order-core" }, 'image  is "order-core"; an image reference'],
    ["a typing error", { replica: 3 }, "replica  is unknown; did you mean replicas?"],
    [
      "a version that is a number",
      { agent: { version: 2.11 } },
      'agent.version  is 2.11; a version in quotes, such as "2.31.0"',
    ],
  ])("%s", async (_, changes, expected) => {
    expect(await refusalOf(() => create(changes))).toContain(expected);
  });

  test("an exception for another collector than its own", async () => {
    const message = await refusalOf(() => {
      const collector = new OtelCollector("gateway", { namespace: "monitoring", exporters: { tempo: "tempo:4317" } });
      return create({ collector, mtlsException: new OtelMtlsException("otel-collector", permissive) });
    });
    expect(message).toContain("mtlsException  is for monitoring/otel-collector; telemetry goes to monitoring/gateway");
  });
});
