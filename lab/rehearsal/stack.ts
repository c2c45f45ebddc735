import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Deployment, LocalWorkspace, type OutputMap, type PulumiFn } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { type Engine, stageIn } from "./engine";
import { record, type Recorded } from "./operation";

export interface StackOptions {
  readonly engine: Engine;
  /** Where everything of this stack is: Pulumi.yaml, configuration, state, Pulumi's home. */
  readonly folder: string;
  /** The content of Pulumi.yaml: at least `name` and `runtime`. */
  readonly project: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly name: string;
  /** The text of `Pulumi.<name>.yaml`. @default - none */
  readonly configuration?: string;
  readonly program: PulumiFn;
  /** Folders of policy packs. @default - none */
  readonly packs?: readonly string[];
  /** What `--policy-pack-config` gives to every pack: `{ all: "mandatory", "policy-name": { … } }`. @default - none */
  readonly policyConfig?: Readonly<Record<string, unknown>>;
  /** Hears the engine's own output as it comes. @default - nobody */
  readonly echo?: (text: string) => void;
  /** Colour in the engine's output. @default false */
  readonly color?: boolean;
  /** Leaves the stack's outputs out of the engine's own output. @default false */
  readonly suppressOutputs?: boolean;
}

/** A stack on the real engine. Operations never throw because of what the engine refuses: look at `ok`. */
export interface Stack {
  /** `program` replaces the stack's own for this operation. */
  preview(program?: PulumiFn): Promise<Recorded>;
  /** Without a preview before it, as `pulumi up --skip-preview`. */
  up(program?: PulumiFn): Promise<Recorded>;
  destroy(): Promise<Recorded>;
  outputs(): Promise<OutputMap>;
  state(): Promise<Deployment>;
}

/** Opens the stack of a folder, new or as an earlier run left it. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const { engine, folder, project, name, configuration, packs = [], policyConfig, echo } = options;
  await mkdir(join(folder, "state"), { recursive: true });
  const stage = await stageIn(folder, engine);
  await writeFile(join(folder, "Pulumi.yaml"), stringify({ ...project, plugins: stage.plugins }));
  if (configuration !== undefined) await writeFile(join(folder, `Pulumi.${name}.yaml`), configuration);
  const policyFile = join(folder, "policy-config.json");
  if (policyConfig !== undefined) await writeFile(policyFile, JSON.stringify(policyConfig));

  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: project.name, program: options.program },
    { workDir: folder, ...stage.workspace },
  );
  const display = {
    color: options.color === true ? ("always" as const) : ("never" as const),
    suppressOutputs: options.suppressOutputs === true,
  };
  const run = (program: PulumiFn | undefined) => ({
    ...display,
    policyPacks: [...packs],
    policyPackConfigs: policyConfig === undefined ? [] : packs.map(() => policyFile),
    ...(program === undefined ? {} : { program }),
  });
  return {
    preview: (program) => record((watch) => stack.preview({ ...run(program), ...watch }), echo),
    up: (program) => record((watch) => stack.up({ ...run(program), ...watch }), echo),
    destroy: () => record((watch) => stack.destroy({ ...display, ...watch }), echo),
    outputs: () => stack.outputs(),
    state: () => stack.exportStack(),
  };
}
