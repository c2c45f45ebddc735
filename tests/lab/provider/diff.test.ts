import { diff } from "../../../lab/provider/diff";
import { type Manifest } from "../../../lab/provider/manifest";
import { printPath } from "../../../lab/provider/paths";
import { Scopes } from "../../../lab/provider/scope";
import { parseToken } from "../../../lab/provider/tokens";
import { UNKNOWN } from "../../../lab/provider/values";
import { settings } from "./support";

interface Given {
  readonly token?: string;
  readonly live?: Manifest;
  readonly ignoreChanges?: readonly string[];
  readonly options?: ReturnType<typeof settings>;
}

/** The changes as `path: kind`, with a `!` where they replace; and whether the old object goes first. */
function compare(before: Manifest, after: Manifest, given: Given = {}) {
  const { token = "kubernetes:apps/v1:Deployment", live = before, ignoreChanges = [], options = settings() } = given;
  const request = { token: parseToken(token), oldInputs: before, live, newInputs: after, ignoreChanges };
  const { changes, deleteBeforeReplace } = diff(request, options, new Scopes());
  return {
    changes: changes.map(({ path, kind, replace }) => `${printPath(path)}: ${kind}${replace ? "!" : ""}`),
    deleteBeforeReplace,
  };
}

const changesOf = (...args: Parameters<typeof compare>) => compare(...args).changes;

const object = (apiVersion: string, kind: string, fields: Manifest = {}, metadata: Manifest = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "x", namespace: "default", ...metadata },
  ...fields,
});
const deployment = (spec: Manifest, metadata?: Manifest) => object("apps/v1", "Deployment", { spec }, metadata);
const configMap = (fields: Manifest, metadata?: Manifest) => object("v1", "ConfigMap", fields, metadata);
const CONFIG_MAP = { token: "kubernetes:core/v1:ConfigMap" };

