import { readFileSync } from "node:fs";

/** What benchmarks measure with. */

/**
 * Milliseconds that the main thread of a process has run, other processes of a busy machine left out; `undefined` where the system does
 * not tell (it is Linux that does).
 */
export function threadTime(pid: number = process.pid): number | undefined {
  try {
    const [running = ""] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
    return Number(running) / 1e6;
  } catch {
    return undefined;
  }
}

/** The middle one, of an even number the upper of the two. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
