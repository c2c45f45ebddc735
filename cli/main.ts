import { processIo } from "./io";
import { run } from "./run";

/** The entry of `bin/meshtls.mjs`. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // `meshtls … | head` closes the pipe early; that is no failure of ours.
  if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
  throw error;
});

run(process.argv.slice(2), processIo()).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `meshtls: a mistake in meshtls itself: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    if (process.env["MESHTLS_DEBUG"] !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 70;
  },
);
