import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { ToolchainError } from "./errors";

const ANSWER_WITHIN_MS = 5_000;
const STALL_AFTER_MS = 30_000;

export interface DownloadOptions {
  /** Called with the bytes so far, and the total where the server says it. */
  readonly onBytes?: (done: number, total: number | undefined) => void;
}

/**
 * Downloads `url` into `file` and gives its SHA-256 in hexadecimal.
 * @throws ToolchainError naming the address: not reachable within seconds, not found, stalled or cut off.
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<string> {
  const abort = new AbortController();
  const deadline = (milliseconds: number, reason: string) =>
    setTimeout(() => abort.abort(new Error(reason)), milliseconds);
  let timer = deadline(ANSWER_WITHIN_MS, `no answer within ${ANSWER_WITHIN_MS / 1000} s`);
  const handle = await open(file, "w");
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? Number.NaN);
    const hash = createHash("sha256");
    let done = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = deadline(STALL_AFTER_MS, `nothing came for ${STALL_AFTER_MS / 1000} s`);
      hash.update(chunk);
      await handle.write(chunk);
      done += chunk.length;
      options.onBytes?.(done, Number.isNaN(total) ? undefined : total);
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
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return "code" in cause && typeof cause.code === "string" ? `${cause.message} (${cause.code})` : cause.message;
}
