/** Where long work says what it is doing. */
export interface Progress {
  /** A line that stays. */
  step(text: string): void;
  /** What is happening right now: replaces itself on a terminal, and is a line now and then elsewhere. */
  detail(text: string): void;
}

export const silent: Progress = { step: () => {}, detail: () => {} };

const WITHOUT_TERMINAL_EVERY_MS = 15_000;

/** `process.stdout`, as far as progress needs it. */
interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Reports to a stream, a terminal or not. `now` in milliseconds. */
export function progressOn(output: Output, now: () => number = Date.now): Progress {
  let lastDetail = now();
  let transient = false;
  const clear = () => {
    if (transient) output.write("\r\x1b[2K");
    transient = false;
  };
  return {
    step(text) {
      clear();
      output.write(`${text}\n`);
      lastDetail = now();
    },
    detail(text) {
      if (output.isTTY === true) {
        clear();
        output.write(`  ${text}`.slice(0, (output.columns ?? 80) - 1));
        transient = true;
      } else if (now() - lastDetail >= WITHOUT_TERMINAL_EVERY_MS) {
        output.write(`  ${text}\n`);
        lastDetail = now();
      }
    },
  };
}

/** `75_000` → `1 min 15 s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
