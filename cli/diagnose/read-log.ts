import { readFileSync } from "node:fs";
import type { Io } from "../io";
import { UnreadableInput } from "../sources/index";
import { whyNot } from "../sources/walk";

/**
 * The text of a log; bytes that are no UTF-8 are replaced, for logs hold anything.
 * @param path a file, or `-` for standard input
 * @throws UnreadableInput when there is no such file, or what it holds is no text
 */
export async function readLog(path: string, { stdin }: Io): Promise<string> {
  const bytes = path === "-" ? await allOf(stdin) : bytesOf(path);
  // PowerShell writes UTF-16 when it redirects.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw unreadable(path, "is compressed with gzip; unpack it first");
  if (bytes.subarray(0, 8192).includes(0)) throw unreadable(path, "is binary, no log");
  return bytes.toString("utf8").replace(/^\ufeff/, "");
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, whyNot(error));
  }
}

async function allOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const unreadable = (path: string, message: string): UnreadableInput =>
  new UnreadableInput([
    { severity: "error", object: "", path: "", message, source: { file: path === "-" ? "<stdin>" : path } },
  ]);
