import { version as kubernetesSdk } from "@pulumi/kubernetes/package.json";

/** The engine that is downloaded or built when the machine has none. go.mod in engine/ says the same. */
export const PULUMI = "3.246.0";

/** `pulumi policy analyze`, and packs run by their language host, came with it. */
export const OLDEST_PULUMI = "3.229.0";

/** The official Kubernetes plugin that belongs to the SDK the program uses. */
export const KUBERNETES_PLUGIN: string = kubernetesSdk;

/** The platform's name in Pulumi's archives, or undefined when none is published for it. */
export function releasePlatform(platform = process.platform, arch = process.arch): string | undefined {
  const known = (platform === "linux" || platform === "darwin") && (arch === "x64" || arch === "arm64");
  return known ? `${platform}-${arch}` : undefined;
}

const numbers = (version: string): readonly number[] =>
  (/(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number);

/** `v3.229.0-dev.1` counts as 3.229.0; text without a version is older than everything. */
export function isAtLeast(version: string, oldest: string): boolean {
  const given = numbers(version);
  const wanted = numbers(oldest);
  const difference = wanted.map((part, index) => (given[index] ?? -1) - part).find((part) => part !== 0);
  return difference === undefined || difference > 0;
}
