import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider } from "../../../lab/provider/provider";
import { toYaml } from "../../../lab/provider/render";
import { type Settings } from "../../../lab/provider/settings";
import { Secret, type Fields } from "../../../lab/provider/values";
import { settings, urnOf } from "./support";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const urn = urnOf(CONFIG_MAP, "app");

let folder: string;
let messages: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meshtls-provider-"));
  messages = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const provider = (given: Partial<Settings> = {}) =>
  new Provider(settings({ directory: folder, ...given }), {
    warning: (message) => messages.push(message),
    status: () => {},
  });
const files = () => readdirSync(join(folder, "1-manifest")).sort();
const inputs = (data: Fields, metadata: Fields = {}): Fields => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "app", namespace: "default", ...metadata },
  data,
});

describe("previews", () => {
  test("give the inputs as outputs, no id, and write nothing", () => {
    expect(provider().create(urn, inputs({ a: "1" }), true)).toEqual({ id: "", outputs: inputs({ a: "1" }) });
    expect(provider().update(urn, {}, inputs({ a: "2" }), true)).toEqual(inputs({ a: "2" }));
    expect(readdirSync(folder)).toEqual([]);
  });

  test("work without a directory, where nothing else does", () => {
    const nowhere = provider({ directory: undefined });
    expect(nowhere.create(urn, inputs({}), true).id).toBe("");
    for (const step of [
      () => nowhere.create(urn, inputs({}), false),
      () => nowhere.update(urn, inputs({}), inputs({}), false),
      () => nowhere.delete(urn, inputs({})),
      () => nowhere.read(urn, "default/app", {}, {}),
    ]) {
      expect(step).toThrow(/rehearsal Kubernetes provider.*Set `renderYamlToDirectory`.*official plugin/);
    }
  });
});

describe("a life", () => {
  test("create, update, delete", () => {
    const p = provider();
    const { id, outputs } = p.create(urn, inputs({ a: "1" }), false);
    expect(id).toBe("default/app");
    expect(outputs).toEqual({
      ...inputs({ a: "1" }),
      __inputs: inputs({ a: "1" }),
      __initialApiVersion: "v1",
      __fieldManager: expect.stringMatching(/^pulumi-kubernetes-[0-9a-f]{8}$/),
    });
    const updated = p.update(urn, outputs, inputs({ a: "2" }), false);
    expect(updated).toEqual({ ...outputs, ...inputs({ a: "2" }), __inputs: inputs({ a: "2" }) });
    p.delete(urn, updated);
    expect(files()).toEqual([]);
  });

  test("secrets are secret in the outputs, plain in the file, and said to be", () => {
    const given = inputs({ open: "1", shut: new Secret("hush") });
    const { outputs } = provider().create(urn, given, false);
    expect(outputs).toMatchObject({ data: { open: "1", shut: new Secret("hush") }, __inputs: given });
    expect(messages).toEqual([
      expect.stringMatching(/v1-configmap-default-app.yaml contains a secret value in plaintext$/),
    ]);
    expect(messages.join()).not.toContain("hush");
  });
});

describe("an object that exists already", () => {
  test("is an error that says which, where and what to do", () => {
    provider().create(urn, inputs({ a: "1" }), false);
    const again = () => provider().create(urnOf(CONFIG_MAP, "renamed"), inputs({ a: "2" }), false);
    expect(again).toThrow(/^ConfigMap default\/app already exists: .*yaml\. If another resource.*alias.*import/);
  });

  test("is taken over with upsertExistingObjects, and stays when its old resource goes", () => {
    const p = provider({ upsertExisting: true });
    const { outputs } = p.create(urn, inputs({ a: "1" }), false);
    p.create(urnOf(CONFIG_MAP, "renamed"), inputs({ a: "2" }), false);
    p.delete(urn, outputs);
    expect(files()).toEqual(["v1-configmap-default-app.yaml"]);
  });

  test("cannot be patched, not even with upsertExistingObjects", () => {
    const p = provider({ upsertExisting: true });
    p.create(urn, inputs({ a: "1" }), false);
    const patch = () => p.create(urnOf(`${CONFIG_MAP}Patch`, "patch"), inputs({ b: "2" }), false);
    expect(patch).toThrow(/already exists.*patch resources need the official plugin/);
  });
});

describe("reading back", () => {
  const created = () => provider().create(urn, inputs({ a: "1", shut: new Secret("hush") }), false).outputs;
  const given = inputs({ a: "1", shut: new Secret("hush") });
  const edit = (data: Fields, more: Fields = {}) =>
    writeFileSync(
      join(folder, "1-manifest", "v1-configmap-default-app.yaml"),
      toYaml({ ...inputs({}), data, ...more } as never),
    );

  test("what nobody touched", () => {
    const outputs = created();
    expect(provider().read(urn, "default/app", outputs, given)).toEqual({ id: "default/app", outputs, inputs: given });
  });

  test("an edited value, still secret; not what only the file has", () => {
    const outputs = created();
    edit({ a: "2", shut: "other" }, { immutable: true });
    const found = provider().read(urn, "default/app", outputs, given);
    expect(found?.inputs).toEqual(inputs({ a: "2", shut: new Secret("other") }));
    expect(found?.outputs).toMatchObject({ immutable: true, data: { a: "2", shut: new Secret("other") } });
  });

  test("nothing where the file is gone", () => {
    const outputs = created();
    rmSync(join(folder, "1-manifest"), { recursive: true });
    expect(provider().read(urn, "default/app", outputs, given)).toBeUndefined();
  });

  test("an import by id, with all that the file has but the status", () => {
    created();
    edit({ a: "2" }, { status: { ready: true } });
    const found = provider().read(urn, "default/app", {}, {});
    expect(found?.inputs).toEqual(inputs({ a: "2" }));
    expect(provider().read(urn, "app", {}, {})?.inputs).toEqual(inputs({ a: "2" }));
    expect(provider().read(urn, "default/none", {}, {})).toBeUndefined();
  });

  test("an import of what has no namespace", () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "monitoring" } };
    const token = "kubernetes:core/v1:Namespace";
    provider().create(urnOf(token, "ns"), namespace, false);
    expect(provider().read(urnOf(token, "ns"), "monitoring", {}, {})?.inputs).toEqual(namespace);
  });
});

test("alwaysRender asks for an update of what did not change", () => {
  const { outputs } = provider().create(urn, inputs({}), false);
  expect(provider().diff(urn, outputs, inputs({}), [])).toMatchObject({ changes: [], always: false });
  expect(provider({ alwaysRender: true }).diff(urn, outputs, inputs({}), [])).toMatchObject({
    changes: [],
    always: true,
  });
});

test("check warns of secrets that will be written, at once", () => {
  const news = { metadata: { name: "app" }, data: { shut: new Secret("hush") } };
  provider().check(urn, { olds: undefined, news, seed: new Uint8Array() });
  expect(messages).toEqual(["rendered YAML will contain a secret value in plaintext"]);
});
