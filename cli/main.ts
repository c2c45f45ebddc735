import { processIo } from "./io";
import { run } from "./run";
import { EXIT } from "./threshold";

/** The entry of `bin/meshtls.mjs`. */
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  // `meshtls … | head` closes the pipe early; that is no failure of ours, and what was found still decides the exit code.
  if (code === "EPIPE") return;
  process.stderr.write(`meshtls: standard output cannot be written: ${message}\n`);
  process.exit(EXIT.usage);
});
// Who does not want to hear of problems still gets the exit code.
process.stderr.on("error", () => {});

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
