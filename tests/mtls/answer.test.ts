import { resolveClient } from "../../policies/mtls/answer";
import { UNKNOWN } from "../../policies/mtls/known";
import { indexMesh } from "../../policies/mtls/mesh-index";
import {
  ask,
  deployment,
  destinationRule,
  gateway,
  INJECTED,
  meshConfig,
  meshOf,
  namespace,
  OTEL_PORTS,
  peerAuthentication,
  service,
  serviceEntry,
  sidecar,
  STRICT,
  twoEnds,
  virtualService,
} from "./support";

const MUTUAL = { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } };

describe("an answer", () => {
  const answer = ask(
    [...twoEnds({ collectorInjected: false }), destinationRule("istio-system", "mesh", { host: "*.local", ...MUTUAL })],
    {},
  );

  test("says who asks whom, what is sent and accepted, and how that ends", () => {
    expect(answer).toMatchObject({
      from: { kind: "Deployment", namespace: "apps", name: "web" },
      to: { host: "otel.monitoring.svc.cluster.local", port: 4317 },
      asked: "otel.monitoring:4317",
      protocol: "grpc",
      tls: false,
      serverSpeaks: "plaintext",
      origin: "declared",
      outcome: "refused",
      symptom: "wrong-version-number",
      servers: [
        {
          workload: { kind: "Deployment", namespace: "monitoring", name: "otel" },
          targetPort: 4317,
          sends: "mtls",
          accepts: ["plaintext"],
          outcome: "refused",
          symptom: "wrong-version-number",
        },
      ],
      undecided: [],
    });
  });

  test("names the rule that decided, in few steps", () => {
    expect(answer.because).toContainEqual({
      step: "destination-rule",
      object: "DestinationRule istio-system/mesh",
      says: "spec.trafficPolicy.tls is ISTIO_MUTUAL: the client's proxy sends mutual TLS, whatever the server can do",
    });
    expect(answer.because.length).toBeLessThanOrEqual(5);
  });

  test("has evidence only when asked for", () => {
    const objects = [
      ...twoEnds(),
      destinationRule("istio-system", "mesh", { host: "*.local", ...MUTUAL }),
      destinationRule("monitoring", "otel", { host: "otel", trafficPolicy: { tls: { mode: "DISABLE" } } }),
      destinationRule("platform", "lost", { host: "otel.monitoring.svc.cluster.local", ...MUTUAL }),
    ];
    expect(ask(objects, {})).not.toHaveProperty("evidence");
    const { evidence = [] } = ask(objects, {}, { evidence: true });
    const rules = evidence.filter(({ step }) => step === "destination-rule");
    expect(rules.map(({ object, won }) => [object, won])).toEqual([
      ["DestinationRule istio-system/mesh", false],
      ["DestinationRule monitoring/otel", true],
      ["DestinationRule platform/lost", false],
    ]);
    expect(evidence.find(({ object }) => object === "DestinationRule platform/lost")?.says).toMatch(/never looked at/);
    expect(evidence).toContainEqual(
      expect.objectContaining({ object: "PeerAuthentication istio-system/default", won: true }),
    );
  });

  test("brackets an IPv6 address and nothing else", () => {
    expect(ask(twoEnds(), { host: "fd00::1" }).asked).toBe("[fd00::1]:4317");
    expect(ask(twoEnds(), { host: "pod:apps/web" }).asked).toBe("pod:apps/web:4317");
  });

  test("takes gRPC on 4317 and HTTP elsewhere for granted", () => {
    expect(ask(twoEnds(), { port: 4317 }).protocol).toBe("grpc");
    expect(ask(twoEnds(), { port: 4318 }).protocol).toBe("http");
    expect(ask(twoEnds(), { port: 4317, protocol: "tcp" }).protocol).toBe("tcp");
  });
});

