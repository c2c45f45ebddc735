import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/** Most manifests fit in here: a buffer for each of thousands would keep the garbage collector busy. */
const SHARED = Buffer.allocUnsafeSlow(1024 * 1024);

/** The bytes of a regular file, which are only good until the next one is read. */
export function readFileBriefly(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    let length = 0;
    while (length < SHARED.length) {
      const read = readSync(file, SHARED, length, SHARED.length - length, null);
      if (read === 0) return SHARED.subarray(0, length);
      length += read;
    }
    return readFileSync(path);
  } finally {
    closeSync(file);
  }
}
