import { mkdtemp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { download, downloadText } from "./download";
import { ToolchainError } from "./errors";
import { type Progress } from "./progress";
import { lastWords, run } from "./run";

/** A published archive: `FILE` and the checksums file that lists it, both under each of `mirrors` (tried in order). */
export interface Release {
  readonly mirrors: readonly string[];
  readonly file: string;
  readonly checksums: string;
}

/** The official release of the engine, at the addresses Pulumi's own install script uses. */
export const pulumiRelease = (version: string, platform: string): Release => ({
  mirrors: [`https://github.com/pulumi/pulumi/releases/download/v${version}`, "https://get.pulumi.com/releases/sdk"],
  file: `pulumi-v${version}-${platform}.tar.gz`,
  checksums: `pulumi-${version}-checksums.txt`,
});

/**
 * Downloads a release, verifies it and unpacks it as `folder/bin`, which appears whole or not at all.
 * @throws ToolchainError with one reason per mirror.
 */
export async function installRelease(release: Release, folder: string, progress: Progress): Promise<void> {
  const reasons: string[] = [];
  for (const mirror of release.mirrors) {
    try {
      return await installFrom(mirror, release, folder, progress);
    } catch (error) {
      if (!(error instanceof ToolchainError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new ToolchainError(reasons.join("; "));
}

async function installFrom(mirror: string, release: Release, folder: string, progress: Progress): Promise<void> {
  const workshop = await mkdtemp(`${folder}.`);
  try {
    const checksums = await downloadText(`${mirror}/${release.checksums}`, join(workshop, "checksums"));
    const expected = checksumOf(release.file, checksums);
    if (expected === undefined) {
      throw new ToolchainError(`${mirror}/${release.checksums} lists no ${release.file}`);
    }
    progress.step(`downloading ${mirror}/${release.file}`);
    const archive = join(workshop, "archive.tar.gz");
    const actual = await download(`${mirror}/${release.file}`, archive, {
      onBytes: (done, total) => progress.detail(megabytes(done, total)),
    });
    if (actual !== expected) {
      throw new ToolchainError(
        `${mirror}/${release.file} was refused: its SHA-256 is ${actual}, and ${release.checksums} says ${expected}`,
      );
    }
    await unpack(archive, join(workshop, "content", "bin"));
    await rename(join(workshop, "content"), folder);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** The SHA-256 that a checksums file (`DIGEST  NAME` per line) gives for a file name. */
function checksumOf(file: string, checksums: string): string | undefined {
  const line = checksums.split("\n").find((candidate) => candidate.trim().split(/\s+\*?/)[1] === file);
  return line?.trim().split(/\s+/)[0]?.toLowerCase();
}

async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Everything in the archive is below one folder named pulumi/.
  const tar = await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"]);
  if (tar.code !== 0) throw new ToolchainError(`the archive could not be unpacked with tar: ${lastWords(tar)}`);
}

function megabytes(done: number, total: number | undefined): string {
  const inMegabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  return total === undefined ? `${inMegabytes(done)} MB` : `${inMegabytes(done)} of ${inMegabytes(total)} MB`;
}