describe("the client", () => {
  const index = indexMesh(meshOf([...twoEnds(), deployment("batch", "web"), service("apps", "web", { ports: [] })]));

  test.each(["apps/web", "apps/Deployment/web", "apps/deployment/web"])("is found as %s", (from) => {
    expect(resolveClient(index, from)).toMatchObject({ ref: { kind: "Deployment", namespace: "apps", name: "web" } });
  });

  test("may be a range outside the mesh", () => {
    expect(resolveClient(index, "cidr:10.20.0.0/24")).toEqual({
      ref: { kind: "Host", namespace: "", name: "10.20.0.0/24" },
      workload: null,
    });
  });

  test.each(["apps/nobody", "apps/StatefulSet/web", "nonsense", "a/b/c/d", "cidr:nonsense", ""])(
    "is nobody in particular as %s",
    (from) => {
      expect(resolveClient(index, from)).toHaveProperty("candidates");
    },
  );

  test("is unknown, not refused, when the mesh does not contain it", () => {
    const { outcome, undecided } = ask(twoEnds(), { from: "apps/nobody" });
    expect({ outcome, undecided }).toEqual({
      outcome: "unknown",
      undecided: [{ object: { kind: "Workload", namespace: "apps", name: "nobody" }, path: "" }],
    });
  });

  test("that runs several workloads of one name has to say which", () => {
    const two = [...twoEnds(), { ...(deployment("apps", "web") as object), kind: "StatefulSet" }];
    const resolved = resolveClient(indexMesh(meshOf(two)), "apps/web");
    expect("candidates" in resolved ? resolved.candidates : []).toHaveLength(2);
  });

  test("outside the mesh is reset by a STRICT port", () => {
    expect(ask(twoEnds(), { from: "cidr:10.20.0.0/24" })).toMatchObject({ symptom: "connection-reset" });
  });

  test("that runs as the proxy's user is not captured", () => {
    const pod = { securityContext: { runAsUser: 1337 } };
    expect(ask(twoEnds({ web: { pod } }), {})).toMatchObject({ outcome: "refused", symptom: "connection-reset" });
  });

  test("of which it is not known whom it runs as is unknown", () => {
    const pod = { securityContext: { runAsUser: UNKNOWN } };
    expect(ask(twoEnds({ web: { pod } }), {})).toMatchObject({
      outcome: "unknown",
      undecided: [{ path: "spec.template.spec.containers.securityContext.runAsUser" }],
    });
  });
});

describe("a host", () => {
  test.each([
    "otel.monitoring",
    "otel.monitoring.svc",
    "otel.monitoring.svc.cluster.local",
    "OTEL.monitoring.svc.cluster.local.",
  ])("%s is the Service", (host) => {
    expect(ask(twoEnds(), { host })).toMatchObject({
      to: { host: "otel.monitoring.svc.cluster.local" },
      outcome: "mtls",
    });
  });

  test("by a short name is looked for in the client's namespace", () => {
    expect(ask(twoEnds(), { host: "otel" })).toMatchObject({ outcome: "unknown" });
    expect(ask(twoEnds(), { from: "monitoring/otel", host: "otel" })).toMatchObject({ outcome: "mtls" });
  });

  test("that reads like a Service and is none leaves the answer open, and says what is missing", () => {
    expect(ask(twoEnds(), { host: "tempo.monitoring" })).toMatchObject({
      outcome: "unknown",
      undecided: [{ object: { kind: "Service", name: "tempo.monitoring" } }],
    });
  });

  test("outside is taken to speak what its client means, and that is said", () => {
    expect(ask(twoEnds(), { host: "api.example.com", port: 443, tls: true })).toMatchObject({
      outcome: "tls",
      servers: [{ sends: "app-tls", accepts: ["tls"] }],
      assumptions: ["api.example.com:443 is outside and speaks TLS"],
    });
    expect(ask(twoEnds(), { host: "api.example.com", port: 443, tls: true, serverSpeaks: "plaintext" })).toMatchObject({
      symptom: "tls-to-plaintext-app",
      assumptions: [],
    });
  });

  test("under REGISTRY_ONLY is dropped when no service is known for it", () => {
    const objects = [...twoEnds(), meshConfig({ outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } })];
    expect(ask(objects, { host: "api.example.com" })).toMatchObject({
      symptom: "black-hole",
      servers: [{ workload: null, sends: "blocked" }],
    });
  });

  test("that is an ExternalName leads to what it stands for", () => {
    const alias = service("apps", "telemetry", {
      type: "ExternalName",
      externalName: "otel.monitoring.svc.cluster.local",
    });
    expect(ask([...twoEnds(), alias], { host: "telemetry" })).toMatchObject({
      to: { host: "otel.monitoring.svc.cluster.local" },
      outcome: "mtls",
    });
  });

  test("that is an ExternalName of itself comes to an end", () => {
    const alias = service("apps", "loop", { type: "ExternalName", externalName: "loop.apps.svc.cluster.local" });
    expect(ask([...twoEnds(), alias], { host: "loop" }).outcome).toBe("unknown");
  });

  test.each(["localhost", "127.0.0.1", "[::1]"])("%s is the pod itself, which no proxy captures", (host) => {
    expect(ask(twoEnds(), { host, port: 8080 })).toMatchObject({
      outcome: "plaintext",
      servers: [{ workload: { name: "web" }, sends: "plaintext", accepts: ["plaintext"] }],
    });
  });

  test("that is the pods of a workload passes through", () => {
    expect(ask(twoEnds(), { host: "pod:monitoring/Deployment/otel" })).toMatchObject({
      symptom: "connection-termination",
    });
  });
});

