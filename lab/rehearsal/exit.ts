import { RunError } from "@pulumi/pulumi/errors";
import { ToolchainError } from "../toolchain/errors";
import { UsageError } from "./arguments";
import { ConfigurationError } from "./configuration";

/**
 * Runs a command to its exit code. Errors that say what to do are printed as they are; only a defect of ours shows a stack trace.
 * `usage` follows a message about wrong usage (exit code 2; every other error is 1).
 */
export async function exitWith(command: () => Promise<number>, usage = ""): Promise<never> {
  const code = await command().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    if (!(error instanceof UsageError)) return 1;
    if (usage !== "") process.stderr.write(`\n${usage}\n`);
    return 2;
  });
  process.exit(code);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const saysEverything = [UsageError, ConfigurationError, ToolchainError, RunError].some(
    (kind) => error instanceof kind,
  );
  return saysEverything ? error.message : (error.stack ?? error.message);
}
