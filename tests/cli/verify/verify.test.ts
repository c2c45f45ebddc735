import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import type { Verification } from "../../../cli/verify/verification";
import { cluster, serve, status, TOKEN, type Asked, type Cluster, type Reply } from "../support/api-server";
import { INCIDENT_YAML, REPAIRED_YAML } from "../support/incident";
import { meshtls } from "../support/meshtls";

/** Pods that run, as the incident's two Deployments make them. */
const pod = (namespace: string, deployment: string, { proxy, env = "" }: { proxy: boolean; env?: string }): string => `
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: ${deployment}-1
  namespace: ${namespace}
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: ${deployment}, controller: true }]
spec: { template: { spec: { containers: [{ name: app, image: x }] } } }
---
apiVersion: v1
kind: Pod
metadata:
  name: ${deployment}-1-a
  namespace: ${namespace}
  labels: { app: ${deployment}${proxy ? ", security.istio.io/tlsMode: istio" : ""} }
  ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: ${deployment}-1, controller: true }]
spec:
  containers: [{ name: ${deployment === "otel-collector" ? "collector" : "app"}, image: otel/opentelemetry-collector:0.130.0${env} }]
  ${proxy ? "initContainers: [{ name: istio-proxy, image: proxyv2, restartPolicy: Always }]" : ""}
status:
  phase: Running
  podIP: 10.0.0.${deployment.length}
  conditions: [{ type: Ready, status: "True" }]
  containerStatuses: [{ name: ${deployment === "otel-collector" ? "collector" : "app"}, ready: true, state: { running: {} } }]
  ${proxy ? "initContainerStatuses: [{ name: istio-proxy, ready: true, state: { running: {} } }]" : ""}
`;

const ENV = `
          env:
            - { name: OTEL_SERVICE_NAME, value: order-core }
            - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel-collector.monitoring:4317" }
            - { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: grpc }`;

/** Where the collector sends what it gets: nowhere. */
const CONFIGURATION = `
---
apiVersion: v1
kind: ConfigMap
metadata: { name: otel-collector, namespace: monitoring }
data:
  relay: |
    receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } }
    exporters: { debug: {} }
    service: { pipelines: { traces: { receivers: [otlp], exporters: [debug] } } }
`;

/** The incident's objects, rolled out and running. */
const deployed = (yaml: string): string =>
  yaml
    .replace("image: registry.example/order-core:1", `image: registry.example/order-core:1${ENV}`)
    .replace(
      /(kind: Deployment\n[^]*?\nspec:)/g,
      "status: { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }\n$1",
    )
    .replace(/^status: (.*)\n(kind: Deployment)/gm, "$2\nstatus: $1")
    .replace(
      "            - containerPort: 4317\n",
      (ports) => `${ports}          args: ["--config=/conf/relay.yaml"]
          volumeMounts: [{ name: config, mountPath: /conf }]
      volumes: [{ name: config, configMap: { name: otel-collector, items: [{ key: relay, path: relay.yaml }] } }]
`,
    )
    .concat(
      CONFIGURATION,
      pod("staging-webs", "order-core", { proxy: true }),
      pod("monitoring", "otel-collector", { proxy: false }),
    );

const LOGS: Readonly<Record<string, string>> = {
  "order-core-1-a/app": "started\n",
  "order-core-1-a/istio-proxy": "info Envoy proxy is ready\n",
  "otel-collector-1-a/collector": "Everything is ready. Begin running and processing data.\n",
};

/** Answers for the kubelet. */
const logs =
  (texts: Readonly<Record<string, string>> = LOGS) =>
  ({ path, query }: Asked): Reply | undefined => {
    const name = /\/pods\/([^/]+)\/log$/.exec(path)?.[1];
    if (name === undefined) return undefined;
    const text = texts[`${name}/${query.get("container")}`];
    return text === undefined ? status(500, "dial tcp 10.0.0.1:10250: i/o timeout") : { status: 200, text };
  };

const verify = ({ kubeconfig }: Cluster, ...argv: readonly string[]) =>
  meshtls(["verify", "--kubeconfig", kubeconfig, ...argv]);

const read = (stdout: string): Verification => JSON.parse(stdout) as Verification;
const short = ({ rows }: Verification) => rows.map(({ state, check, object }) => `${state} ${check} ${object}`);

test("everything holds", async () => {
  const lab = await cluster(deployed(REPAIRED_YAML), { override: logs() });
  const { code, stdout } = await verify(lab, "--format", "json");
  const verification = read(stdout);
  expect(short(verification)).toEqual([
    "holds rollout Deployment monitoring/otel-collector",
    "holds rollout Deployment staging-webs/order-core",
    "holds pods Deployment monitoring/otel-collector",
    "holds pods Deployment staging-webs/order-core",
    "holds sidecar Deployment staging-webs/order-core",
    "holds verdict Deployment staging-webs/order-core → otel-collector.monitoring:4317",
    "holds logs Deployment monitoring/otel-collector",
    "holds logs Deployment staging-webs/order-core",
  ]);
  expect(code).toBe(0);
  expect(verification.notAsked).toEqual(["traces", "targets"]);
});

