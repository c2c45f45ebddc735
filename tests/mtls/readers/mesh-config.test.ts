import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Mesh, MeshFacts } from "../../../policies/mtls/mesh";

const configMap = (name: string, data: unknown, namespace = "istio-system") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});
const read = (objects: unknown[], facts?: MeshFacts): Mesh =>
  readMesh(
    objects.map((object) => ({ object })),
    facts,
  );
const mesh = (text: string, name = "istio", namespace?: string) => configMap(name, { mesh: text }, namespace);

describe("MeshConfig", () => {
  test("has Istio's defaults", () => {
    const { config, assumptions } = read([]);
    expect(config).toMatchObject({
      rootNamespace: "istio-system",
      clusterDomain: "cluster.local",
      trustDomain: "cluster.local",
      enableAutoMtls: true,
      outboundTrafficPolicy: "ALLOW_ANY",
      defaultDestinationRuleExportTo: ["*"],
      defaultServiceExportTo: ["*"],
      discoverySelectors: [],
      ref: undefined,
    });
    expect(assumptions).toEqual([
      "no MeshConfig is among the objects: its root namespace is istio-system, and what is not stated has Istio's defaults",
      "the cluster's domain is cluster.local",
      "no mesh-wide PeerAuthentication is among the objects of istio-system: the mesh is PERMISSIVE, Istio's default",
    ]);
  });

  test("is what the ConfigMap says, before what is stated", () => {
    const text = `
      enableAutoMtls: false
      rootNamespace: istio-config
      trustDomain: td.example
      outboundTrafficPolicy: { mode: REGISTRY_ONLY }
      defaultDestinationRuleExportTo: ["."]
      discoverySelectors: [{ matchLabels: { mesh: on } }, { matchExpressions: [{ key: a, operator: In, values: [b] }] }]
      extensionProviders:
        - name: tempo
          opentelemetry: { service: tempo.obs.svc.cluster.local, port: 4317 }
    `.replace("mesh: on", 'mesh: "on"');
    const facts: MeshFacts = { enableAutoMtls: true, rootNamespace: "istio-system", clusterDomain: "corp.local" };
    const { config, problems } = read([mesh(text)], facts);
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      rootNamespace: "istio-config",
      clusterDomain: "corp.local",
      trustDomain: "td.example",
      enableAutoMtls: false,
      outboundTrafficPolicy: "REGISTRY_ONLY",
      defaultDestinationRuleExportTo: ["."],
      discoverySelectors: [
        { matchLabels: { mesh: "on" }, matchExpressions: [] },
        { matchLabels: {}, matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
      ],
      extensionProviders: [
        { name: "tempo", type: "opentelemetry", service: "tempo.obs.svc.cluster.local", port: 4317 },
      ],
      ref: { kind: "ConfigMap", namespace: "istio-system", name: "istio" },
    });
  });

  test("stated facts fill what no ConfigMap says", () => {
    const { config } = read([], { enableAutoMtls: false, rootNamespace: "root" });
    expect(config).toMatchObject({ enableAutoMtls: false, rootNamespace: "root" });
  });

  test("the unrevisioned one counts before a revision's, and the root namespace before others", () => {
    const off = "enableAutoMtls: false";
    expect(read([mesh(off, "istio-canary")]).config.enableAutoMtls).toBe(false);
    expect(read([mesh(off, "istio-canary"), mesh("{}")]).config.enableAutoMtls).toBe(true);
    expect(read([mesh(off, "istio", "elsewhere"), mesh("{}", "istio-canary")]).config.enableAutoMtls).toBe(true);
    expect(read([configMap("istio-ca-root-cert", { "root-cert.pem": "x" })]).config.ref).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["its data", UNKNOWN],
    ["its text", { mesh: UNKNOWN }],
  ])("is unknown where %s is", (_, data) => {
    const { config } = read([configMap("istio", data)]);
    expect(config).toMatchObject({
      enableAutoMtls: UNKNOWN,
      outboundTrafficPolicy: UNKNOWN,
      rootNamespace: "istio-system",
    });
  });

  test("another ConfigMap with unknown data is not taken for it", () => {
    expect(read([configMap("istio-ca-root-cert", UNKNOWN)]).config.enableAutoMtls).toBe(true);
  });

  test.each<[string, string, string]>([
    ["no YAML", "a: [", "data.mesh"],
    ["a wrong type", "enableAutoMtls: 5", "data.mesh.enableAutoMtls"],
    ["no map", "just text", "data.mesh"],
  ])("%s is a problem, and never a default", (_, text, path) => {
    const { config, problems } = read([mesh(text)]);
    expect(problems).toMatchObject([{ severity: "error", object: "ConfigMap istio-system/istio", path }]);
    expect(config.enableAutoMtls).toBe(UNKNOWN);
  });
});

