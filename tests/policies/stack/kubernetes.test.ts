import { stackManifests } from "../../../policies/stack";
import { objectsOf, resource, urnOf } from "../support/stack-resources";

describe("what counts as a Kubernetes object", () => {
  const metadata = { name: "a", namespace: "b" };
  test.each([
    ["kubernetes:core/v1:Service", { metadata }, "v1", "Service"],
    ["kubernetes:apps/v1:Deployment", { metadata }, "apps/v1", "Deployment"],
    [
      "kubernetes:security.istio.io/v1beta1:PeerAuthentication",
      { metadata },
      "security.istio.io/v1beta1",
      "PeerAuthentication",
    ],
    ["mesh-crds:networking.istio.io/v1:DestinationRule", { metadata }, "networking.istio.io/v1", "DestinationRule"],
    [
      "kubernetes:networking.istio.io/v1alpha3:DestinationRulePatch",
      { metadata },
      "networking.istio.io/v1alpha3",
      "DestinationRulePatch",
    ],
    [
      "acme:index:Rule",
      { apiVersion: "networking.istio.io/v1", kind: "DestinationRule", metadata },
      "networking.istio.io/v1",
      "DestinationRule",
    ],
    ["kubernetes:core/v1:Service", { apiVersion: "v1", kind: "Service", metadata }, "v1", "Service"],
  ])("%s", (type, props, apiVersion, kind) => {
    expect(objectsOf(resource(type, "a", props))).toEqual([{ apiVersion, kind, metadata }]);
  });

  test.each([
    "pulumi:pulumi:Stack",
    "pulumi:providers:kubernetes",
    "aws:ec2/instance:Instance",
    "meshtls:index:JavaService",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:yaml:ConfigFile",
  ])("%s is none", (type) => {
    expect(objectsOf(resource(type, "a", { metadata: { name: "a" } }))).toEqual([]);
  });

  test("names and namespaces that are left out come from the resource and its provider", () => {
    const [object] = objectsOf(resource("kubernetes:core/v1:Service", "web", {}, { providerNamespace: "shop" }));
    expect(object).toEqual({ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" } });
  });

  test("a Helm release stands by its chart, its values unread", () => {
    const spy = jest.fn();
    const props = {
      chart: "opentelemetry-collector",
      namespace: "monitoring",
      values: new Proxy({}, { ownKeys: spy }),
    };
    const [object] = stackManifests([
      {
        urn: urnOf("kubernetes:helm.sh/v3:Release", "otel"),
        type: "kubernetes:helm.sh/v3:Release",
        name: "otel",
        props,
      },
    ]);
    expect(object?.object).toEqual({
      apiVersion: "helm.sh/v3",
      kind: "Release",
      metadata: { name: "otel", namespace: "monitoring" },
      spec: { chart: "opentelemetry-collector", version: undefined },
    });
    expect(spy).not.toHaveBeenCalled();
  });

  test("a remote component counts only while its children are missing", () => {
    const chart = resource("kubernetes:helm.sh/v4:Chart", "otel", {});
    const child = resource(
      "kubernetes:core/v1:Service",
      "svc",
      { metadata: { name: "svc", namespace: "m" } },
      { parent: chart.urn },
    );
    expect(objectsOf(chart)).toEqual([{ apiVersion: "helm.sh/v4", kind: "Chart", metadata: { name: "otel" } }]);
    expect(objectsOf(chart, child)).toHaveLength(1);
  });
});

describe("sources", () => {
  test("name the resource and its component, not the stack", () => {
    const stack = urnOf("pulumi:pulumi:Stack", "shop-staging");
    const component = urnOf("meshtls:index:OtelCollector", "otel");
    const metadata = { name: "a", namespace: "b" };
    const inside = resource("kubernetes:core/v1:Service", "in", { metadata }, { parent: component });
    const outside = resource("kubernetes:core/v1:Service", "out", { metadata }, { parent: stack });
    expect(stackManifests([outside, inside]).map(({ source }) => source)).toEqual([
      { urn: inside.urn, parent: component },
      { urn: outside.urn },
    ]);
  });
});
