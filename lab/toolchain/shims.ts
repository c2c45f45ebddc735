import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Writes `folder/name`, a shell script that becomes `command` with the arguments it was given. */
function writeShim(folder: string, name: string, command: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  const half = `${file}.${process.pid}`;
  writeFileSync(half, `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$@"\n`, { mode: 0o755 });
  renameSync(half, file);
}

/** What the engine starts for a pack when there is no language host. */
export function writePolicyAnalyzer(folder: string): void {
  writeShim(folder, "pulumi-analyzer-policy-nodejs", [process.execPath, join(__dirname, "policy-analyzer.js")]);
}

/** The rehearsal's Kubernetes provider, under the official one's name; bundled, because the engine starts it in every operation. */
export async function writeKubernetesProvider(folder: string): Promise<void> {
  const bundle = join(folder, "kubernetes-provider.js");
  await build({
    entryPoints: [join(dirname(__dirname), "provider", "main.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  writeShim(folder, "pulumi-resource-kubernetes", [process.execPath, bundle]);
}