describe("the client's proxy", () => {
  const rule = (mode: string, spec: object = {}) =>
    destinationRule("monitoring", "otel", { host: "otel", trafficPolicy: { tls: { mode } }, ...spec });

  test("does not know a Service that its Sidecar does not import", () => {
    const objects = [...twoEnds(), sidecar("apps", "default", { egress: [{ hosts: ["./*"] }] })];
    const answer = ask(objects, {});
    expect(answer).toMatchObject({ symptom: "connection-termination", servers: [{ sends: "plaintext" }] });
    expect(answer.because.map(({ step }) => step)).toContain("route");
  });

  test("follows a VirtualService to a subset with TLS settings of its own", () => {
    const subsets = [{ name: "v1", labels: { app: "otel" }, trafficPolicy: { tls: { mode: "DISABLE" } } }];
    const route = virtualService("apps", "otel", {
      hosts: ["otel.monitoring.svc.cluster.local"],
      http: [{ route: [{ destination: { host: "otel.monitoring.svc.cluster.local", subset: "v1" } }] }],
    });
    expect(ask([...twoEnds(), rule("ISTIO_MUTUAL", { subsets }), route], {})).toMatchObject({
      symptom: "connection-termination",
    });
    expect(ask([...twoEnds(), rule("ISTIO_MUTUAL", { subsets })], {})).toMatchObject({ outcome: "mtls" });
  });

  test("goes every way that a weight or a request may decide", () => {
    const subsets = [
      { name: "v1", labels: { app: "otel" }, trafficPolicy: { tls: { mode: "DISABLE" } } },
      { name: "v2", labels: { app: "otel" } },
    ];
    const to = (subset: string) => ({ destination: { host: "otel.monitoring.svc.cluster.local", subset }, weight: 50 });
    const route = virtualService("apps", "otel", {
      hosts: ["otel.monitoring.svc.cluster.local"],
      http: [{ route: [to("v1"), to("v2")] }],
    });
    const { servers, outcome } = ask([...twoEnds(), rule("ISTIO_MUTUAL", { subsets }), route], {});
    expect(servers.map(({ sends }) => sends)).toEqual(["plaintext", "mtls"]);
    expect(outcome).toBe("refused");
  });

  test("of a gateway picks endpoints of a headless Service one by one", () => {
    const pods = (name: string, labels: object) =>
      deployment("monitoring", name, { labels: { app: "otel", ...labels } });
    const router = deployment("edge", "router", {
      annotations: { "inject.istio.io/templates": "gateway" },
      pod: { containers: [{ name: "istio-proxy", image: "auto" }] },
    });
    const objects = [
      namespace("istio-system"),
      namespace("edge", INJECTED),
      namespace("apps", INJECTED),
      namespace("monitoring", INJECTED),
      STRICT,
      router,
      deployment("apps", "web"),
      gateway("edge", "public", { selector: { app: "router" }, servers: [] }),
      pods("meshed", {}),
      pods("naked", { "sidecar.istio.io/inject": "false" }),
      service("monitoring", "otel", { clusterIP: "None", ports: OTEL_PORTS }),
    ];
    const sent = (from: string) => ask(objects, { from }).servers.map(({ workload, sends }) => [workload?.name, sends]);
    // A Service that is not all sidecars gets plaintext from everybody, endpoint by endpoint or not.
    expect(sent("edge/router")).toEqual([
      ["meshed", "plaintext"],
      ["naked", "plaintext"],
    ]);
    expect(sent("apps/web")).toEqual(sent("edge/router"));
  });

  test("resolves a ServiceEntry without endpoints by its name, and originates TLS for it", () => {
    const objects = [
      ...twoEnds(),
      serviceEntry("apps", "saas", {
        hosts: ["otlp.example.com"],
        ports: [{ number: 4317, name: "grpc", protocol: "GRPC" }],
        resolution: "DNS",
      }),
      destinationRule("apps", "saas", { host: "otlp.example.com", trafficPolicy: { tls: { mode: "SIMPLE" } } }),
    ];
    expect(ask(objects, { host: "otlp.example.com" })).toMatchObject({ outcome: "tls", servers: [{ sends: "tls" }] });
  });
});

