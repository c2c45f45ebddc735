import { toIsoDate, type IsoDate } from "../policies/mtls/clock";

/** What a run may touch of the world; tests give their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Today, UTC, unless `--now` says otherwise. */
  readonly today: IsoDate;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export interface Stream {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width of the terminal; `undefined` when it is none. */
  readonly columns: number | undefined;
}

export const processIo = (): Io => ({
  env: process.env,
  today: toIsoDate(new Date()),
  // Opened only when it is asked for: that takes longer than many a run.
  get stdin() {
    return process.stdin;
  },
  stdout: streamOf(process.stdout),
  stderr: streamOf(process.stderr),
});

const streamOf = (stream: NodeJS.WriteStream): Stream => ({
  write: (text) => void stream.write(text),
  isTTY: stream.isTTY === true,
  columns: stream.isTTY === true ? stream.columns : undefined,
});

/** https://no-color.org and its counterpart; otherwise colour is for terminals. */
export function wantsColour({ env, stdout }: Io): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "" && env["FORCE_COLOR"] !== "0") return true;
  return stdout.isTTY && env["TERM"] !== "dumb";
}

const SHOW_AFTER_MS = 1000;
const SHOW_EVERY_MS = 100;

/** One line on a terminal's standard error that says what is being done, once it has taken a while. */
export class Progress {
  private readonly started = Date.now();
  private shown = 0;

  constructor(
    private readonly stream: Stream,
    private readonly quiet: boolean,
  ) {}

  say(what: string): void {
    const now = Date.now();
    if (this.quiet || !this.stream.isTTY || now - this.started < SHOW_AFTER_MS || now - this.shown < SHOW_EVERY_MS)
      return;
    this.shown = now;
    this.stream.write(`\r\u001b[2K${what.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  /** Takes the line away again. */
  end(): void {
    if (this.shown > 0) this.stream.write("\r\u001b[2K");
  }
}
