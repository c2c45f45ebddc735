import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type LocalWorkspaceOptions, PulumiCommand } from "@pulumi/pulumi/automation";
import { pathFolders } from "../toolchain/on-path";
import { kubernetesPlugin, languageHost, type KubernetesPlugin } from "../toolchain/plugins";
import { silent, type Progress } from "../toolchain/progress";
import { ensurePulumi, installationRoot, type Pulumi } from "../toolchain/pulumi";
import { writeKubernetesProvider, writePolicyAnalyzer } from "../toolchain/shims";

/** Everything a rehearsal runs on. */
export interface Engine {
  readonly pulumi: Pulumi;
  /** The official plugin, or undefined: then our own provider plays its part. */
  readonly kubernetes: KubernetesPlugin | undefined;
}

/** Finds or gets the engine and the provider. @throws ToolchainError when there is no way to an engine. */
export async function findEngine(progress: Progress = silent, env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const pulumi = await ensurePulumi({ progress, env });
  return { pulumi, kubernetes: await kubernetesPlugin(pulumi, { progress, env }) };
}

/** A folder in which stacks live: state, Pulumi's own home and stand-ins for missing parts; nothing outside it is written. */
export interface Stage {
  /** For `LocalWorkspace.createOrSelectStack`. */
  readonly workspace: Pick<LocalWorkspaceOptions, "pulumiCommand" | "pulumiHome" | "envVars">;
  /** For `plugins` in Pulumi.yaml: where the engine finds what it cannot find by itself. */
  readonly plugins: ProjectPlugins;
}

interface ProjectPlugins {
  readonly providers: readonly ProjectPlugin[];
  readonly analyzers?: readonly ProjectPlugin[];
}

interface ProjectPlugin {
  readonly name: string;
  readonly path: string;
}

/** Prepares `folder` for stacks on this engine. */
export async function stageIn(folder: string, engine: Engine, env: NodeJS.ProcessEnv = process.env): Promise<Stage> {
  const { pulumi, kubernetes } = engine;
  const home = join(folder, "pulumi-home");
  const shims = join(folder, "shims");
  const envVars = engineEnvironment(folder, home, pulumi, env);
  const hosted = languageHost(pulumi, { ...env, ...envVars }) !== undefined;
  if (!hosted) writePolicyAnalyzer(shims);
  if (kubernetes === undefined) await writeKubernetesProvider(shims);
  const root = installationRoot(pulumi);
  return {
    workspace: {
      pulumiCommand: await PulumiCommand.get(root === undefined ? {} : { root }),
      pulumiHome: home,
      envVars,
    },
    plugins: {
      providers: [{ name: "kubernetes", path: kubernetes?.folder ?? shims }],
      ...(hosted ? {} : { analyzers: [{ name: "policy-nodejs", path: shims }] }),
    },
  };
}

/** A rehearsal's state holds no real secret; the passphrase is needed, not needed to be secret. */
const PASSPHRASE = "rehearsal";

function engineEnvironment(
  folder: string,
  home: string,
  pulumi: Pulumi,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    PATH: enginePath(pulumi, env),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_CONFIG_PASSPHRASE_FILE: "",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** The engine prefers a language host on PATH to its own; one of another, perhaps older, installation must not answer for it. */
function enginePath(pulumi: Pulumi, env: NodeJS.ProcessEnv): string {
  const folders = pathFolders(env);
  const usable =
    pulumi.origin === "path" ? folders : folders.filter((entry) => !existsSync(join(entry, "pulumi-language-nodejs")));
  return usable.join(delimiter);
}

/** For people: which engine, and where it is from. */
export function describeEngine({ path, version, origin, released }: Pulumi): string {
  const made = released ? "the official release" : "built from its Go modules";
  const sources = {
    path: `from PATH (${path})`,
    cache: `${made}, from the cache`,
    download: `${made}, downloaded now`,
    build: `${made} now`,
  };
  return `Pulumi ${version}, ${sources[origin]}`;
}

/** For people: who plays the Kubernetes provider. */
export function describeKubernetes(plugin: KubernetesPlugin | undefined): string {
  if (plugin === undefined)
    return "the rehearsal's own Kubernetes provider (the official plugin is not on this machine)";
  const sources = { path: "from PATH", installed: "installed", cache: "from the cache", download: "downloaded now" };
  return `the official Kubernetes plugin${plugin.version === undefined ? "" : ` ${plugin.version}`}, ${sources[plugin.origin]}`;
}
