import { readdirSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { withLock } from "../../scripts/lock";
import { cacheFolder } from "./cache";
import { isExecutable, onPath } from "./on-path";
import { silent, type Progress } from "./progress";
import { type Pulumi } from "./pulumi";
import { lastWords, run } from "./run";
import { isAtLeast, KUBERNETES_PLUGIN } from "./versions";

/** The official Kubernetes plugin on this machine. */
export interface KubernetesPlugin {
  /** The folder that holds `pulumi-resource-kubernetes`. */
  readonly folder: string;
  /** Without `v`; undefined for one on PATH, which does not say. */
  readonly version: string | undefined;
  readonly origin: "path" | "installed" | "cache" | "download";
}

const KUBERNETES = "pulumi-resource-kubernetes";
const NODEJS_HOST = "pulumi-language-nodejs";
const REACHABLE_WITHIN_MS = 3_000;

/** The Node.js language host the engine would find, looked for where it looks: PATH, next to its executable, its plugins. */
export function languageHost(pulumi: Pulumi, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const bundled = join(dirname(realpathSync(pulumi.path)), NODEJS_HOST);
  const plugins = pluginsOf(pulumiHome(env), "language-nodejs").map(({ folder }) => join(folder, NODEJS_HOST));
  return onPath(NODEJS_HOST, env) ?? [bundled, ...plugins].find(isExecutable);
}

export interface KubernetesPluginOptions {
  readonly progress?: Progress;
  readonly env?: NodeJS.ProcessEnv;
  /** An address that answers when the plugin can be downloaded. @default - the plugin's release on GitHub */
  readonly reachable?: string;
}

/**
 * The official Kubernetes plugin: on PATH, among the user's plugins, downloaded earlier, or downloaded now by the engine itself.
 * Undefined when it is nowhere and cannot be had: what to do without it is the caller's choice.
 */
export async function kubernetesPlugin(
  pulumi: Pulumi,
  { progress = silent, env = process.env, reachable = KUBERNETES_RELEASE }: KubernetesPluginOptions = {},
): Promise<KubernetesPlugin | undefined> {
  const ambient = onPath(KUBERNETES, env);
  if (ambient !== undefined) return { folder: dirname(ambient), version: undefined, origin: "path" };
  const [installed] = kubernetesIn(pulumiHome(env));
  if (installed !== undefined) return { ...installed, origin: "installed" };
  const home = join(cacheFolder(env), "pulumi-home");
  const [cached] = kubernetesIn(home);
  if (cached !== undefined) return { ...cached, origin: "cache" };

  // An engine that had to be built means that releases are out of reach; do not knock again at every run.
  const wanted = pulumi.released && !isSet(env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"]);
  if (!wanted || !(await answers(reachable))) return undefined;
  return download(pulumi, home, progress, env);
}

const KUBERNETES_RELEASE = `https://github.com/pulumi/pulumi-kubernetes/releases/tag/v${KUBERNETES_PLUGIN}`;

const isSet = (flag: string | undefined): boolean => flag !== undefined && !["", "0", "false"].includes(flag);

const pulumiHome = (env: NodeJS.ProcessEnv): string => env["PULUMI_HOME"] || join(env["HOME"] || homedir(), ".pulumi");

interface Installed {
  readonly folder: string;
  readonly version: string;
}

/** Plugins of a kind and name in a Pulumi home, newest first. */
function pluginsOf(home: string, kindAndName: string): readonly Installed[] {
  const plugins = join(home, "plugins");
  const prefix = `${kindAndName}-v`;
  return namesIn(plugins)
    .filter((name) => name.startsWith(prefix) && /^\d+\.\d+\.\d+/.test(name.slice(prefix.length)))
    .filter((name) => !name.endsWith(".lock") && !name.endsWith(".partial"))
    .map((name) => ({ folder: join(plugins, name), version: name.slice(prefix.length) }))
    .sort((a, b) => (isAtLeast(a.version, b.version) ? -1 : 1));
}

/** The version that belongs to the SDK first, else the newest of its major version. */
function kubernetesIn(home: string): readonly Installed[] {
  const major = `${KUBERNETES_PLUGIN.split(".")[0]}.`;
  const usable = pluginsOf(home, "resource-kubernetes").filter(
    ({ folder, version }) => version.startsWith(major) && isExecutable(join(folder, KUBERNETES)),
  );
  const exact = usable.filter(({ version }) => version === KUBERNETES_PLUGIN);
  return [...exact, ...usable];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(REACHABLE_WITHIN_MS) })).ok;
  } catch {
    return false;
  }
}

async function download(
  pulumi: Pulumi,
  home: string,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<KubernetesPlugin | undefined> {
  await mkdir(home, { recursive: true });
  return withLock(join(home, "download.lock"), async () => {
    progress.step(`downloading the official Kubernetes plugin ${KUBERNETES_PLUGIN}`);
    const install = await run(pulumi.path, ["plugin", "install", "resource", "kubernetes", KUBERNETES_PLUGIN], {
      env: { ...env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      onLine: (line) => progress.detail(line),
    });
    const [plugin] = kubernetesIn(home);
    if (plugin === undefined) progress.step(`  it could not be downloaded: ${lastWords(install)}`);
    return plugin && { ...plugin, origin: "download" };
  });
}
