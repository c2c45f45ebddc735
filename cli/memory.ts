import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Below this a process is not worth a look at all of its memory. */
const MUCH = 160 * 1024 * 1024;

/** V8 would let the memory of a process grow fourfold before it looks for what can be given back. */
const GROWTH_PERCENT = 60;

/**
 * Gives back the memory of files that were read, and what their reading left over, before anything else is made, and keeps an eye on what
 * is made then: V8 would sooner ask the system for more.
 */
export function releaseAfterReading(): void {
  if (memoryUsage.rss() < MUCH) return;
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  if (typeof collect === "function") collect();
}
