import { combine, readCommandLine, readEnvironment } from "./arguments";
import { COMMANDS, type Command } from "./commands";
import { readConfiguration } from "./configuration";
import type { Io } from "./io";
import { didYouMean } from "./suggest";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/**
 * One run of the command: arguments in, exit code out. Never throws: what is wrong with the question exits 2, what is wrong with the
 * input exits 3, each with every problem listed.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return await report(error, io);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-V") return await printVersion(io);
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest[0] === undefined)) {
    const text = (await import("./help")).generalHelp(COMMANDS);
    // Without any argument it is a question, but not an answer to anything a script asked.
    (first === undefined ? io.stderr : io.stdout).write(text);
    return first === undefined ? EXIT.usage : EXIT.clean;
  }
  if (first === "help") return await dispatch([rest[0] ?? "", "--help"], io);
  const command = COMMANDS.find(({ name }) => name === first);
  if (command === undefined)
    throw new UsageError([
      `meshtls has no command "${first}"${didYouMean(
        first,
        COMMANDS.map(({ name }) => name),
      )}; see: meshtls --help`,
    ]);
  return await runCommand(command, rest, io);
}

async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<number> {
  const line = readCommandLine(argv, command);
  if (line.values.has("help")) {
    io.stdout.write((await import("./help")).commandHelp(command));
    return EXIT.clean;
  }
  if (line.values.has("version")) return await printVersion(io);
  const environment = readEnvironment(io.env, command);
  const named = line.values.get("config")?.at(-1) ?? io.env["MESHTLS_CONFIG"];
  const configuration = await readConfiguration(command, named === "" ? undefined : named);
  const args = combine(command, [line, environment, configuration]);
  return await (
    await command.load()
  )(args, io);
}

async function printVersion(io: Io): Promise<number> {
  io.stdout.write(`${(await import("./version")).VERSION}\n`);
  return EXIT.clean;
}

async function report(error: unknown, io: Io): Promise<number> {
  const { printable } = await import("./printers/words");
  if (error instanceof UsageError) {
    for (const problem of error.problems) io.stderr.write(`meshtls: ${printable(problem)}\n`);
    return EXIT.usage;
  }
  const { describeProblem } = await import("./problem");
  const { UnreadableInput } = await import("./sources/index");
  if (error instanceof UnreadableInput) {
    for (const text of describeProblem(error.problems)) io.stderr.write(`${printable(text)}\n`);
    io.stderr.write(`meshtls: nothing was judged: ${error.message}\n`);
    return EXIT.unreadable;
  }
  throw error;
}
