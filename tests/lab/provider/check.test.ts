import { check, type CheckRequest } from "../../../lab/provider/check";
import { Scopes } from "../../../lab/provider/scope";
import { Secret, UNKNOWN, type Fields } from "../../../lab/provider/values";
import { settings } from "./support";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const seed = Buffer.from("seed");

const checked = (news: Fields, given: Partial<CheckRequest> = {}, options = settings()) =>
  check({ token: CONFIG_MAP, resourceName: "app", olds: undefined, news, seed, ...given }, options, new Scopes());

const inputsOf = (...args: Parameters<typeof checked>): Fields => {
  const { inputs, failures } = checked(...args);
  expect(failures).toEqual([]);
  return inputs;
};

const metadataOf = (...args: Parameters<typeof checked>) => inputsOf(...args)["metadata"];

describe("what is filled in", () => {
  test("type, name, mark of the name and namespace", () => {
    expect(inputsOf({ data: { a: "1" } })).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { a: "1" },
      metadata: {
        name: expect.stringMatching(/^app-[0-9a-f]{8}$/),
        namespace: "default",
        annotations: { "pulumi.com/autonamed": "true" },
      },
    });
  });

  test("a given name and namespace stay as they are, without a mark", () => {
    expect(metadataOf({ metadata: { name: "x", namespace: "y" } })).toEqual({ name: "x", namespace: "y" });
  });

  test("the provider's namespace", () => {
    expect(metadataOf({ metadata: { name: "x" } }, {}, settings({ namespace: "team" }))).toEqual({
      name: "x",
      namespace: "team",
    });
  });

  test("no namespace for what has none", () => {
    const token = "kubernetes:core/v1:Namespace";
    expect(metadataOf({ metadata: { name: "x" } }, { token })).toEqual({ name: "x" });
  });

  test("the kind of a patch is that of its object", () => {
    const token = "kubernetes:apps/v1:DeploymentPatch";
    expect(inputsOf({ metadata: { name: "x" } }, { token })).toMatchObject({
      apiVersion: "apps/v1",
      kind: "Deployment",
    });
  });

  test("any custom kind", () => {
    const token = "kubernetes:security.istio.io/v1:PeerAuthentication";
    const spec = { mtls: { mode: "STRICT" }, selector: null };
    expect(inputsOf({ metadata: { name: "default" }, spec }, { token })).toEqual({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "default" },
      spec,
    });
  });
});

describe("autonames", () => {
  test("are the same for the same seed, and others for another or none", () => {
    const name = (given: Uint8Array) => JSON.stringify(metadataOf({}, { seed: given }));
    expect(name(seed)).toBe(name(seed));
    expect(name(Buffer.from("other"))).not.toBe(name(seed));
    expect(name(new Uint8Array())).not.toBe(name(new Uint8Array()));
  });

  test("stay over updates", () => {
    const olds = inputsOf({ data: { a: "1" } });
    const news = inputsOf({ data: { a: "2" } }, { olds, seed: Buffer.from("other") });
    expect(news["metadata"]).toEqual(olds["metadata"]);
  });

  test("are given up for a name of one's own", () => {
    const olds = inputsOf({});
    expect(metadataOf({ metadata: { name: "mine" } }, { olds })).toEqual({ name: "mine", namespace: "default" });
  });

  test("keep other annotations", () => {
    expect(metadataOf({ metadata: { annotations: { a: "b" } } })).toMatchObject({
      annotations: { a: "b", "pulumi.com/autonamed": "true" },
    });
  });

  test("follow the project's autonaming", () => {
    expect(metadataOf({}, { autonaming: { disabled: false, proposed: "test-app" } })).toMatchObject({
      name: "test-app",
    });
    expect(checked({}, { autonaming: { disabled: true, proposed: "" } }).failures).toEqual([
      { property: "metadata.name", reason: "it must be set: autonaming is disabled for this project" },
    ]);
  });
});

describe("unknowns and secrets", () => {
  test("an unknown name is a name", () => {
    expect(metadataOf({ metadata: { name: UNKNOWN } })).toEqual({ name: UNKNOWN, namespace: "default" });
  });

  test("an unknown namespace, unknown metadata and unknown annotations stay", () => {
    expect(metadataOf({ metadata: { name: "x", namespace: UNKNOWN } })).toEqual({ name: "x", namespace: UNKNOWN });
    expect(metadataOf({ metadata: UNKNOWN })).toBe(UNKNOWN);
    expect(metadataOf({ metadata: { annotations: UNKNOWN } })).toMatchObject({ annotations: UNKNOWN });
  });

  test("secret values stay secret", () => {
    const inputs = inputsOf({ metadata: { name: "x" }, data: { open: "1", shut: new Secret("2") } });
    expect(inputs["data"]).toEqual({ open: "1", shut: new Secret("2") });
  });

  test("a Secret's stringData becomes data, secret even if the program did not say so", () => {
    const news: Fields = { metadata: { name: "x" }, data: { old: "eA==" }, stringData: { a: "hello", b: UNKNOWN } };
    const inputs = inputsOf(news, { token: "kubernetes:core/v1:Secret" });
    expect(inputs["data"]).toEqual(new Secret({ old: "eA==", a: "aGVsbG8=", b: UNKNOWN }));
    expect(inputs).not.toHaveProperty("stringData");
  });
});

