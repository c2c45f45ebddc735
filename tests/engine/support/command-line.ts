import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { stageIn } from "../../../lab/rehearsal/engine";
import { languageHost } from "../../../lab/toolchain/plugins";
import { theEngine } from "./stack";

/** Pulumi as its users call it: the command line, with nothing of the rehearsal around it. */
export interface CommandLine {
  /** The executable. */
  readonly pulumi: string;
  /** With `pulumi`, a provider and a language host on PATH; state and Pulumi's own home are in the folder. */
  readonly env: NodeJS.ProcessEnv;
}

/** @param folder an empty folder, or one that is not there yet */
export async function commandLine(folder: string): Promise<CommandLine> {
  const engine = await theEngine();
  const { workspace, plugins } = await stageIn(folder, engine);
  const [provider] = plugins.providers;
  const hosts = join(folder, "hosts");
  mkdirSync(hosts, { recursive: true });
  mkdirSync(join(folder, "state"), { recursive: true });
  const host = join(__dirname, "language-host.js");
  writeFileSync(join(hosts, "pulumi-language-nodejs"), `#!/bin/sh\nexec '${process.execPath}' '${host}' "$@"\n`, {
    mode: 0o755,
  });
  const official = languageHost(engine.pulumi) !== undefined;
  const path = [
    ...(official ? [] : [hosts]),
    provider?.path ?? "",
    dirname(engine.pulumi.path),
    workspace.envVars?.["PATH"] ?? "",
  ];
  return {
    pulumi: engine.pulumi.path,
    env: { ...process.env, ...workspace.envVars, PULUMI_HOME: workspace.pulumiHome, PATH: path.join(delimiter) },
  };
}
