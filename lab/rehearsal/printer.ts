import { progressOn, type Progress } from "../toolchain/progress";

/** What the rehearsal says, in plain lines that read well in a terminal and in a log. */
export interface Printer {
  /** The engine's colours and ours. */
  readonly color: boolean;
  /** One step and what came of it. */
  step(name: string, text: string): void;
  heading(text: string): void;
  text(text: string): void;
  /** The engine's own output, as it comes. */
  raw(text: string): void;
  /** What takes long, while it does. */
  readonly progress: Progress;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const NAME_WIDTH = 14;

/** Colour only on a terminal, and not where NO_COLOR asks for none (https://no-color.org). */
export function printerOn(output: Output, env: NodeJS.ProcessEnv = process.env): Printer {
  const color = output.isTTY === true && (env["NO_COLOR"] ?? "") === "";
  const bold = (text: string) => (color ? `\x1b[1m${text}\x1b[22m` : text);
  const indented = (text: string) => text.replaceAll("\n", `\n${" ".repeat(NAME_WIDTH)}`);
  return {
    color,
    step: (name, text) => output.write(`${bold(name.padEnd(NAME_WIDTH))}${indented(text)}\n`),
    heading: (text) => output.write(`\n${bold(text)}\n`),
    text: (text) => output.write(`${text}\n`),
    raw: (text) => output.write(text),
    progress: progressOn(output),
  };
}
