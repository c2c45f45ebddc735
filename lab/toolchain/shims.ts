import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

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

/** The rehearsal's Kubernetes provider, under the official one's name. */
export function writeKubernetesProvider(folder: string): void {
  const provider = join(dirname(__dirname), "provider", "main.ts");
  writeShim(folder, "pulumi-resource-kubernetes", [
    process.execPath,
    "--require",
    require.resolve("tsx/cjs"),
    provider,
  ]);
}
