import { join } from "node:path";
import { cluster, status, TOKEN, type Cluster } from "../support/api-server";
import { FLOW, INCIDENT, INCIDENT_YAML, REPAIRED_YAML } from "../support/incident";
import { folder, meshtls } from "../support/meshtls";
import type { Report } from "../../../cli/report";

const live = ({ kubeconfig }: Cluster, ...argv: readonly string[]) =>
  meshtls(["check", "--live", "--kubeconfig", kubeconfig, ...argv]);

const reportOf = (stdout: string): Report => JSON.parse(stdout) as Report;

/** What does not say where an object was found. */
const placeless = ({ summary, flows, findings }: Report) => ({
  flows,
  findings: findings.map(({ id, object, path }) => ({ id, object, path })),
  errors: summary.findings,
});

test("a cluster gives the verdicts that its manifests give", async () => {
  const lab = await cluster(INCIDENT_YAML);
  const fromCluster = await live(lab, "--format", "json", "--flow", FLOW);
  const fromFile = await meshtls(["check", "--format", "json", "--flow", FLOW, INCIDENT]);
  expect(fromCluster.code).toBe(1);
  expect(placeless(reportOf(fromCluster.stdout))).toEqual(placeless(reportOf(fromFile.stdout)));
  expect(reportOf(fromCluster.stdout).findings[0]?.location).toEqual({ cluster: "lab" });
});

test("--context names the cluster; one that is not there is asked back", async () => {
  const lab = await cluster(INCIDENT_YAML);
  const { stdout } = await live(lab, "--context", "staging", "--format", "json", "--flow", FLOW);
  expect(reportOf(stdout).findings[0]?.location).toEqual({ cluster: "staging" });
  const wrong = await live(lab, "--context", "stagin");
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--context is "stagin"; one of lab, staging; did you mean "staging"?');
});

test("authenticates, and asks for no Secret", async () => {
  const lab = await cluster(INCIDENT_YAML);
  await live(lab);
  expect(lab.asked.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
  expect(lab.asked.map(({ path }) => path).filter((path) => path.includes("secrets"))).toEqual([]);
});

test("reads every page", async () => {
  const lab = await cluster(INCIDENT_YAML, { page: 1 });
  const { stdout } = await live(lab, "--format", "json", "--flow", FLOW);
  expect(reportOf(stdout).summary.objects).toBe(7);
  const pages = lab.asked.filter(({ path }) => path.endsWith("/deployments"));
  expect(pages.map(({ query }) => query.get("continue"))).toEqual([null, "1"]);
  expect(pages[0]?.query.get("limit")).toBe("500");
});

test("a list that is forgotten half way (410) is begun again, and nothing counts twice", async () => {
  let expired = 0;
  const lab = await cluster(INCIDENT_YAML, {
    page: 1,
    override: ({ path, query }) =>
      path.endsWith("/deployments") && query.has("continue") && expired++ === 0
        ? status(410, "The provided continue parameter is too old")
        : undefined,
  });
  const { code, stdout } = await live(lab, "--format", "json", "--flow", FLOW);
  expect([code, reportOf(stdout).summary.objects]).toEqual([1, 7]);
});

test("a list that is never told to its end is no list", async () => {
  const lab = await cluster(INCIDENT_YAML, {
    page: 1,
    override: ({ path, query }) =>
      path.endsWith("/deployments") && query.has("continue") ? status(410, "too old") : undefined,
  });
  const { code, stderr, stdout } = await live(lab);
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toContain("listing deployments.apps comes to no end: they change faster than they can be read");
});

test("waits for a busy API server as long as it says", async () => {
  let busy = 0;
  const lab = await cluster(INCIDENT_YAML, {
    override: ({ path }) =>
      path.endsWith("/pods") && busy++ === 0 ? status(429, "too many requests", { "retry-after": "1" }) : undefined,
  });
  const { code } = await live(lab, "--flow", FLOW);
  expect(code).toBe(1);
  expect(lab.asked.filter(({ path }) => path.endsWith("/pods"))).toHaveLength(2);
});

test("what may not be listed is not taken for empty", async () => {
  const lab = await cluster(INCIDENT_YAML, {
    override: ({ path }) =>
      /\/(destinationrules|peerauthentications)$/.test(path)
        ? status(403, `destinationrules is forbidden: User "reader" cannot list resource`)
        : undefined,
  });
  const { code, stderr, stdout } = await live(lab, "--flow", FLOW);
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toContain(
    `listing destinationrules.networking.istio.io is forbidden (403): without them nobody can tell what clients' proxies send; allow "list" on them in all namespaces`,
  );
  expect(stderr).toContain("listing peerauthentications.security.istio.io is forbidden (403)");
  expect(stderr).not.toContain(TOKEN);
});

test("a cluster without Istio has no rules of Istio, and says so", async () => {
  const lab = await cluster(INCIDENT_YAML, {
    without: ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "opentelemetry.io"],
  });
  const { code, stdout } = await live(lab, "--format", "json", "--flow", FLOW);
  expect(code).toBe(0);
  expect(reportOf(stdout).flows[0]?.outcome).toBe("plaintext");
  expect(reportOf(stdout).assumptions[0]).toBe(
    "the cluster serves no networking.istio.io and no security.istio.io: there is no such rule in it, as in a cluster without Istio",
  );
});

