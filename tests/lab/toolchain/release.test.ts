import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { silent } from "../../../lab/toolchain/progress";
import { installRelease, pulumiRelease, type Release } from "../../../lab/toolchain/release";
import { run } from "../../../lab/toolchain/run";
import { heard, script, temporaryFolder, webServer } from "./support";

const FILE = "pulumi-v3.246.0-linux-x64.tar.gz";
const CHECKSUMS = "pulumi-3.246.0-checksums.txt";

const release = (...mirrors: readonly string[]): Release => ({ mirrors, file: FILE, checksums: CHECKSUMS });

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** An archive as Pulumi publishes it: everything below pulumi/. */
function archive(): Buffer {
  const folder = temporaryFolder();
  script(join(folder, "pulumi", "pulumi"), "echo v3.246.0");
  script(join(folder, "pulumi", "pulumi-language-nodejs"), "exit 0");
  execFileSync("tar", ["-czf", join(folder, FILE), "-C", folder, "pulumi"]);
  return readFileSync(join(folder, FILE));
}

/** Serves files by name; a name that is not there is 404. */
const serving = (files: Readonly<Record<string, Buffer | string>>): Promise<string> =>
  webServer((request, response) => {
    const body = files[(request.url ?? "/").slice(1)];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });

const checksums = (digest: string): string => `${"0".repeat(64)}  another.tar.gz\n${digest}  ${FILE}\n`;

function target(): { readonly cache: string; readonly folder: string } {
  const cache = temporaryFolder();
  return { cache, folder: join(cache, "pulumi-release") };
}

test("a good archive is unpacked, ready to run, with its language host beside it", async () => {
  const bytes = archive();
  const mirror = await serving({ [FILE]: bytes, [CHECKSUMS]: checksums(sha256(bytes)) });
  const { cache, folder } = target();
  const progress = heard();
  await installRelease(release(mirror), folder, progress);
  expect(readdirSync(cache)).toEqual(["pulumi-release"]);
  expect(readdirSync(join(folder, "bin")).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  expect((await run(join(folder, "bin", "pulumi"), ["version"])).stdout).toBe("v3.246.0\n");
  expect(progress.lines).toEqual([`downloading ${mirror}/${FILE}`]);
});

test("an archive that is not the one published is refused, and nothing of it stays", async () => {
  const bytes = archive();
  const mirror = await serving({ [FILE]: bytes, [CHECKSUMS]: checksums("f".repeat(64)) });
  const { cache, folder } = target();
  await expect(installRelease(release(mirror), folder, silent)).rejects.toThrow(
    `${mirror}/${FILE} was refused: its SHA-256 is ${sha256(bytes)}, and ${CHECKSUMS} says ${"f".repeat(64)}`,
  );
  expect(readdirSync(cache)).toEqual([]);
});

test("a checksums file that does not list the archive is refused before the download", async () => {
  const mirror = await serving({ [FILE]: archive(), [CHECKSUMS]: `${"0".repeat(64)}  another.tar.gz\n` });
  const { cache, folder } = target();
  await expect(installRelease(release(mirror), folder, silent)).rejects.toThrow(`lists no ${FILE}`);
  expect(readdirSync(cache)).toEqual([]);
});

test("a missing release is named with its address", async () => {
  const mirror = await serving({});
  const { cache, folder } = target();
  await expect(installRelease(release(mirror), folder, silent)).rejects.toThrow(`${mirror}/${CHECKSUMS}: HTTP 404`);
  expect(readdirSync(cache)).toEqual([]);
});

test("an archive that is cut off is refused, and nothing of it stays", async () => {
  const bytes = archive();
  const mirror = await webServer((request, response) => {
    if (request.url?.endsWith(CHECKSUMS) === true) return response.end(checksums(sha256(bytes)));
    response.writeHead(200, { "content-length": bytes.length });
    return response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  });
  const { cache, folder } = target();
  await expect(installRelease(release(mirror), folder, silent)).rejects.toThrow(`${mirror}/${FILE}: `);
  expect(readdirSync(cache)).toEqual([]);
});

test("what has the right checksum and is no archive is refused with tar's own words", async () => {
  const bytes = Buffer.from("this is no archive");
  const mirror = await serving({ [FILE]: bytes, [CHECKSUMS]: checksums(sha256(bytes)) });
  const { cache, folder } = target();
  await expect(installRelease(release(mirror), folder, silent)).rejects.toThrow("could not be unpacked with tar");
  expect(readdirSync(cache)).toEqual([]);
});

test("the second mirror serves where the first one does not; without any, each is named", async () => {
  const bytes = archive();
  const nowhere = "http://127.0.0.1:2";
  const empty = await serving({});
  const mirror = await serving({ [FILE]: bytes, [CHECKSUMS]: checksums(sha256(bytes)) });
  const { folder } = target();
  await installRelease(release(empty, mirror), folder, silent);
  expect(readdirSync(join(folder, "bin"))).toContain("pulumi");

  const failing = installRelease(release(nowhere, empty), target().folder, silent);
  await expect(failing).rejects.toThrow(`${nowhere}/${CHECKSUMS}: `);
  await expect(failing).rejects.toThrow(`${empty}/${CHECKSUMS}: HTTP 404`);
});

test("the official addresses are those of Pulumi's own install script", () => {
  expect(pulumiRelease("3.246.0", "linux-x64")).toEqual({
    mirrors: ["https://github.com/pulumi/pulumi/releases/download/v3.246.0", "https://get.pulumi.com/releases/sdk"],
    file: FILE,
    checksums: CHECKSUMS,
  });
});
