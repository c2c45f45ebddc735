import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkConfig, diffConfig } from "../../../lab/provider/config";
import { readSettings } from "../../../lab/provider/settings";
import { Secret, UNKNOWN, type Fields } from "../../../lab/provider/values";
import { settings } from "./support";

const kubeconfig = (server: string, namespace?: string) =>
  JSON.stringify({
    "current-context": "main",
    contexts: [
      { name: "main", context: { cluster: "one", ...(namespace && { namespace }) } },
      { name: "other", context: { cluster: "two" } },
    ],
    clusters: [
      { name: "one", cluster: { server } },
      { name: "two", cluster: { server: "https://two" } },
    ],
  });

describe("checkConfig", () => {
  test.each<[string, Fields, string[]]>([
    ["nothing", {}, []],
    ["rendering", { renderYamlToDirectory: "out", enableServerSideApply: "true", clusterIdentifier: "x" }, []],
    ["a cluster", { kubeconfig: "x", context: "y", cluster: "z", namespace: "n" }, []],
    [
      "both",
      { renderYamlToDirectory: "out", kubeconfig: "x", context: "y", cluster: "z" },
      ["cluster", "context", "kubeconfig"],
    ],
    [
      "the environment's kubeconfig, which the SDK fills in",
      { renderYamlToDirectory: "out", kubeconfig: "/env/config" },
      [],
    ],
    ["an empty kubeconfig", { renderYamlToDirectory: "out", kubeconfig: "" }, []],
    ["an unknown directory with a context", { renderYamlToDirectory: UNKNOWN, context: "y" }, ["context"]],
    ["a secret kubeconfig", { renderYamlToDirectory: "out", kubeconfig: new Secret("x") }, ["kubeconfig"]],
    ["alwaysRender alone", { alwaysRender: "true" }, ["alwaysRender"]],
    ["alwaysRender with rendering", { alwaysRender: "true", renderYamlToDirectory: "out" }, []],
  ])("%s", (_, news, properties) => {
    expect(checkConfig(news, { KUBECONFIG: "/env/config" }).map(({ property }) => property)).toEqual(properties);
  });

  test("says it in the official provider's words", () => {
    expect(checkConfig({ renderYamlToDirectory: "out", context: "y" }, {})).toEqual([
      { property: "context", reason: '"context" arg is not compatible with "renderYamlToDirectory" arg' },
    ]);
  });
});

describe("diffConfig", () => {
  const [one, moved] = [{ kubeconfig: kubeconfig("https://one") }, { kubeconfig: kubeconfig("https://moved") }];

  test.each<[string, Fields, Fields, string[], string[]]>([
    ["nothing", one, one, [], []],
    ["an option", { ...one, namespace: "a" }, { ...one, namespace: "b" }, ["namespace"], []],
    ["another server", one, moved, ["kubeconfig"], ["kubeconfig"]],
    ["another context", one, { ...one, context: "other" }, ["context"], ["context"]],
    ["another context of the same cluster", one, { ...one, context: "main" }, ["context"], []],
    ["another cluster of the same context", one, { ...one, cluster: "two" }, ["cluster"], ["cluster"]],
    ["the text, not the cluster", one, { kubeconfig: `${one.kubeconfig}\n` }, ["kubeconfig"], []],
    ["a cluster not known yet", one, { kubeconfig: UNKNOWN }, ["kubeconfig"], ["kubeconfig"]],
    [
      "the same identifier",
      { ...one, clusterIdentifier: "i" },
      { ...moved, clusterIdentifier: "i" },
      ["kubeconfig"],
      [],
    ],
    [
      "the same identifier, not known yet",
      { ...one, clusterIdentifier: "i" },
      { kubeconfig: UNKNOWN, clusterIdentifier: "i" },
      ["kubeconfig"],
      [],
    ],
    [
      "another identifier",
      { ...one, clusterIdentifier: "i" },
      { ...one, clusterIdentifier: "j" },
      ["clusterIdentifier"],
      ["clusterIdentifier"],
    ],
    ["an identifier more", one, { ...one, clusterIdentifier: "i" }, ["clusterIdentifier"], []],
    [
      "another directory",
      { renderYamlToDirectory: "a" },
      { renderYamlToDirectory: "b" },
      ["renderYamlToDirectory"],
      ["renderYamlToDirectory"],
    ],
    [
      "another directory under the same identifier",
      { renderYamlToDirectory: "a", clusterIdentifier: "i" },
      { renderYamlToDirectory: "b", clusterIdentifier: "i" },
      ["renderYamlToDirectory"],
      ["renderYamlToDirectory"],
    ],
  ])("%s", (_, olds, news, diffs, replaces) => expect(diffConfig(olds, news)).toEqual({ diffs, replaces }));

  test("a kubeconfig that is none is named, not quoted", () => {
    expect(() => diffConfig(one, { kubeconfig: "token: [hush" })).toThrow("kubeconfig: the text given cannot be read");
  });

  test("a kubeconfig may be a path", () => {
    const folder = mkdtempSync(join(tmpdir(), "meshtls-kubeconfig-"));
    const path = join(folder, "config");
    writeFileSync(path, moved.kubeconfig);
    expect(diffConfig(one, { kubeconfig: path }).replaces).toEqual(["kubeconfig"]);
    expect(diffConfig(moved, { kubeconfig: path }).replaces).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describe("settings", () => {
  test("defaults", () => {
    expect(readSettings({ renderYamlToDirectory: "/manifests" }, {})).toEqual(settings());
    expect(readSettings({}, {})).toEqual(settings({ directory: undefined }));
  });

  test.each<[string, Fields, NodeJS.ProcessEnv, Partial<ReturnType<typeof settings>>]>([
    ["a boolean as the SDK sends it", { enableConfigMapMutable: "true" }, {}, { configMapMutable: true }],
    ["a boolean", { enableServerSideApply: false }, {}, { serverSideApply: false }],
    ["an environment variable", {}, { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" }, { secretMutable: true }],
    [
      "an input before its variable",
      { upsertExistingObjects: "false" },
      { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" },
      {},
    ],
    ["the namespace", { namespace: "a" }, {}, { namespace: "a" }],
    ["the namespace of the context", { kubeconfig: kubeconfig("s", "b") }, {}, { namespace: "b" }],
    ["a broken kubeconfig, which is for later", { kubeconfig: "[" }, {}, {}],
  ])("%s", (_, inputs, env, expected) => {
    expect(readSettings({ renderYamlToDirectory: "/manifests", ...inputs }, env)).toEqual(settings(expected));
  });
});