test("the incident: the verdict does not hold, and neither does the log of its client", async () => {
  const line =
    "ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server is UNAVAILABLE. Full error message:upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end\n";
  const lab = await cluster(deployed(INCIDENT_YAML), { override: logs({ ...LOGS, "order-core-1-a/app": line }) });
  const { code, stdout } = await verify(lab, "--format", "json");
  expect(code).toBe(1);
  expect(short(read(stdout)).slice(0, 3)).toEqual([
    "does-not-hold verdict Deployment staging-webs/order-core → otel-collector.monitoring:4317",
    "does-not-hold logs Deployment staging-webs/order-core",
    "holds rollout Deployment monitoring/otel-collector",
  ]);
});

test("logs are asked for with bounds", async () => {
  const lab = await cluster(deployed(REPAIRED_YAML), { override: logs() });
  await verify(lab, "--since", "2m");
  const [asked] = lab.asked.filter(({ path }) => path.endsWith("/log"));
  expect(Object.fromEntries(asked?.query ?? [])).toMatchObject({
    sinceSeconds: "120",
    tailLines: "2000",
    limitBytes: "1048576",
  });
});

test.each([
  [403, "may not be read (403)"],
  [500, "a log that cannot be read"],
])("a log that answers %d is unknown: exit 1, unless unknown is to stop nothing", async (code, says) => {
  const lab = await cluster(deployed(REPAIRED_YAML), {
    override: ({ path }) => (path.endsWith("/log") ? status(code, "no") : undefined),
  });
  const strict = await verify(lab, "-n", "staging-webs");
  expect([strict.code, strict.stdout]).toEqual([1, expect.stringContaining(says)]);
  expect((await verify(lab, "-n", "staging-webs", "--fail-on", "error")).code).toBe(0);
});

test("a client of which nobody can tell where it connects to is unknown", async () => {
  const lab = await cluster(deployed(REPAIRED_YAML).replace('args: ["--config=/conf/relay.yaml"]', "args: []"), {
    override: logs(),
  });
  const { code, stdout } = await verify(lab, "--format", "json");
  expect([code, short(read(stdout))[0]]).toEqual([
    1,
    expect.stringMatching(/^unknown verdict Deployment monitoring\/otel-collector /),
  ]);
});

test("what may not be listed leaves nothing to verify: exit 3", async () => {
  const lab = await cluster(deployed(REPAIRED_YAML), {
    override: ({ path }) => (path.endsWith("/pods") ? status(403, "forbidden") : undefined),
  });
  const { code, stdout, stderr } = await verify(lab, "--wait", "1s");
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toContain("listing pods is forbidden (403)");
});

test("--wait looks until it holds, also while the cluster does not answer yet", async () => {
  let looks = 0;
  const lab = await cluster(deployed(REPAIRED_YAML), {
    override: (asked) => (asked.path === "/apis" && looks++ === 0 ? status(503, "starting") : logs()(asked)),
  });
  const { code, stderr } = await verify(lab, "--wait", "1s");
  expect(code).toBe(0);
  expect(stderr).toContain("the cluster does not answer");
  expect(looks).toBe(2);
});

test("--namespace limits the rows", async () => {
  const lab = await cluster(deployed(INCIDENT_YAML), { override: logs() });
  const { stdout } = await verify(lab, "-n", "monitoring", "--format", "json");
  expect(short(read(stdout)).filter((row) => row.includes("staging-webs/"))).toEqual([
    "does-not-hold verdict Deployment staging-webs/order-core → otel-collector.monitoring:4317",
  ]);
});

test("an empty cluster is nothing that holds", async () => {
  const { code, stdout } = await verify(await cluster(""));
  expect([code, stdout]).toEqual([1, expect.stringContaining("nothing was found that could be checked")]);
});