describe("the injector", () => {
  test("has the chart's defaults", () => {
    expect(read([]).injector).toEqual({
      autoInject: true,
      namespacesByDefault: false,
      defaultTemplates: ["sidecar"],
      neverInject: [],
      alwaysInject: [],
      interception: {
        mode: "REDIRECT",
        includeInboundPorts: "*",
        excludeInboundPorts: "",
        includeOutboundPorts: "",
        excludeOutboundPorts: "",
        includeIPRanges: "*",
        excludeIPRanges: "",
      },
      revisions: undefined,
      ref: undefined,
    });
  });

  test("is what its ConfigMap and MeshConfig say", () => {
    const values = {
      global: { proxy: { excludeInboundPorts: "4317", includeIPRanges: "10.0.0.0/8" } },
      sidecarInjectorWebhook: { enableNamespacesByDefault: true },
    };
    const { injector, problems } = read([
      mesh("defaultConfig: { interceptionMode: TPROXY }"),
      configMap("istio-sidecar-injector", {
        config: "policy: disabled\nneverInjectSelector: [{ matchLabels: { a: b } }]\ntemplates: {}",
        values: JSON.stringify(values),
      }),
    ]);
    expect(problems).toEqual([]);
    expect(injector).toMatchObject({
      autoInject: false,
      namespacesByDefault: true,
      neverInject: [{ matchLabels: { a: "b" } }],
      interception: { mode: "TPROXY", excludeInboundPorts: "4317", includeIPRanges: "10.0.0.0/8" },
    });
  });

  test("knows the revisions and tags that have a webhook", () => {
    const webhook = (name: string, labels: object) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name, labels },
    });
    const { injector } = read([
      webhook("istio-sidecar-injector", { "istio.io/rev": "default" }),
      webhook("istio-revision-tag-prod", { "istio.io/rev": "1-31", "istio.io/tag": "prod" }),
      webhook("cert-manager", { app: "cert-manager" }),
    ]);
    expect(injector.revisions).toEqual(["default", "prod"]);
  });
});

describe("assumptions", () => {
  const ORDER = "objects without creationTimestamp are ordered by namespace and name";
  const policy = (name: string, selector: object | undefined, created?: string) => ({
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name, namespace: "ns", ...(created && { creationTimestamp: created }) },
    spec: { ...(selector && { selector: { matchLabels: selector } }) },
  });

  test.each<[string, unknown[], boolean]>([
    ["two policies for one namespace", [policy("a", undefined), policy("b", undefined)], true],
    ["two policies for the same pods", [policy("a", { app: "x" }), policy("b", { app: "x" })], true],
    ["policies of different pods", [policy("a", { app: "x" }), policy("b", { app: "y" })], false],
    ["policies with an age", [policy("a", undefined, "2026-01-01T00:00:00Z"), policy("b", undefined)], false],
  ])("the order is one for %s: %#", (_, objects, expected) => {
    expect(read(objects).assumptions.includes(ORDER)).toBe(expected);
  });

  test("stated facts are none", () => {
    expect(read([], { meshMode: "STRICT", clusterDomain: "cluster.local" }).assumptions).toEqual([
      "no MeshConfig is among the objects: its root namespace is istio-system, and what is not stated has Istio's defaults",
    ]);
  });

  test.each(["1.25.3", "1.33", "v1.31"])("another Istio, %s, is one", (istioVersion) => {
    expect(read([], { istioVersion }).assumptions).toContain(
      `Istio ${istioVersion} decides as 1.32 does, except where a difference between the versions is known`,
    );
  });

  test.each(["1.32", "v1.32.1", "1.32-dev"])("the Istio of the proofs, %s, is none", (istioVersion) => {
    expect(read([], { istioVersion }).assumptions.filter((text) => text.includes("Istio 1"))).toEqual([]);
  });
});