test("an older version of a group is used where the preferred one lacks the kind", async () => {
  const lab = await cluster(INCIDENT_YAML, {
    override: ({ path }) => {
      if (path === "/apis")
        return {
          status: 200,
          body: {
            groups: [
              {
                name: "networking.istio.io",
                preferredVersion: { version: "v2" },
                versions: [{ version: "v2" }, { version: "v1" }],
              },
              { name: "apps", preferredVersion: { version: "v1" }, versions: [{ version: "v1" }] },
              { name: "security.istio.io", preferredVersion: { version: "v1" }, versions: [{ version: "v1" }] },
            ],
          },
        };
      return path.includes("/v2/") ? status(404, "the server could not find the requested resource") : undefined;
    },
  });
  const { code, stdout } = await live(lab, "--format", "json", "--flow", FLOW);
  expect([code, reportOf(stdout).flows[0]?.symptom]).toEqual([1, "wrong-version-number"]);
});

test.each([
  ["nobody listens", "http://127.0.0.1:9", /the API server http:\/\/127\.0\.0\.1:9 refuses the connection/],
  [
    "no such name",
    "https://cluster.invalid:6443",
    /the API server https:\/\/cluster\.invalid:6443 (is a name|cannot|does not)/,
  ],
])("exit 3 when %s", async (_, server, message) => {
  const lab = await cluster("");
  const config = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "reader", user: { token: TOKEN } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "reader" } }],
    "current-context": "lab",
  });
  const { code, stderr } = await live({ ...lab, kubeconfig: `${folder({ config })}/config` });
  expect(code).toBe(3);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain(TOKEN);
});

test.each([
  ["there is none", undefined, /nowhere/],
  ["it is no YAML", "{", /cannot be read/],
  ["it names no cluster", "apiVersion: v1\nkind: Config\n", /names no cluster/],
])("a kubeconfig is asked back when %s", async (_, content, message) => {
  const path = content === undefined ? "/nowhere/config" : `${folder({ config: content })}/config`;
  const { code, stderr } = await meshtls(["check", "--live", "--kubeconfig", path]);
  expect(code).toBe(3);
  expect(stderr).toMatch(message);
});

test("credentials that are not accepted are said, and not shown", async () => {
  const lab = await cluster(INCIDENT_YAML, { override: () => status(401, `token ${TOKEN} is bad`) });
  const { code, stderr } = await live(lab);
  expect(code).toBe(3);
  expect(stderr).toContain("the credentials of the kubeconfig are not accepted (401)");
  expect(stderr).not.toContain(TOKEN);
});

