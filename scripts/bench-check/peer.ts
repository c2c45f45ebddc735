import { spawnSync } from "node:child_process";
import type { Usage } from "./measure";

/** GNU time: what a program that is no Node used, from its start to its end. */
const TIME = "/usr/bin/time";

/** @throws when it cannot be run, or fails */
export function peerUsageOf(program: string, argv: readonly string[]): Usage {
  const { status, stderr, error } = spawnSync(TIME, ["-f", "%U %S %M", program, ...argv], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { ...process.env, KUBECONFIG: "/dev/null" },
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${program} cannot be measured: ${error?.message ?? stderr}`);
  const [user = Number.NaN, system = Number.NaN, peak = Number.NaN] = (stderr.trim().split("\n").at(-1) ?? "")
    .split(" ")
    .map(Number);
  return { cpuMs: (user + system) * 1000, peakMb: peak / 1024 };
}
