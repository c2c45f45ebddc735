import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, type OutputMap } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { type Engine, findEngine } from "../../../lab/rehearsal/engine";
import { type Recorded } from "../../../lab/rehearsal/operation";
import { openStack } from "../../../lab/rehearsal/stack";

/** An inline program; it returns the stack's outputs. `manifests`: an empty folder for a provider that renders. */
export type Program = (at: { readonly manifests: string }) => Promise<Record<string, unknown> | void>;

export interface StackOptions {
  readonly program: Program;
  /** Folders of policy packs. @default - none */
  readonly packs?: readonly string[];
  /** What `--policy-pack-config` gives to every pack: `{ all: "mandatory", "policy-name": { … } }`. @default - none */
  readonly policyConfig?: Readonly<Record<string, unknown>>;
  /** Configuration, keys with their namespace: `{ "project:key": value }`; values as in a stack's YAML file. @default - none */
  readonly config?: Readonly<Record<string, unknown>>;
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
    return await use(await testStack(folder, options));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function testStack(folder: string, options: StackOptions): Promise<TestStack> {
  const { packs = [], policyConfig, config = {}, project = "test", name = "staging" } = options;
  const found = await theEngine();
  const manifests = join(folder, "manifests");
  await mkdir(manifests);
  const inline = (program: Program) => () => program({ manifests });
  const given = (program: Program | undefined) => (program === undefined ? undefined : inline(program));
  const stack = await openStack({
    engine: options.rehearsalProvider === true ? { ...found, kubernetes: undefined } : found,
    folder: join(folder, "stack"),
    project: { name: project, runtime: "nodejs" },
    name,
    configuration: stringify({ config }),
    program: inline(options.program),
    packs,
    ...(policyConfig === undefined ? {} : { policyConfig }),
  });
  return {
    manifests,
    manifestFiles: () =>
      readdirSync(manifests, { recursive: true, encoding: "utf8" })
        .filter((path) => statSync(join(manifests, path)).isFile())
        .sort(),
    preview: (program) => stack.preview(given(program)),
    up: (program) => stack.up(given(program)),
    destroy: () => stack.destroy(),
    outputs: () => stack.outputs(),
    state: () => stack.state(),
  };
}
