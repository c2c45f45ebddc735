import { Scopes } from "../../../lab/provider/scope";
import {
  apiVersionOf,
  baseKindOf,
  functionRefusal,
  isPatch,
  parseToken,
  parseUrn,
  refusal,
} from "../../../lab/provider/tokens";

test.each([
  ["kubernetes:core/v1:ConfigMap", "v1", "ConfigMap"],
  ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
  ["kubernetes:apps/v1:DeploymentPatch", "apps/v1", "Deployment"],
  ["kubernetes:networking.istio.io/v1:DestinationRule", "networking.istio.io/v1", "DestinationRule"],
  ["kubernetes:example.com/v1:HotPatch", "example.com/v1", "HotPatch"],
])("%s is %s %s", (token, apiVersion, kind) => {
  expect([apiVersionOf(parseToken(token)), baseKindOf(parseToken(token))]).toEqual([apiVersion, kind]);
});

test.each(["kubernetes:v1:ConfigMap", "aws:ec2/instance:Instance", "kubernetes:core/v1", "kubernetes:a/b/c:D", "x"])(
  "%s is no token of ours",
  (token) => expect(() => parseToken(token)).toThrow(/^.*expected kubernetes:<group>\/<version>:<Kind>$/),
);

test.each([
  ["urn:pulumi:s::p::kubernetes:core/v1:Pod::web", "kubernetes:core/v1:Pod", "web"],
  ["urn:pulumi:s::p::a:b:C$d:e:F$kubernetes:core/v1:Pod::x::y", "kubernetes:core/v1:Pod", "x::y"],
])("%s", (urn, token, name) => expect(parseUrn(urn)).toEqual({ token, name }));

test("a patch is told by the object's own kind", () => {
  expect(isPatch(parseToken("kubernetes:core/v1:ServicePatch"), "Service")).toBe(true);
  expect(isPatch(parseToken("kubernetes:example.com/v1:HotPatch"), "HotPatch")).toBe(false);
});

describe("what is refused", () => {
  test.each([
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:kustomize/v2:Directory",
  ])("%s", (token) => expect(refusal(token)).toMatch(/needs the official Kubernetes plugin.*rehearsal/));

  test("lists of built-in kinds", () => {
    expect(refusal("kubernetes:core/v1:ConfigMapList")).toMatch(/cannot be created directly; use one ConfigMap/);
  });

  test("functions", () => expect(functionRefusal("kubernetes:yaml:decode")).toMatch(/yaml:decode needs the official/));

  test.each([
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:ConfigMapPatch",
    "kubernetes:example.com/v1:AllowList",
    "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
    "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization",
  ])("not %s", (token) => expect(refusal(token)).toBeUndefined());
});

describe("scope", () => {
  test.each([
    ["", "ConfigMap", true],
    ["", "Namespace", false],
    ["", "PersistentVolumeClaim", true],
    ["rbac.authorization.k8s.io", "ClusterRole", false],
    ["rbac.authorization.k8s.io", "Role", true],
    ["apiextensions.k8s.io", "CustomResourceDefinition", false],
    ["security.istio.io", "PeerAuthentication", true],
    ["example.com", "Namespace", true],
  ])("%s %s", (group, kind, namespaced) => expect(new Scopes().isNamespaced(group, kind)).toBe(namespaced));

  test("of a custom kind follows its definition", () => {
    const scopes = new Scopes();
    const spec = { group: "cert-manager.io", names: { kind: "ClusterIssuer" }, scope: "Cluster" };
    scopes.learn({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", spec });
    expect(scopes.isNamespaced("cert-manager.io", "ClusterIssuer")).toBe(false);
    expect(scopes.isNamespaced("example.com", "ClusterIssuer")).toBe(true);
  });
});
