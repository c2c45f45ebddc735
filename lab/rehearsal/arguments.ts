import { parseArgs } from "node:util";

export const usage = `npm start [-- COMMAND] [-- OPTIONS]   Rehearse the staging environment on this machine, with the real Pulumi engine.

Commands
  up        preview with the policy pack; stand up what passed (the default)
  preview   preview with the policy pack, and stop
  destroy   take the rehearsal down again

Options
  --config-file FILE   a configuration to rehearse instead of Pulumi.staging.yaml; the file itself is never changed
  --yes, -y            accepted for habit's sake: a rehearsal never asks
  --help, -h           this text

Everything is written to .rehearsal/. Exit codes: 0 as asked, 1 blocked or failed, 2 wrong usage.`;

export const commands = ["up", "preview", "destroy"] as const;

export type Command = (typeof commands)[number];

export interface Arguments {
  readonly command: Command;
  /** As given; undefined for the repository's own Pulumi.staging.yaml. */
  readonly configFile: string | undefined;
  readonly help: boolean;
}

/** Wrong usage; the message says what to give instead. */
export class UsageError extends Error {}

/** @throws UsageError for an unknown command or option, or an option without its value. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const [command = "up", ...more] = positionals;
  if (!isCommand(command)) throw new UsageError(`unknown command "${command}"; allowed: ${commands.join(", ")}`);
  if (more.length > 0) throw new UsageError(`one command at a time; not understood: ${more.join(" ")}`);
  if (values["config-file"] === "") throw new UsageError("--config-file needs the name of a file");
  return { command, configFile: values["config-file"], help: values.help ?? false };
}

const isCommand = (word: string): word is Command => (commands as readonly string[]).includes(word);

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        "config-file": { type: "string" },
        yes: { type: "boolean", short: "y" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
