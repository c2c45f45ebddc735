import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { kubernetesPlugin, languageHost } from "../../../lab/toolchain/plugins";
import { type Pulumi } from "../../../lab/toolchain/pulumi";
import { KUBERNETES_PLUGIN } from "../../../lab/toolchain/versions";
import { heard, script, temporaryFolder, webServer } from "./support";

function machine() {
  const bin = temporaryFolder();
  const home = temporaryFolder();
  const cache = temporaryFolder();
  const path = script(join(temporaryFolder(), "bin", "pulumi"), "echo v3.246.0");
  const pulumi: Pulumi = { path, version: "3.246.0", origin: "path", released: true };
  return { bin, home, cache, pulumi, env: { PATH: bin, PULUMI_HOME: home, MESHTLS_CACHE: cache } };
}

const plugin = (home: string, version: string): string => join(home, "plugins", `resource-kubernetes-v${version}`);

const installPlugin = (home: string, version: string): string =>
  script(join(plugin(home, version), "pulumi-resource-kubernetes"), "exit 0");

/** Nothing listens on port 2. */
const reachable = "http://127.0.0.1:2";

describe("the Node.js language host", () => {
  test("is not there on a machine that only has the engine", () => {
    const { pulumi, env } = machine();
    expect(languageHost(pulumi, env)).toBeUndefined();
  });

  test("is found on PATH", () => {
    const { bin, pulumi, env } = machine();
    const host = script(join(bin, "pulumi-language-nodejs"), "exit 0");
    expect(languageHost(pulumi, env)).toBe(host);
  });

  test("is found next to the engine, also when PATH has a link to the engine only", () => {
    const { bin, pulumi, env } = machine();
    const host = script(join(pulumi.path, "..", "pulumi-language-nodejs"), "exit 0");
    symlinkSync(pulumi.path, join(bin, "pulumi"));
    expect(languageHost({ ...pulumi, path: join(bin, "pulumi") }, env)).toBe(host);
  });

  test("is found among Pulumi's plugins", () => {
    const { home, pulumi, env } = machine();
    const host = script(join(home, "plugins", "language-nodejs-v3.246.0", "pulumi-language-nodejs"), "exit 0");
    expect(languageHost(pulumi, env)).toBe(host);
  });
});

describe("the official Kubernetes plugin", () => {
  test("is nobody's on a machine without it that cannot download it", async () => {
    const { pulumi, env } = machine();
    expect(await kubernetesPlugin(pulumi, { env, reachable })).toBeUndefined();
  });

  test("is taken from PATH first", async () => {
    const { bin, home, pulumi, env } = machine();
    script(join(bin, "pulumi-resource-kubernetes"), "exit 0");
    installPlugin(home, KUBERNETES_PLUGIN);
    const expected = { folder: bin, version: undefined, origin: "path" };
    expect(await kubernetesPlugin(pulumi, { env, reachable })).toEqual(expected);
  });

  test("is the SDK's own version among the user's plugins, else the newest of that major version", async () => {
    const { home, pulumi, env } = machine();
    installPlugin(home, "3.30.2");
    installPlugin(home, "4.9.0");
    installPlugin(home, "4.10.0");
    mkdirSync(`${plugin(home, "4.99.0")}.lock`, { recursive: true });
    mkdirSync(plugin(home, "4.98.0"));
    const found = () => kubernetesPlugin(pulumi, { env, reachable });
    expect(await found()).toEqual({ folder: plugin(home, "4.10.0"), version: "4.10.0", origin: "installed" });
    installPlugin(home, KUBERNETES_PLUGIN);
    installPlugin(home, "4.97.0");
    expect(await found()).toMatchObject({ version: KUBERNETES_PLUGIN });
  });

  test("is downloaded once by the engine where its release answers, and found in the cache after that", async () => {
    const { cache, pulumi, env } = machine();
    // An engine whose `plugin install` does what the real one does: put the plugin into its home.
    const folder = `$PULUMI_HOME/plugins/resource-kubernetes-v$5`;
    script(
      pulumi.path,
      `PATH=/usr/bin:/bin; mkdir -p ${folder}; cp "$0" ${folder}/pulumi-resource-kubernetes; [ "$1 $2 $3" = "plugin install resource" ]`,
    );
    const answering = await webServer((_request, response) => response.end());
    const expected = { folder: plugin(join(cache, "pulumi-home"), KUBERNETES_PLUGIN), version: KUBERNETES_PLUGIN };
    const download = () => kubernetesPlugin(pulumi, { env, reachable: answering });
    expect(await download()).toEqual({ ...expected, origin: "download" });
    expect(await kubernetesPlugin(pulumi, { env, reachable })).toEqual({ ...expected, origin: "cache" });
  });

  test("is not asked for when the engine had to be built, which means that releases are out of reach", async () => {
    const { pulumi, env } = machine();
    script(pulumi.path, "exit 9");
    const answering = await webServer((_request, response) => response.end());
    const built: Pulumi = { ...pulumi, origin: "cache", released: false };
    const progress = heard();
    expect(await kubernetesPlugin(built, { env, progress, reachable: answering })).toBeUndefined();
    expect(progress.lines).toEqual([]);
  });

  test("is done without, and the engine's reason told, when the download fails", async () => {
    const { pulumi, env } = machine();
    script(pulumi.path, "echo 'error: 403 rate limit' >&2; exit 1");
    const progress = heard();
    const answering = await webServer((_request, response) => response.end());
    expect(await kubernetesPlugin(pulumi, { env, progress, reachable: answering })).toBeUndefined();
    expect(progress.lines.at(-1)).toBe("  it could not be downloaded: error: 403 rate limit");
  });

  test("is not asked for when the user has switched automatic downloads off", async () => {
    const { pulumi, env } = machine();
    let asked = 0;
    const answering = await webServer((_request, response) => {
      asked += 1;
      response.end();
    });
    const off = { ...env, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    expect(await kubernetesPlugin(pulumi, { env: off, reachable: answering })).toBeUndefined();
    expect(asked).toBe(0);
  });
});
