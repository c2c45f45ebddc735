import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../../..");

export interface PackedPack {
  /** The unpacked package, away from the repository. */
  readonly folder: string;
  /** Paths in the package. */
  readonly files: readonly string[];
  remove(): void;
}

/**
 * The pack as it is published: built, `npm pack`, unpacked elsewhere. Of the repository it sees only the SDK's packages, which an
 * `npm install` there would bring.
 */
export function packPack(): PackedPack {
  const elsewhere = mkdtempSync(join(tmpdir(), "meshtls-pack-"));
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "pipe" });
  const packed = execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", elsewhere], {
    cwd: join(root, "policies"),
    encoding: "utf8",
  }).trim();
  execFileSync("tar", ["-xzf", join(elsewhere, packed), "-C", elsewhere]);
  const folder = join(elsewhere, "package");
  const listing = execFileSync("tar", ["-tzf", join(elsewhere, packed)], { encoding: "utf8" });
  linkDependencies(folder);
  return {
    folder,
    files: listing
      .trim()
      .split("\n")
      .map((path) => path.replace(/^package\//, ""))
      .sort(),
    remove: () => rmSync(elsewhere, { recursive: true, force: true }),
  };
}

function linkDependencies(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(root, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
}
