import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { download } from "../../../lab/toolchain/download";
import { temporaryFolder, webServer } from "./support";

const file = (): string => join(temporaryFolder(), "file");

test("gives the SHA-256 of what it wrote, and tells how far it is", async () => {
  const address = await webServer((_request, response) => response.end("hello"));
  const target = file();
  const told: unknown[] = [];
  const digest = await download(address, target, { onBytes: (done, total) => told.push([done, total]) });
  expect(readFileSync(target, "utf8")).toBe("hello");
  expect(digest).toBe(createHash("sha256").update("hello").digest("hex"));
  expect(told.at(-1)).toEqual([5, 5]);
});

test("does not wait for a server that never answers", async () => {
  const address = await webServer(() => {});
  await expect(download(address, file(), { answerWithinMs: 50 })).rejects.toThrow(
    `${address}: no answer within 0.05 s`,
  );
});

test("does not wait for a server that stops in the middle", async () => {
  const address = await webServer((_request, response) => response.write("half"));
  await expect(download(address, file(), { stallAfterMs: 50 })).rejects.toThrow(`${address}: nothing came for 0.05 s`);
});
