import * as pulumi from "@pulumi/pulumi";

import { renderCollectorConfig, type CollectorSettings } from "../../components/collector/config";
import {
  OtelCollector,
  OtelMtlsException,
  setClock,
  type OtelCollectorArgs,
  type OtelMtlsExceptionArgs,
} from "../../components/index";
import { find, refusalOf, registeredBy, UNKNOWN, type MockOptions } from "../support/mocks";
import { DAY, keepStrict, permissive } from "./support/exceptions";

beforeAll(() => setClock(() => DAY));

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SERVICE = "kubernetes:core/v1:Service";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

const base: OtelCollectorArgs = { namespace: "monitoring", exporters: { tempo: "tempo.monitoring:4317" } };

const create = (changes: object = {}, exception?: object) => {
  const mtlsException =
    exception === undefined
      ? {}
      : { mtlsException: new OtelMtlsException("exception", { ...permissive, ...exception }) };
  return new OtelCollector("otel-collector", { ...base, ...mtlsException, ...changes });
};

interface Template {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
  readonly spec: {
    readonly containers: readonly [Record<string, unknown>];
    readonly volumes: unknown;
    readonly securityContext: unknown;
  };
}

async function templateOf(build: () => unknown, options?: MockOptions): Promise<Template> {
  const registered = await registeredBy(build, options);
  return (find(registered, DEPLOYMENT).inputs["spec"] as { template: Template }).template;
}

describe("the pods", () => {
  test("are in the mesh, restricted, probed, and leave in peace", async () => {
    const { metadata, spec } = await templateOf(() => create());
    const [container] = spec.containers;
    expect(metadata.labels["sidecar.istio.io/inject"]).toBe("true");
    expect(metadata.annotations).toMatchObject({
      "sidecar.istio.io/nativeSidecar": "true",
      "prometheus.io/port": "8888",
    });
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 });
    expect(container).toMatchObject({
      startupProbe: { httpGet: { port: "health" } },
      readinessProbe: { httpGet: { port: "health" } },
      livenessProbe: { httpGet: { port: "health" } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      resources: { requests: { cpu: "200m", memory: "1Gi" }, limits: { memory: "1Gi" } },
    });
    expect(container["env"]).toContainEqual({ name: "GOMEMLIMIT", value: "819MiB" });
  });

  test.each([
    ["permissive", "true"],
    ["plaintext", "true"],
    ["no-sidecar", "false"],
  ])("of mode %s are injected: %s", async (mode, injected) => {
    const { metadata } = await templateOf(() => create({}, { mode }));
    expect(metadata.labels["sidecar.istio.io/inject"]).toBe(injected);
    expect("sidecar.istio.io/nativeSidecar" in metadata.annotations).toBe(injected === "true");
  });

  test("keep OTLP out of the proxy only when the exception says so", async () => {
    const excluded = "traffic.sidecar.istio.io/excludeInboundPorts";
    const captured = await templateOf(() => create({}, { mode: "plaintext" }));
    const uncaptured = await templateOf(() => create({}, { mode: "plaintext", captured: false }));
    expect(captured.metadata.annotations[excluded]).toBeUndefined();
    expect(uncaptured.metadata.annotations[excluded]).toBe("4317,4318");
  });

  test("run the digest that was pinned", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { spec } = await templateOf(() => create({ image: { version: "0.158.0", digest: pulumi.output(digest) } }));
    expect(spec.containers[0]["image"]).toBe(
      `ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s:0.158.0@${digest}`,
    );
  });

  test("roll when the configuration changes, and not otherwise", async () => {
    const one = await templateOf(() => create());
    const same = await templateOf(() => create({ replicas: 3 }));
    const other = await templateOf(() => create({ exporters: { tempo: "tempo.other:4317" } }));
    expect(same).toEqual(one);
    expect(other.metadata.annotations["checksum/config"]).not.toBe(one.metadata.annotations["checksum/config"]);
    expect(other.spec.volumes).not.toEqual(one.spec.volumes);
  });
});

describe("the configuration", () => {
  const settings: CollectorSettings = {
    version: "0.159.0",
    ports: { grpc: 4317, http: 4318 },
    clusterName: undefined,
    logLevel: "info",
    exporters: { tempo: "tempo.monitoring:4317", prometheus: "http://prometheus.monitoring:9090/api/v1/otlp" },
  };

  test.each([
    ["0.159.0", ["k8s_attributes:", "otlp_grpc/tempo:", "otlp_http/prometheus:"]],
    ["0.146.0", ["k8s_attributes:", "otlp_grpc/tempo:", "otlp_http/prometheus:"]],
    ["0.145.0", ["k8sattributes:", "otlp_grpc/tempo:", "otlp_http/prometheus:"]],
    ["0.143.1", ["k8sattributes:", "otlp/tempo:", "otlphttp/prometheus:"]],
  ])("of %s calls components as that version does", (version, names) => {
    const text = renderCollectorConfig({ ...settings, version });
    for (const name of names) expect(text).toContain(`  ${name}\n`);
  });

  test("limits memory first, retries and queues, whatever the pipeline", async () => {
    const registered = await registeredBy(() => create({ clusterName: "staging" }));
    const { data, immutable, metadata } = find(registered, CONFIG_MAP).inputs as {
      data: Record<string, string>;
      immutable: boolean;
      metadata: { name: string };
    };
    const text = data["collector.yaml"] ?? "";
    expect(immutable).toBe(true);
    expect(metadata.name).toMatch(/^otel-collector-config-[0-9a-f]{10}$/);
    expect(text).toMatch(
      /traces:\n\s+receivers:\n\s+- otlp\n\s+processors:\n\s+- memory_limiter\n\s+- k8s_attributes\n\s+- resource/,
    );
    expect(text).toMatch(/retry_on_failure:\n\s+enabled: true/);
    expect(text).toMatch(/sending_queue:\n\s+enabled: true/);
  });

  test("takes only what has a backend", async () => {
    let collector: OtelCollector | undefined;
    await registeredBy(() => {
      collector = create();
    });
    expect(collector?.signals).toEqual(["traces"]);
    expect(
      renderCollectorConfig({ ...settings, exporters: { tempo: undefined, prometheus: "http://p" } }),
    ).not.toContain("traces:");
  });

  test("may hang on an address that a preview does not know", async () => {
    class Backend extends pulumi.CustomResource {}
    const template = await templateOf(
      () => create({ exporters: { tempo: new Backend("test:index:Backend", "backend").id } }),
      { preview: true },
    );
    expect(template.metadata.annotations["checksum/config"]).toEqual(UNKNOWN);
    expect(template.spec.volumes).toEqual([{ name: "config", configMap: { name: UNKNOWN } }]);
  });
});

