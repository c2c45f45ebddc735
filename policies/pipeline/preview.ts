import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readEvent, type PolicyEvents } from "./events";

/** How pulumi ended, and what its events said about policies. */
export interface Previewed {
  readonly code: number;
  readonly events: readonly (PolicyEvents | "unreadable")[];
}

/** A shell's code for a command that is not there. */
const NOT_FOUND = 127;

/** Runs pulumi with the terminal as its own. An interruption reaches it as well; it ends cleanly, and then so do we. */
export function runPulumi(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const wait = (): void => {};
  process.on("SIGINT", wait);
  return new Promise<number>((resolve) => {
    const child = spawn("pulumi", args, { env, stdio: "inherit" });
    const stop = (): void => void child.kill("SIGTERM");
    process.once("SIGTERM", stop);
    child.once("error", (error) => {
      process.stderr.write(`meshtls-pulumi: pulumi could not be started: ${error.message}\n`);
      resolve(NOT_FOUND);
    });
    child.once("close", (code) => {
      process.off("SIGTERM", stop);
      resolve(code ?? 1);
    });
  }).finally(() => process.off("SIGINT", wait));
}

/**
 * Runs a preview and reads its events.
 * @param argumentsFor pulumi's arguments, given the file for the events
 */
export async function preview(
  argumentsFor: (eventLog: string) => readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Previewed> {
  // The events hold the whole stack: readable for this user alone, and gone afterwards.
  const folder = mkdtempSync(join(tmpdir(), "meshtls-pulumi-"));
  try {
    const eventLog = join(folder, "events.jsonl");
    const code = await runPulumi(argumentsFor(eventLog), env);
    return { code, events: existsSync(eventLog) ? await policyEvents(eventLog) : [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function policyEvents(eventLog: string): Promise<(PolicyEvents | "unreadable")[]> {
  const events: (PolicyEvents | "unreadable")[] = [];
  for await (const line of createInterface({ input: createReadStream(eventLog), crlfDelay: Infinity })) {
    const event = readEvent(line);
    if (event !== undefined) events.push(event);
  }
  return events;
}
