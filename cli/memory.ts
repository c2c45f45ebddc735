import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Below this a process is not worth a look at all of its memory. */
const MUCH = 160 * 1024 * 1024;

/**
 * Gives back the memory of files that were read, and what their reading left over, before anything else is made: V8 would sooner ask the
 * system for more.
 */
export function releaseAfterReading(): void {
  if (memoryUsage.rss() < MUCH) return;
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}