describe("ambient", () => {
  const AMBIENT = { "istio.io/dataplane-mode": "ambient" };
  const objects = (apps: object, monitoring: object) => [
    namespace("istio-system"),
    namespace("apps", { ...apps }),
    namespace("monitoring", { ...monitoring }),
    STRICT,
    deployment("apps", "web"),
    deployment("monitoring", "otel"),
    service("monitoring", "otel", { ports: OTEL_PORTS }),
  ];

  test.each([
    ["ambient to ambient", AMBIENT, AMBIENT, "mtls", undefined],
    ["ambient to a sidecar", AMBIENT, INJECTED, "refused", "connection-reset"],
    ["ambient to nothing", AMBIENT, {}, "plaintext", undefined],
    ["nothing to ambient", {}, AMBIENT, "refused", "denied-by-ztunnel"],
    ["a sidecar to ambient", INJECTED, AMBIENT, "mtls", undefined],
  ])("%s", (_title, apps, monitoring, outcome, symptom) => {
    const answer = ask(objects(apps, monitoring), {});
    expect([answer.outcome, answer.symptom]).toEqual([outcome, symptom]);
  });

  test("takes no notice of DestinationRules", () => {
    const rule = destinationRule("istio-system", "mesh", { host: "*.local", ...MUTUAL });
    expect(ask([...objects(AMBIENT, {}), rule], {})).toMatchObject({ outcome: "plaintext" });
  });
});

describe("what is unknown", () => {
  test("and cannot change the answer does not", () => {
    const rule = destinationRule("platform", "otel", { host: UNKNOWN, ...MUTUAL });
    expect(ask([...twoEnds(), rule], {})).toMatchObject({ outcome: "mtls", undecided: [] });
  });

  test("and decides is named", () => {
    const rule = destinationRule("monitoring", "otel", { host: "otel", trafficPolicy: { tls: { mode: UNKNOWN } } });
    expect(ask([...twoEnds(), rule], {})).toMatchObject({
      outcome: "unknown",
      servers: [{ sends: "unknown", accepts: ["mtls"], outcome: "unknown" }],
      undecided: [{ object: { kind: "DestinationRule", name: "otel" }, path: "spec.trafficPolicy.tls.mode" }],
    });
  });

  test("of injection goes together with the label that clients see", () => {
    const objects = [
      namespace("istio-system"),
      namespace("apps", INJECTED),
      deployment("apps", "web"),
      deployment("monitoring", "otel"),
      service("monitoring", "otel", { ports: OTEL_PORTS }),
    ];
    const { outcome, servers, undecided } = ask(objects, {});
    expect(outcome).toBe("unknown");
    expect(servers).toMatchObject([{ sends: "unknown", accepts: null }]);
    expect(undecided.map(({ object }) => object.kind)).toContain("Namespace");
  });

  test("on a server that refuses either way leaves the refusal standing", () => {
    const policy = peerAuthentication("monitoring", "otel", {
      selector: { matchLabels: { app: "otel" } },
      portLevelMtls: { 4318: { mode: UNKNOWN } },
    });
    expect(ask([...twoEnds(), policy], { from: "cidr:10.0.0.0/8" })).toMatchObject({ symptom: "connection-reset" });
  });
});
