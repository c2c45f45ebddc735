import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Answer, Case } from "./case";

/** Processes of the oracle that answer cases, one case at a time each. */

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** istiod's test harness leaves something behind with every mesh, so a process is replaced now and then. */
const CASES_PER_PROCESS = 500;
const PATIENCE_MS = 120_000;

const failed = ({ name }: Case, error: string): Answer => ({ name, error, flows: null });

class Worker {
  private child: Child | undefined;
  private asked = 0;
  private settle: ((line: string | undefined) => void) | undefined;

  constructor(private readonly executable: string) {}

  private start(): Child {
    const child = spawn(this.executable, ["run", "-"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ORACLE_STABLE: "1" },
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.settle?.(line));
    child.on("error", () => this.settle?.(undefined));
    child.on("close", () => {
      if (this.child === child) this.settle?.(undefined);
    });
    // What becomes of the process is told by its end.
    child.stdin.on("error", () => {});
    this.asked = 0;
    return child;
  }

  stop(): void {
    const { child } = this;
    this.child = undefined;
    child?.kill();
  }

  async ask(kase: Case): Promise<Answer> {
    if (this.asked >= CASES_PER_PROCESS) this.stop();
    this.child ??= this.start();
    const { child } = this;
    this.asked += 1;
    const line = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
      this.settle = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      child.stdin.write(`${JSON.stringify(kase)}\n`);
    });
    this.settle = undefined;
    if (line !== undefined) return JSON.parse(line) as Answer;
    this.stop();
    return failed(kase, "the oracle ended, or did not answer in two minutes");
  }
}

/** istiod, behind as many processes as there are jobs. */
export class Istiod {
  private readonly workers: readonly Worker[];
  private readonly idle: Worker[];
  private readonly waiting: ((worker: Worker) => void)[] = [];

  constructor(
    executable: string,
    readonly jobs: number,
  ) {
    this.workers = Array.from({ length: jobs }, () => new Worker(executable));
    this.idle = [...this.workers];
  }

  async ask(kase: Case): Promise<Answer> {
    const worker = this.idle.pop() ?? (await new Promise<Worker>((resolve) => this.waiting.push(resolve)));
    try {
      return await worker.ask(kase);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(worker);
      else next(worker);
    }
  }

  /** Ends the processes; nothing may be asked any more. */
  stop(): void {
    for (const worker of this.workers) worker.stop();
  }
}