describe("the Service", () => {
  test("says what its ports speak", async () => {
    const registered = await registeredBy(() => create({ ports: { grpc: 14317, http: 14318 } }));
    const { ports } = find(registered, SERVICE).inputs["spec"] as { ports: Record<string, unknown>[] };
    expect(ports.map(({ name, port, targetPort, appProtocol }) => [name, port, targetPort, appProtocol])).toEqual([
      ["grpc-otlp", 14317, 14317, "grpc"],
      ["http-otlp", 14318, 14318, "http"],
      ["http-metrics", 8888, 8888, "http"],
    ]);
  });

  test("has an internal load balancer for the ranges of the exception, whose health checks get through", async () => {
    const registered = await registeredBy(() => create({ internalLoadBalancer: true }, {}));
    const { metadata, spec } = find(registered, SERVICE, "otel-collector-internal").inputs as {
      metadata: { annotations: Record<string, string> };
      spec: Record<string, unknown>;
    };
    expect(spec).toMatchObject({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.20.0.0/24"] });
    expect(metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-healthcheck-port"]).toBe("15021");
    const policy = find(registered, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "otel-collector-health-policy");
    expect(policy.inputs["spec"]).toMatchObject({ ingress: [{ ports: [{ port: 15021 }] }] });
  });
});

test.each([
  ["without an exception", {}],
  ["when every client is inside", { mtlsException: keepStrict }],
])("there is no load balancer %s", async (_, { mtlsException }: { mtlsException?: OtelMtlsExceptionArgs }) => {
  const registered = await registeredBy(() =>
    create({
      internalLoadBalancer: true,
      ...(mtlsException === undefined ? {} : { mtlsException: new OtelMtlsException("exception", mtlsException) }),
    }),
  );
  expect(registered.filter(({ type }) => type === SERVICE)).toHaveLength(1);
});

describe("policies", () => {
  test("see the collector's plain arguments, and the exception as its contract", async () => {
    const registered = await registeredBy(() => create({}, {}));
    expect(find(registered, OtelCollector.__pulumiType).inputs).toMatchObject({
      namespace: "monitoring",
      ports: { grpc: 4317, http: 4318 },
      mtlsException: { name: "exception", collector: "otel-collector", mode: "permissive", ports: [4317, 4318] },
    });
  });

  test("see that there is no exception", async () => {
    const registered = await registeredBy(() => create());
    expect("mtlsException" in find(registered, OtelCollector.__pulumiType).inputs).toBe(false);
  });
});

describe("it refuses", () => {
  test.each([
    [
      "an exception for another collector",
      { collector: { namespace: "monitoring", name: "other" } },
      'mtlsException  is for the collector "other", not for "otel-collector"',
    ],
    [
      "an exception for another namespace",
      { collector: { namespace: "tracing", name: "otel-collector" } },
      "mtlsException  is for namespace tracing; the collector is in monitoring",
    ],
    [
      "an exception for a port of somebody else",
      {
        collector: { namespace: "monitoring", name: "otel-collector", ports: [4317, 14250], otlpPorts: [4317, 14250] },
      },
      "mtlsException  opens 14250; the collector's OTLP ports are 4317 and 4318",
    ],
    [
      "an exception that selects other pods",
      { collector: { namespace: "monitoring", name: "otel-collector", selector: { app: "otel-collector" } } },
      'mtlsException  selects {"app":"otel-collector"}; the collector\'s pods are',
    ],
  ])("%s", async (_, exception, expected) => {
    expect(await refusalOf(() => create({}, exception))).toContain(expected);
  });

  test.each([
    ["something that is no exception", { mtlsException: permissive }, "mtlsException  is "],
    ["no backend", { exporters: {} }, "exporters  names no backend"],
    [
      "an image too old for its configuration",
      { image: { version: "0.98.0" } },
      "image.version  is 0.98.0; 0.130.0 or newer",
    ],
    ["the same port twice", { ports: { grpc: 4317, http: 4317 } }, "ports.http  is 4317, the gRPC port too"],
  ])("%s", async (_, changes, expected) => {
    expect(await refusalOf(() => create(changes))).toContain(expected);
  });
});
