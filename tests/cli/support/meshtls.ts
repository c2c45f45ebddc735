import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Io, Stream } from "../../../cli/io";
import { run } from "../../../cli/run";
import type { IsoDate } from "../../../policies/mtls/clock";

export const TODAY: IsoDate = "2026-11-24";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Given {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
}

/** Runs the command in this process, with the world as given. */
export async function meshtls(
  argv: readonly string[],
  { stdin = "", env = {}, isTTY = false }: Given = {},
): Promise<Result> {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written): Stream => ({
    write: (text) => {
      written[name] += text;
    },
    isTTY,
    columns: isTTY ? 80 : undefined,
  });
  const io: Io = {
    env,
    today: TODAY,
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
  };
  const code = await run(argv, io);
  return { code, ...written };
}

const folders: string[] = [];
afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true, force: true })));

/** A folder with these files, gone after the test file. */
export function folder(files: Readonly<Record<string, string | Buffer>>): string {
  const path = mkdtempSync(join(tmpdir(), "meshtls-"));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}