test("only ConfigMaps that something refers to are read", async () => {
  const lab = await cluster(`
apiVersion: v1
kind: ConfigMap
metadata: { name: otel-collector, namespace: monitoring }
data: { relay: "receivers: {}" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: somebody-elses, namespace: monitoring }
data: { a: b }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-ca-root-cert, namespace: monitoring }
data: { a: b }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: true" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: exception, namespace: monitoring, annotations: { meshtls.dev/exception: exception } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: otel-collector, namespace: monitoring }
spec:
  template:
    spec:
      containers: [{ name: collector, image: otel/opentelemetry-collector:0.130.0 }]
      volumes:
        - name: config
          projected: { sources: [{ configMap: { name: otel-collector } }] }
`);
  await live(lab);
  const list = lab.asked.filter(({ path }) => path === "/api/v1/configmaps");
  expect(list.map(({ headers }) => headers.accept)).toEqual([
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  ]);
  expect(lab.asked.map(({ path }) => path).filter((path) => path.includes("/namespaces/"))).toEqual([
    "/api/v1/namespaces/monitoring/configmaps/otel-collector",
    "/api/v1/namespaces/istio-system/configmaps/istio",
    "/api/v1/namespaces/monitoring/configmaps/exception",
  ]);
});

const ELSEWHERE = `${INCIDENT_YAML}
---
apiVersion: v1
kind: Namespace
metadata: { name: other, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: billing, namespace: other }
spec:
  selector: { matchLabels: { app: billing } }
  template:
    metadata: { labels: { app: billing } }
    spec:
      containers:
        - name: app
          image: registry.example/billing:1
          env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel-collector.monitoring:4317" }]
`;

test("--namespace limits what is told, not what is known", async () => {
  const lab = await cluster(ELSEWHERE);
  const all = reportOf((await live(lab, "--format", "json")).stdout);
  expect(all.flows.map(({ from, outcome }) => [from.name, outcome])).toEqual([["billing", "refused"]]);
  const web = reportOf((await live(lab, "--format", "json", "-n", "staging-webs")).stdout);
  expect(web.flows).toEqual([]);
  const other = reportOf((await live(lab, "--format", "json", "-n", "other")).stdout);
  expect(other.flows).toEqual(all.flows);
  expect(other.findings.map(({ object }) => object)).toContain("DestinationRule istio-system/default");
});

test("--namespace that nobody knows is asked back", async () => {
  const { code, stderr } = await live(await cluster(ELSEWHERE), "-n", "othr");
  expect(code).toBe(2);
  expect(stderr).toContain('--namespace "othr": nothing stands in it; did you mean "other"?');
});

test("explain, fix and diagnose ask the cluster as well", async () => {
  const { kubeconfig } = await cluster(ELSEWHERE);
  const asking = ["--live", "--kubeconfig", kubeconfig];
  const target = "otel-collector.monitoring:4317";
  expect((await meshtls(["explain", "other/billing", target, ...asking])).stdout).toContain("wrong-version-number");
  expect((await meshtls(["fix", ...asking, "-n", "other"])).stdout).toContain("billing");
  expect((await meshtls(["fix", ...asking, "-n", "staging-webs"])).stdout).toContain("nothing to repair");
  const log =
    "reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end";
  expect((await meshtls(["diagnose", ...asking], { stdin: log })).stdout).toContain("Deployment other/billing");
});

test("diff compares clusters, and a cluster with files", async () => {
  const { kubeconfig } = await cluster(INCIDENT_YAML);
  const diff = (...sides: readonly string[]) => meshtls(["diff", "--kubeconfig", kubeconfig, "--flow", FLOW, ...sides]);
  expect((await diff("live:", INCIDENT)).stdout).toContain("no verdict changed (1 flow)");
  expect((await diff("live:lab", "live:staging")).stdout).toContain("no verdict changed (1 flow)");
  const repaired = join(folder({ "mesh.yaml": REPAIRED_YAML }), "mesh.yaml");
  expect((await diff("live:", repaired)).stdout).toContain("better");
  const worse = await diff(repaired, "live:staging");
  expect([worse.code, worse.stdout]).toEqual([1, expect.stringContaining("worse")]);
  expect((await diff("live:nowhere", repaired)).code).toBe(2);
});

test("files and a cluster at once are no whole", async () => {
  const { code, stderr } = await live(await cluster(INCIDENT_YAML), INCIDENT);
  expect(code).toBe(2);
  expect(stderr).toContain("--live reads a cluster, which is whole by itself");
});
