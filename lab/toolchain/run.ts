import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Ran {
  /** Exit code; 127 when the command could not be started, as a shell has it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command to its end. A failure is an answer (its exit code), never an exception. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stdout: string[] = [];
    const stderr: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
    createInterface({ input: child.stderr }).on("line", (line) => {
      stderr.push(`${line}\n`);
      options.onLine?.(line);
    });
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, stdout: stdout.join(""), stderr: stderr.join("") }));
  });
}

/** The end of a command's own message, for a one-line reason. */
export function lastWords({ code, stderr, stdout }: Ran): string {
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? `exit code ${code}` : lines.slice(-3).join(" | ");
}
