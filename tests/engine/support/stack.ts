import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigMap, type Deployment, LocalWorkspace, type OutputMap } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { type Engine, findEngine, stageIn } from "../../../lab/rehearsal/engine";
import { record, type Recorded } from "../../../lab/rehearsal/operation";

/** An inline program; it returns the stack's outputs. `manifests`: an empty folder for a provider that renders. */
export type Program = (at: { readonly manifests: string }) => Promise<Record<string, unknown> | void>;

export interface StackOptions {
  readonly program: Program;
  /** Folders of policy packs. @default - none */
  readonly packs?: readonly string[];
  /** What `--policy-pack-config` gives to every pack: `{ all: "mandatory", "policy-name": { … } }`. @default - none */
  readonly policyConfig?: Readonly<Record<string, unknown>>;
  /** Configuration, keys with their namespace: `{ "project:key": { value } }`. @default - none */
  readonly config?: ConfigMap;
  /** Use our own Kubernetes provider even where the official plugin is installed. @default false */
  readonly rehearsalProvider?: boolean;
  /** @default "test" */
  readonly project?: string;
  /** @default "staging" */
  readonly name?: string;
}

/** A stack on the real engine. Operations never throw because of what the engine refuses: look at `ok`. */
export interface TestStack {
  /** The folder that a rendering provider was told to write to. */
  readonly manifests: string;
  /** Paths below `manifests`, sorted. */
  manifestFiles(): readonly string[];
  /** `program` replaces the stack's own for this operation: that is how a change is tested. */
  preview(program?: Program): Promise<Recorded>;
  /** Without a preview before it, as `pulumi up --skip-preview`. */
  up(program?: Program): Promise<Recorded>;
  destroy(): Promise<Recorded>;
  outputs(): Promise<OutputMap>;
  state(): Promise<Deployment>;
}

let engine: Promise<Engine> | undefined;

/** The engine that all tests of this process share. */
export const theEngine = (): Promise<Engine> => (engine ??= findEngine());

/** Gives `use` a stack of its own in a temporary folder: engine, local state, provider (official or ours) and packs are real. */
export async function withStack<T>(options: StackOptions, use: (stack: TestStack) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "meshtls-stack-"));
  try {
    return await use(await openStack(folder, options));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openStack(folder: string, options: StackOptions): Promise<TestStack> {
  const { packs = [], policyConfig, config = {}, project = "test", name = "staging" } = options;
  const { rehearsalProvider = false } = options;
  const found = await theEngine();
  const stage = await stageIn(folder, rehearsalProvider ? { ...found, kubernetes: undefined } : found);
  const manifests = join(folder, "manifests");
  const work = join(folder, "work");
  await Promise.all([manifests, work, join(folder, "state")].map((path) => mkdir(path)));
  await writeFile(join(work, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs", plugins: stage.plugins }));
  const policyPackConfigs = policyConfig === undefined ? [] : packs.map(() => join(folder, "policy-config.json"));
  if (policyConfig !== undefined) await writeFile(join(folder, "policy-config.json"), JSON.stringify(policyConfig));

  const inline = (program: Program) => () => program({ manifests });
  const stack = await LocalWorkspace.createStack(
    { stackName: name, projectName: project, program: inline(options.program) },
    { workDir: work, ...stage.workspace },
  );
  if (Object.keys(config).length > 0) await stack.setAllConfig(config);

  const packed = { policyPacks: [...packs], policyPackConfigs };
  const run = (program: Program | undefined) => ({
    ...packed,
    ...(program === undefined ? {} : { program: inline(program) }),
  });
  return {
    manifests,
    manifestFiles: () =>
      readdirSync(manifests, { recursive: true, encoding: "utf8" })
        .filter((path) => statSync(join(manifests, path)).isFile())
        .sort(),
    preview: (program) => record((watch) => stack.preview({ ...run(program), ...watch })),
    up: (program) => record((watch) => stack.up({ ...run(program), ...watch })),
    destroy: () => record((watch) => stack.destroy(watch)),
    outputs: () => stack.outputs(),
    state: () => stack.exportStack(),
  };
}
