import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { ToolchainError } from "./errors";

export interface DownloadOptions {
  /** How long the server may take to answer: short, because there is another way when there is no network. @default 5000 */
  readonly answerWithinMs?: number;
  /** How long it may send nothing. @default 30000 */
  readonly stallAfterMs?: number;
  /** Called with the bytes so far, and the total where the server says it. */
  readonly onBytes?: (done: number, total: number | undefined) => void;
}

/**
 * Downloads `url` into `file` and gives its SHA-256 in hexadecimal.
 * @throws ToolchainError naming the address: not reachable within seconds, not found, stalled or cut off.
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<string> {
  const { answerWithinMs = 5_000, stallAfterMs = 30_000, onBytes } = options;
  const abort = new AbortController();
  const deadline = (milliseconds: number, problem: string) =>
    setTimeout(() => abort.abort(new Error(`${problem} ${milliseconds / 1000} s`)), milliseconds);
  let timer = deadline(answerWithinMs, "no answer within");
  const handle = await open(file, "w");
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? Number.NaN);
    const hash = createHash("sha256");
    let done = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = deadline(stallAfterMs, "nothing came for");
      hash.update(chunk);
      await handle.write(chunk);
      done += chunk.length;
      onBytes?.(done, Number.isNaN(total) ? undefined : total);
    }
    return hash.digest("hex");
  } catch (error) {
    throw new ToolchainError(`${url}: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
    await handle.close();
  }
}

/** Downloads a small text file. @throws ToolchainError as `download` does. */
export async function downloadText(url: string, file: string): Promise<string> {
  await download(url, file);
  return await readFile(file, "utf8");
}

/** `fetch` hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
