import { readFileSync } from "node:fs";
import type { Source } from "../../policies/mtls/objects";
import { NEWLINE } from "./characters";
import { decodable } from "./text";

/** A file (or standard input) that manifests come from. */
export interface InputFile {
  /** As it is shown: the path as given, or `<stdin>`. */
  readonly name: string;
  /** Found while walking a folder, not named by the user. */
  readonly walked: boolean;
  /** Kept only where it cannot be read a second time. */
  readonly bytes?: Buffer;
}

/** Enough to find an object again in its file, once somebody asks for a line. */
export interface FileSource {
  readonly file: string;
  /** Counts from 1. */
  readonly document: number;
  readonly origin: Origin;
}

export interface Origin {
  readonly input: InputFile;
  /** The bytes that were parsed together, after any byte order mark. */
  readonly start: number;
  readonly end: number;
  /** Which document of those bytes, from 0. */
  readonly index: number;
  /** Path of the object in that document: `""`, or `items[3]` in a list. */
  readonly at: string;
}

export const isFileSource = (source: Source | undefined): source is FileSource =>
  source !== undefined && "origin" in source;

/** The text of a file without its byte order mark; empty when it has become unreadable since. */
export function contentOf(input: InputFile): Buffer {
  try {
    const decoded = decodable(input.bytes ?? readFileSync(input.name));
    return "bytes" in decoded ? decoded.bytes : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}

const BLOCK = 64 * 1024;

/** The line, from 1, on which an offset stands. */
export const lineAt = (bytes: Buffer, offset: number): number => 1 + newlines(bytes, 0, offset);

/** Answers `lineAt` for many offsets of one file without counting from its start each time. */
export class LineIndex {
  private readonly before: number[] = [0];

  constructor(private readonly bytes: Buffer) {
    for (let start = 0; start < bytes.length; start += BLOCK)
      this.before.push((this.before[this.before.length - 1] ?? 0) + newlines(bytes, start, start + BLOCK));
  }

  lineAt(offset: number): number {
    const block = Math.floor(offset / BLOCK);
    return 1 + (this.before[block] ?? 0) + newlines(this.bytes, block * BLOCK, offset);
  }
}

function newlines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE, start); at !== -1 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
