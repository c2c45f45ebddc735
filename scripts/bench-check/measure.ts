import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** What one process used, from its start to its end. */
export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  /** Largest resident set. */
  readonly peakMb: number;
}

const METER = join(__dirname, "meter.js");

/** @throws when the process ends with another code than the ones that are fine */
export function usageOf(argv: readonly string[], fine: readonly number[] = [0]): Usage {
  const { status, output, stderr } = spawnSync(process.execPath, ["--require", METER, ...argv], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (status === null || !fine.includes(status)) throw new Error(`${argv.join(" ")} exits ${status}: ${stderr}`);
  const { cpuMs, peakMb } = JSON.parse(output[3] ?? "") as Usage;
  return { cpuMs, peakMb };
}

/** Milliseconds from the start of a process to the first of its output. */
export const firstOutputOf = (argv: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [...argv], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.once("data", () => resolve(performance.now() - start));
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`${argv.join(" ")} printed nothing`)));
    child.stdout.resume();
  });

export function median(values: readonly number[]): number {
  const inOrder = [...values].sort((a, b) => a - b);
  const middle = Math.floor(inOrder.length / 2);
  const upper = inOrder[middle] ?? Number.NaN;
  return inOrder.length % 2 === 1 ? upper : ((inOrder[middle - 1] ?? Number.NaN) + upper) / 2;
}
