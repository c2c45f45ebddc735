import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";

const operator = (spec: unknown, metadata: object = {}): object => ({
  apiVersion: "install.istio.io/v1alpha1",
  kind: "IstioOperator",
  metadata,
  spec,
});
const mesh = (...objects: object[]) => readMesh(objects.map((object) => ({ object })));

describe("an IstioOperator says what istiod and the injector will go by", () => {
  test("MeshConfig, over that of the chart's values", () => {
    const { config, problems, counts } = mesh(
      operator({
        values: { meshConfig: { enableAutoMtls: false, trustDomain: "shop" } },
        meshConfig: { trustDomain: "mesh", outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
      }),
    );
    expect(config).toMatchObject({
      enableAutoMtls: false,
      trustDomain: "mesh",
      outboundTrafficPolicy: "REGISTRY_ONLY",
      rootNamespace: "istio-system",
      ref: { kind: "ConfigMap", namespace: "istio-system", name: "istio" },
    });
    expect([problems, counts]).toEqual([[], { objects: 2, skipped: 0 }]);
  });

  test("the injector's values", () => {
    const proxy = { autoInject: "disabled", excludeOutboundPorts: "4317" };
    const webhook = { enableNamespacesByDefault: true, neverInjectSelector: [{ matchLabels: { job: "x" } }] };
    const { injector } = mesh(operator({ values: { global: { proxy }, sidecarInjectorWebhook: webhook } }));
    expect(injector).toMatchObject({
      autoInject: false,
      namespacesByDefault: true,
      neverInject: [{ matchLabels: { job: "x" } }],
      interception: { excludeOutboundPorts: "4317" },
    });
  });

  test("a revision and a namespace of its own", () => {
    const { config } = mesh(operator({ revision: "canary", meshConfig: {} }, { name: "a", namespace: "mesh-system" }));
    expect(config.ref).toEqual({ kind: "ConfigMap", namespace: "mesh-system", name: "istio-canary" });
    expect(config.rootNamespace).toBe("mesh-system");
  });

  test("the ConfigMap of a mesh that runs counts before it", () => {
    const running = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "istio", namespace: "istio-system" },
      data: { mesh: "trustDomain: running" },
    };
    const { config, problems } = mesh(operator({ meshConfig: { trustDomain: "asked-for" } }), running);
    expect([config.trustDomain, problems]).toEqual(["running", []]);
  });
});

describe("it says nothing", () => {
  test.each<[string, unknown]>([
    ["of a mesh without istiod", { profile: "empty", meshConfig: { enableAutoMtls: false } }],
    ["where istiod is switched off", { components: { pilot: { enabled: false } }, meshConfig: {} }],
    ["without a spec", undefined],
  ])("%s", (_, spec) => {
    const { config, counts } = mesh(operator(spec));
    expect(config.ref).toBeUndefined();
    expect(counts).toEqual({ objects: 0, skipped: 1 });
  });
});

test.each<[string, unknown]>([
  ["a field", { meshConfig: { enableAutoMtls: UNKNOWN } }],
  ["MeshConfig", { meshConfig: UNKNOWN }],
  ["everything", UNKNOWN],
  ["what is no MeshConfig", { meshConfig: "enableAutoMtls: true" }],
  ["what are no values", { values: [] }],
])("what is not known stays so: %s", (_, spec) => {
  expect(mesh(operator(spec)).config.enableAutoMtls).toBe(UNKNOWN);
});
