import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { type Manifest } from "../../../lab/provider/manifest";
import { AlreadyExists, Manifests, filePath, toYaml } from "../../../lab/provider/render";

const settingsMap = (data: Manifest = { a: "1" }): Manifest => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name: "settings", namespace: "monitoring" },
  data,
});

test.each<[string, string, string, Manifest]>([
  ["1-manifest/v1-namespace-default-monitoring.yaml", "v1", "Namespace", { name: "monitoring" }],
  [
    "1-manifest/security.istio.io_v1-peerauthentication-monitoring-default.yaml",
    "security.istio.io/v1",
    "PeerAuthentication",
    { name: "default", namespace: "monitoring" },
  ],
  ["1-manifest/apps_v1-deployment-a-b.yaml", "apps/v1", "Deployment", { name: "b", namespace: "a" }],
  [
    "0-crd/apiextensions.k8s.io_v1-customresourcedefinition-default-a.b.yaml",
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    { name: "a.b" },
  ],
  ["1-manifest/a.b_v1-customresourcedefinition-default-c.yaml", "a.b/v1", "CustomResourceDefinition", { name: "c" }],
])("%s", (path, apiVersion, kind, metadata) => expect(filePath({ apiVersion, kind, metadata })).toBe(path));

test.each<Manifest>([{ name: "../../etc" }, { name: "a", namespace: "../b" }, {}])("no file for %j", (metadata) =>
  expect(() => filePath({ apiVersion: "v1", kind: "Pod", metadata })).toThrow(/has a name that no file can have/),
);

describe("YAML", () => {
  test("has its keys in order and lists without indent", () => {
    const yaml = toYaml({ kind: "K", b: { z: [{ y: 1, x: "8080" }], a: [] }, a: "on", text: "one\ntwo\n" });
    expect(yaml).toBe(
      [
        'a: "on"',
        "b:",
        "  a: []",
        "  z:",
        '  - x: "8080"',
        '    "y": 1',
        "kind: K",
        "text: |",
        "  one",
        "  two",
        "",
      ].join("\n"),
    );
  });

  test.each([
    "yes",
    "0777",
    "1e3",
    "~",
    "null",
    "2026-01-01",
    "x".repeat(300) + " y",
    "a: b #c",
    " a\nb",
    "\u00e9\u0007",
  ])("reads %j back as it was", (text) =>
    expect(load(toYaml({ text, same: [text, text] }))).toEqual({ text, same: [text, text] }),
  );
});

describe("a directory", () => {
  let folder: string;
  let manifests: Manifests;
  const files = () =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(folder, path)).isFile())
      .sort();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "meshtls-manifests-"));
    manifests = new Manifests(join(folder, "out"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const SETTINGS = "out/1-manifest/v1-configmap-monitoring-settings.yaml";

  test("has both folders and the object, for the owner's eyes, and nothing half-written", () => {
    manifests.create(settingsMap(), false);
    expect(readdirSync(join(folder, "out")).sort()).toEqual(["0-crd", "1-manifest"]);
    expect(files()).toEqual([SETTINGS]);
    expect(statSync(join(folder, SETTINGS)).mode & 0o777).toBe(0o600);
    expect(load(readFileSync(join(folder, SETTINGS), "utf8"))).toEqual(settingsMap());
  });

  test("takes no second object of the same name, and leaves the first", () => {
    manifests.create(settingsMap(), false);
    expect(() => manifests.create(settingsMap({ a: "2" }), false)).toThrow(AlreadyExists);
    expect(manifests.read(settingsMap())).toEqual(settingsMap());
    manifests.create(settingsMap({ a: "2" }), true);
    expect(manifests.read(settingsMap())).toEqual(settingsMap({ a: "2" }));
  });

  test("names the object and the file when it is there already", () => {
    manifests.create(settingsMap(), false);
    expect(() => manifests.create(settingsMap(), false)).toThrow(
      `ConfigMap monitoring/settings already exists: ${join(folder, SETTINGS)}`,
    );
  });

  test("leaves no stale file when the file's name changes", () => {
    const of = (version: string) => ({
      ...settingsMap(),
      apiVersion: `networking.istio.io/${version}`,
      kind: "Gateway",
    });
    manifests.create(of("v1beta1"), false);
    manifests.update(of("v1beta1"), of("v1"));
    expect(files()).toEqual(["out/1-manifest/networking.istio.io_v1-gateway-monitoring-settings.yaml"]);
  });

  test("takes an update of a file that is gone, and a removal too", () => {
    manifests.update(settingsMap(), settingsMap({ a: "2" }));
    expect(manifests.read(settingsMap())).toEqual(settingsMap({ a: "2" }));
    manifests.remove(settingsMap());
    manifests.remove(settingsMap());
    expect(manifests.read(settingsMap())).toBeUndefined();
  });

  test.each([
    ["is no YAML", "a: [", /does not hold ConfigMap monitoring\/settings any more/],
    ["is another object", toYaml({ ...settingsMap(), metadata: { name: "other" } }), /does not hold/],
    ["is empty", "", /does not hold/],
  ])("says so when a file %s", (_, text, message) => {
    manifests.create(settingsMap(), false);
    writeFileSync(join(folder, SETTINGS), text);
    expect(() => manifests.read(settingsMap())).toThrow(message);
  });

  test("leaves no empty file behind when it cannot write", () => {
    const broken: Manifest = { ...settingsMap(), data: { a: (() => "x") as never } };
    expect(() => manifests.create(broken, false)).toThrow();
    expect(files()).toEqual([]);
  });
});
