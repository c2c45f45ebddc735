import { isUtf8 } from "node:buffer";

/** Bytes as text, or why they are not text that Kubernetes tools read. */
export type Decoded = { readonly bytes: Buffer } | { readonly problem: string };

const starts = (bytes: Buffer, ...prefix: number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);

/** Zero bytes in every second place of the beginning: UTF-16 of mostly Latin text without a byte order mark. */
function looksLikeUtf16(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 64);
  const zeros = [0, 0];
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  return zeros.some((count, parity) => count >= 4 && count >= sample.length / 3 && zeros[1 - parity] === 0);
}

/** Checks that bytes are UTF-8 text, and takes a byte order mark away. */
export function decodable(bytes: Buffer): Decoded {
  if (starts(bytes, 0xef, 0xbb, 0xbf)) return decodable(bytes.subarray(3));
  if (starts(bytes, 0xff, 0xfe) || starts(bytes, 0xfe, 0xff) || looksLikeUtf16(bytes))
    return { problem: "is UTF-16; save it as UTF-8 (PowerShell: `… | Out-File -Encoding utf8 FILE`)" };
  if (starts(bytes, 0x1f, 0x8b)) return { problem: "is compressed with gzip; unpack it first" };
  if (bytes.subarray(0, 8192).includes(0)) return { problem: "is binary, neither YAML nor JSON" };
  if (!isUtf8(bytes)) return { problem: "is not UTF-8; convert it (`iconv -f ISO-8859-1 -t UTF-8 FILE`)" };
  return { bytes };
}