describe("beside the cluster", () => {
  const store = {
    /** Answers as documented for a service with one trace, and for one with none. */
    jaeger: (has: boolean) => ({
      data: has ? [{ traceID: "4bf92f35", spans: [], processes: {} }] : [],
      total: 0,
      limit: 0,
      offset: 0,
      errors: null,
    }),
    tempo: (has: boolean) => ({
      ...(has ? { traces: [{ traceID: "4bf92f35", rootServiceName: "order-core" }] } : {}),
      metrics: { inspectedTraces: 3 },
    }),
    zipkin: (has: boolean) =>
      has ? [[{ traceId: "4bf92f35", id: "1", localEndpoint: { serviceName: "order-core" } }]] : [],
  };

  test.each([
    ["jaeger", "/api/traces", "service", "order-core"],
    ["tempo", "/api/search", "q", '{ resource.service.name = "order-core" }'],
    ["zipkin", "/api/v2/traces", "serviceName", "order-core"],
  ] as const)("%s is asked for traces of the service", async (kind, path, parameter, value) => {
    const lab = await cluster(deployed(REPAIRED_YAML), { override: logs() });
    let has = true;
    const { url, asked } = await serve(() => ({ status: 200, body: store[kind](has) }));
    const rows = async () => {
      const { stdout } = await verify(lab, "--format", "json", "--traces", `${kind}=${url}/sub/`);
      return short(read(stdout)).filter((row) => row.includes("traces"));
    };
    expect(await rows()).toEqual(["holds traces order-core"]);
    has = false;
    expect(await rows()).toEqual(["does-not-hold traces order-core"]);
    expect(asked[0]?.path).toBe(`/sub${path}`);
    expect(asked[0]?.query.get(parameter)).toBe(value);
    expect(asked[0]?.query.get("limit")).toBe("1");
  });

  test("a store that is another one is unknown", async () => {
    const lab = await cluster(deployed(REPAIRED_YAML), { override: logs() });
    const { url } = await serve(() => ({ status: 200, body: { hello: "world" } }));
    const { code, stdout } = await verify(lab, "--traces", `tempo=${url}`);
    expect([code, stdout]).toEqual([1, expect.stringContaining("does not answer /api/search as tempo does")]);
  });

  test("Prometheus is asked for its targets", async () => {
    const lab = await cluster(deployed(REPAIRED_YAML), { override: logs() });
    const targets = [
      {
        health: "up",
        lastError: "",
        scrapePool: "pods",
        labels: { job: "pods", instance: "10.0.0.1:15020", namespace: "staging-webs" },
      },
      {
        health: "down",
        lastError: 'Get "http://user:hunter2@10.0.0.2:8080/metrics": read: connection reset by peer',
        scrapePool: "pods",
        discoveredLabels: { __meta_kubernetes_namespace: "monitoring" },
        labels: { job: "pods", instance: "10.0.0.2:8080" },
      },
    ];
    const { url, asked } = await serve(() => ({
      status: 200,
      body: { status: "success", data: { activeTargets: targets, droppedTargets: [] } },
    }));
    const all = await verify(lab, "--prometheus", url);
    expect(all.stdout).toContain("1 of 2 targets are down: 10.0.0.2:8080");
    expect(all.stdout).not.toContain("hunter2");
    expect((await verify(lab, "-n", "staging-webs", "--prometheus", url)).stdout).toContain("1 of 1 targets are up");
    expect(asked[0]?.path).toBe("/api/v1/targets");
  });

  test("credentials are sent where they belong, and shown nowhere", async () => {
    const lab = await cluster(deployed(REPAIRED_YAML), { override: logs() });
    const { url, asked } = await serve(() => ({ status: 401, text: "hunter2 is wrong" }));
    const address = url.replace("http://", "http://user:hunter2@");
    const { code, stdout, stderr } = await verify(
      lab,
      "--traces",
      `jaeger=${address}`,
      "--header",
      "X-Scope-OrgID: tenant-secret",
    );
    expect(code).toBe(1);
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("user:hunter2").toString("base64")}`);
    expect(asked[0]?.headers["x-scope-orgid"]).toBe("tenant-secret");
    expect(stdout).toContain("does not accept the credentials given (401)");
    for (const secret of ["hunter2", "tenant-secret", TOKEN]) expect(stdout + stderr).not.toContain(secret);
    expect(lab.asked.some(({ headers }) => "x-scope-orgid" in headers)).toBe(false);
  });
});

test.each([
  [["--traces", "jager=http://x"], /KIND is one of jaeger, tempo, zipkin; did you mean "jaeger"\?/],
  [["--traces", "tempo=ftp://x"], /--traces needs an address that begins with http/],
  [["--prometheus", "localhost:9090"], /--prometheus needs an address/],
  [["--since", "10 minutes"], /--since is "10 minutes"; a number of seconds, minutes or hours: 90s, 10m, 1h/],
  [["--wait", "0s"], /--wait is "0s"/],
  [["--header", "secret"], /--header is 'NAME: VALUE'/],
])("%j is asked back", async (argv, message) => {
  const { code, stderr } = await meshtls(["verify", ...argv]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

describe("formats", () => {
  const schema: object = JSON.parse(
    readFileSync(join(__dirname, "..", "..", "..", "docs", "verify.schema.json"), "utf8"),
  ) as object;

  test("all say the same, with the same exit code", async () => {
    const lab = await cluster(deployed(INCIDENT_YAML), { override: logs() });
    const results = await Promise.all(
      ["text", "json", "markdown", "junit"].map((format) => verify(lab, "--format", format)),
    );
    expect(results.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    const { rows } = read(results[1]?.stdout ?? "");
    expect(new Ajv2020({ strict: true }).validate(schema, { ...read(results[1]?.stdout ?? "") })).toBe(true);
    for (const { object } of rows) {
      expect(results[0]?.stdout).toContain(object);
      expect(results[2]?.stdout).toContain(object);
      expect(results[3]?.stdout).toContain(object);
    }
    expect(results[3]?.stdout).toContain(
      `<testsuites name="meshtls verify" tests="${rows.length}" failures="1" errors="0">`,
    );
  });

  test("--quiet leaves out what holds", async () => {
    const lab = await cluster(deployed(INCIDENT_YAML), { override: logs() });
    const { stdout } = await verify(lab, "--quiet");
    expect(stdout).toContain("does not hold");
    expect(stdout).not.toMatch(/^holds/m);
  });
});