describe("what differs", () => {
  test("nothing for equal inputs, in any order of keys", () => {
    const before = deployment({ replicas: 1, template: { a: [1, { b: 2, c: 3 }] } });
    const after = {
      spec: { template: { a: [1, { c: 3, b: 2 }] }, replicas: 1 },
      metadata: { namespace: "default", name: "x" },
      kind: "Deployment",
      apiVersion: "apps/v1",
    };
    expect(compare(before, after)).toEqual({ changes: [], deleteBeforeReplace: false });
  });

  test.each<[string, Manifest, Manifest, string[]]>([
    ["a leaf", { replicas: 1 }, { replicas: 2 }, ["spec.replicas: update"]],
    ["a new field", {}, { paused: true }, ["spec.paused: add"]],
    ["a new object, as a whole", {}, { strategy: { type: "Recreate" } }, ["spec.strategy: add"]],
    ["a field gone", { paused: true }, {}, ["spec.paused: delete"]],
    ["another type of value", { a: { b: 1 } }, { a: [1] }, ["spec.a: update"]],
    ["an item of a list", { a: [1, 2] }, { a: [1, 3] }, ["spec.a[1]: update"]],
    ["a new item", { a: [1] }, { a: [1, { b: 2 }] }, ["spec.a[1]: add"]],
    ["an item gone", { a: [1, 2, 3] }, { a: [1] }, ["spec.a[1]: delete", "spec.a[2]: delete"]],
    ["a field of an item gone", { a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }, ["spec.a[0].c: delete"]],
    ["a key with dots", { a: {} }, { a: { "b.c/d": 1 } }, ['spec.a["b.c/d"]: add']],
    ["an unknown instead of a value", { a: 1 }, { a: UNKNOWN }, ["spec.a: update"]],
    ["an unknown instead of an object", { a: { b: 1 } }, { a: UNKNOWN }, ["spec.a: update"]],
    ["a new unknown", {}, { a: UNKNOWN }, ["spec.a: add"]],
    ["null, which is nothing", { a: 1, b: null }, { a: null }, ["spec.a: delete"]],
    ["a number and its text", { a: 80 }, { a: "80" }, ["spec.a: update"]],
  ])("%s", (_, before, after, expected) => {
    expect(changesOf(deployment(before), deployment(after))).toEqual(expected);
  });

  test("a namespace that is written out", () => {
    const { name } = { name: "x" };
    const before = { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
    expect(changesOf(before, configMap({}), CONFIG_MAP)).toEqual([]);
  });

  test("a Secret's stringData and its data are one", () => {
    const before = object("v1", "Secret", { data: { k: "dg==" } });
    const after = object("v1", "Secret", { stringData: { k: "v" } });
    expect(changesOf(before, after, { token: "kubernetes:core/v1:Secret" })).toEqual([]);
  });

  test("drift of the object shows, what the cluster added does not", () => {
    const before = deployment({ replicas: 1 });
    const live = deployment({ replicas: 5, revisionHistoryLimit: 10 }, { uid: "u" });
    expect(changesOf(before, before, { live })).toEqual(["spec.replicas: update"]);
  });

  test("not what is ignored, nor anything below it", () => {
    const before = deployment({ replicas: 1, a: [{ b: 1, c: 1 }] });
    const after = deployment({ replicas: 2, a: [{ b: 2, c: 2 }] });
    const ignoreChanges = ["spec.replicas", "spec.a[*].b"];
    expect(changesOf(before, after, { ignoreChanges })).toEqual(["spec.a[0].c: update"]);
    expect(changesOf(before, after, { ignoreChanges: ["spec"] })).toEqual([]);
  });
});

describe("what replaces", () => {
  test.each<[string, string, Manifest, Manifest, string[]]>([
    [
      "a Deployment's selector",
      "apps/v1:Deployment",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
      ["spec.selector.matchLabels.a: update!"],
    ],
    [
      "a selector not known yet",
      "apps/v1:Deployment",
      { spec: { selector: { a: "1" } } },
      { spec: { selector: UNKNOWN } },
      ["spec.selector: update!"],
    ],
    ["a spec that brings a selector", "apps/v1:Deployment", {}, { spec: { selector: {} } }, ["spec: add!"]],
    [
      "not a Deployment's template",
      "apps/v1:Deployment",
      { spec: { template: 1 } },
      { spec: { template: 2 } },
      ["spec.template: update"],
    ],
    [
      "a Job's template",
      "batch/v1:Job",
      { spec: { template: { a: 1 } } },
      { spec: { template: { a: 2 } } },
      ["spec.template.a: update!"],
    ],
    [
      "a StatefulSet's claims",
      "apps/v1:StatefulSet",
      { spec: { volumeClaimTemplates: [{ a: 1 }] } },
      { spec: { volumeClaimTemplates: [] } },
      ["spec.volumeClaimTemplates[0]: delete!"],
    ],
    [
      "a Service's address",
      "core/v1:Service",
      { spec: { clusterIP: "None" } },
      { spec: {} },
      ["spec.clusterIP: delete!"],
    ],
    [
      "not a Service's ports",
      "core/v1:Service",
      { spec: { ports: [] } },
      { spec: { ports: [1] } },
      ["spec.ports[0]: add"],
    ],
    [
      "the class of a claim",
      "core/v1:PersistentVolumeClaim",
      { spec: { storageClassName: "a" } },
      { spec: { storageClassName: "b" } },
      ["spec.storageClassName: update!"],
    ],
    [
      "the image of a Pod",
      "core/v1:Pod",
      { spec: { containers: [{ name: "a", image: "1" }] } },
      { spec: { containers: [{ name: "b", image: "2" }] } },
      ["spec.containers[0].name: update", "spec.containers[0].image: update!"],
    ],
    [
      "a container more in a Pod",
      "core/v1:Pod",
      { spec: { containers: [] } },
      { spec: { containers: [{ image: "1" }] } },
      ["spec.containers[0]: add!"],
    ],
    [
      "the role of a binding",
      "rbac.authorization.k8s.io/v1:RoleBinding",
      { roleRef: { name: "a" } },
      { roleRef: { name: "b" } },
      ["roleRef.name: update!"],
    ],
    ["the data of a ConfigMap", "core/v1:ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }, ["data.a: update!"]],
    ["the data of a Secret", "core/v1:Secret", { data: { a: "MQ==" } }, { data: { a: "Mg==" } }, ["data.a: update!"]],
    [
      "nothing of a custom resource",
      "security.istio.io/v1:PeerAuthentication",
      { spec: { selector: { a: 1 } } },
      { spec: { selector: { a: 2 } } },
      ["spec.selector.a: update"],
    ],
  ])("%s", (_, type, before, after, expected) => {
    const [module = "", kind = ""] = type.split(":");
    const apiVersion = module.replace("core/", "");
    const given = { token: `kubernetes:${type}` };
    expect(changesOf(object(apiVersion, kind, before), object(apiVersion, kind, after), given)).toEqual(expected);
  });

  test("name, namespace, kind and group; not the version of the group", () => {
    const before = object("networking.istio.io/v1beta1", "Gateway");
    const token = "kubernetes:networking.istio.io/v1:Gateway";
    const to = (apiVersion: string, kind: string, metadata: Manifest) =>
      changesOf(before, object(apiVersion, kind, {}, metadata), { token });
    expect(to("networking.istio.io/v1", "Gateway", {})).toEqual(["apiVersion: update"]);
    expect(to("gateway.networking.k8s.io/v1", "Gateway", {})).toEqual(["apiVersion: update!"]);
    expect(to("networking.istio.io/v1beta1", "Sidecar", {})).toEqual(["kind: update!"]);
    expect(to("networking.istio.io/v1beta1", "Gateway", { name: "y" })).toEqual(["metadata.name: update!"]);
    expect(to("networking.istio.io/v1beta1", "Gateway", { namespace: "y" })).toEqual(["metadata.namespace: update!"]);
  });

  test("data only where it cannot be changed", () => {
    const [before, after] = [configMap({ data: { a: "1" } }), configMap({ data: { a: "2" } })];
    const options = settings({ configMapMutable: true });
    expect(changesOf(before, after, { ...CONFIG_MAP, options })).toEqual(["data.a: update"]);
    const sealed = { ...after, immutable: true };
    expect(changesOf({ ...before, immutable: true }, sealed, { ...CONFIG_MAP, options })).toEqual(["data.a: update!"]);
  });

  test("of a patch, only what names its object", () => {
    const given = { token: "kubernetes:core/v1:ConfigMapPatch" };
    expect(changesOf(configMap({ data: { a: "1" } }), configMap({ data: { a: "2" } }), given)).toEqual([
      "data.a: update",
    ]);
    expect(changesOf(configMap({}), configMap({}, { name: "y" }), given)).toEqual(["metadata.name: update!"]);
  });
});

describe("the old object goes first", () => {
  const first = (before: Manifest, after: Manifest) => compare(before, after, CONFIG_MAP).deleteBeforeReplace;
  const autonamed = { annotations: { "pulumi.com/autonamed": "true" } };
  const [one, two] = [{ data: { a: "1" } }, { data: { a: "2" } }];

  test.each<[string, boolean, Manifest, Manifest]>([
    ["when the name stays and is the program's", true, configMap(one), configMap(two)],
    ["not when the name is ours to choose", false, configMap(one, autonamed), configMap(two, autonamed)],
    ["not when the name changes", false, configMap(one), configMap(two, { name: "y" })],
    ["not when the name is not known yet", false, configMap(one), configMap(two, { name: UNKNOWN })],
    ["not when the namespace changes", false, configMap(one), configMap(two, { namespace: "y" })],
    ["not when nothing replaces", false, configMap(one), configMap(one, { labels: { a: "b" } })],
  ])("%s", (_, expected, before, after) => expect(first(before, after)).toBe(expected));
});