describe("one form for one meaning", () => {
  test("what only the API server writes goes", () => {
    const metadata = { name: "x", namespace: "y", uid: "u", resourceVersion: "1", creationTimestamp: null };
    expect(metadataOf({ metadata })).toEqual({ name: "x", namespace: "y" });
  });

  test("a definition's status and deprecated default go, and its keys get their dashes", () => {
    const token = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    const spec = { preserveUnknownFields: false, schema: { x_kubernetes_int_or_string: true } };
    expect(inputsOf({ metadata: { name: "a.b" }, spec, status: {} }, { token })).toEqual({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "a.b" },
      spec: { schema: { "x-kubernetes-int-or-string": true } },
    });
  });
});

describe("the managed-by label", () => {
  const labels = { "app.kubernetes.io/managed-by": "pulumi" };
  const clientSide = settings({ serverSideApply: false });

  test("is not needed with server-side apply", () => expect(metadataOf({})).not.toHaveProperty("labels"));
  test("is set without it", () => expect(metadataOf({}, {}, clientSide)).toMatchObject({ labels }));
  test("stays where it is", () => {
    const olds = inputsOf({}, {}, clientSide);
    expect(metadataOf({}, { olds })).toMatchObject({ labels });
  });
  test("is not added to what did not have it", () => {
    const olds = inputsOf({});
    expect(metadataOf({}, { olds }, clientSide)).not.toHaveProperty("labels");
  });
});

describe("failures", () => {
  const named = (metadata: Fields) => ({ metadata: { name: "x", ...metadata } });

  test.each<[string, Fields, Partial<CheckRequest>, string, RegExp]>([
    ["another kind than the type's", { ...named({}), kind: "Pod" }, {}, "kind", /^"Pod" must be "ConfigMap"/],
    ["another version than the type's", { ...named({}), apiVersion: "v2" }, {}, "apiVersion", /^"v2" must be "v1"/],
    ["metadata that is none", { metadata: "x" }, {}, "metadata", /^"x" must be an object/],
    [
      "a bad name",
      { metadata: { name: "My_Map" } },
      {},
      "metadata.name",
      /^"My_Map" cannot be the name of a ConfigMap; use/,
    ],
    [
      "a resource name that makes a bad name",
      {},
      { resourceName: "MyMap" },
      "metadata.name",
      /^"MyMap-[0-9a-f]{8}" cannot/,
    ],
    ["a way out of the folder", { metadata: { name: "../x" } }, {}, "metadata.name", /cannot be the name/],
    [
      "a bad namespace",
      named({ namespace: "a.b" }),
      {},
      "metadata.namespace",
      /^"a.b" cannot be the name of a Namespace/,
    ],
    ["a name that is no string", { metadata: { name: 7 } }, {}, "metadata.name", /^7 must be a string; quote it/],
    ["a label that is no string", named({ labels: { on: true } }), {}, "metadata.labels.on", /^true must be a string/],
    ["a bad label", named({ labels: { a: "b c" } }), {}, "metadata.labels.a", /^"b c" cannot be the value of a label/],
    ["a bad key", named({ labels: { "a b": "c" } }), {}, "metadata.labels.a b", /has a key that cannot be one/],
    [
      "an annotation that is no string",
      named({ annotations: { "a.b/c": 1 } }),
      {},
      'metadata.annotations["a.b/c"]',
      /^1 must/,
    ],
    [
      "data that is no string",
      { ...named({}), data: { port: 8080 } },
      {},
      "data.port",
      /^8080 must be a string; quote it/,
    ],
    [
      "a generated name",
      { metadata: { generateName: "x-" } },
      {},
      "metadata.generateName",
      /not supported in YAML rendering mode/,
    ],
    [
      "a Service whose name starts with a digit",
      { metadata: { name: "1a" } },
      { token: "kubernetes:core/v1:Service" },
      "metadata.name",
      /starting with a letter/,
    ],
    [
      "a patch without a name",
      {},
      { token: "kubernetes:core/v1:ConfigMapPatch" },
      "metadata.name",
      /must be set: a patch/,
    ],
    [
      "no name where one was",
      {},
      { olds: { metadata: { name: "x" } } },
      "metadata.name",
      /must be set: the object had a name/,
    ],
    ["a chart", {}, { token: "kubernetes:helm.sh/v3:Release" }, "", /needs the official Kubernetes plugin/],
    ["a list", {}, { token: "kubernetes:core/v1:PodList" }, "", /use one Pod for each item/],
  ])("%s", (_, news, request, property, reason) => {
    expect(checked(news, request).failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });

  test("all at once", () => {
    const news = { metadata: { name: "A", namespace: "B", labels: { c: 1 } } };
    expect(checked(news).failures.map(({ property }) => property)).toEqual([
      "metadata.name",
      "metadata.namespace",
      "metadata.labels.c",
    ]);
  });

  test.each<[string, Fields, string]>([
    ["a Secret's data", { metadata: { name: "x" }, data: { k: "not base64!" } }, "kubernetes:core/v1:Secret"],
    ["a secret label", { metadata: { name: "x", labels: { k: new Secret("not base64!") } } }, CONFIG_MAP],
    ["secret metadata", { metadata: new Secret({ name: "not base64!" }) }, CONFIG_MAP],
  ])("never show %s", (_, news, token) => {
    const { failures } = checked(news, { token });
    expect(failures).toHaveLength(1);
    expect(JSON.stringify(failures)).not.toContain("not base64!");
  });

  test("names of roles may have colons", () => {
    const token = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
    expect(metadataOf({ metadata: { name: "system:otel" } }, { token })).toEqual({ name: "system:otel" });
  });

  test("a patch needs server-side apply", () => {
    const token = "kubernetes:core/v1:ConfigMapPatch";
    const { failures } = checked(named({}), { token }, settings({ serverSideApply: false }));
    expect(failures).toEqual([{ property: "kind", reason: expect.stringContaining("enableServerSideApply") }]);
  });
});
