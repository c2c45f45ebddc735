import { readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join } from "node:path";

const MANIFEST = /\.(?:ya?ml|json)$/i;

export interface Found {
  readonly path: string;
  readonly walked: boolean;
  /** False for pipes (`<(helm template …)`), which give their bytes once. */
  readonly rereadable: boolean;
}

export interface Walk {
  readonly files: Found[];
  /** Paths that cannot be looked at, with the reason. */
  readonly problems: { readonly path: string; readonly message: string }[];
}

/**
 * The files that paths name: each file as it is, each folder recursively (.yaml, .yml, .json; hidden names and node_modules are
 * passed over), in the order of their names whatever the file system's. A file that is named twice is read once.
 */
export function filesOf(paths: readonly string[]): Walk {
  const files: Found[] = [];
  const problems: Walk["problems"] = [];
  const seen = new Set<string>();

  const once = (real: string, use: () => void): void => {
    if (seen.has(real)) return;
    seen.add(real);
    use();
  };
  const visit = (path: string, walked: boolean): void => {
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) enter(path, realpathSync(path));
      else if (stat.isFile()) addFile(path, realpathSync(path), walked);
      else if (!walked) files.push({ path, walked, rereadable: false });
    } catch (error) {
      problems.push({ path, message: whyNot(error) });
    }
  };
  const addFile = (path: string, real: string, walked: boolean): void =>
    once(real, () => files.push({ path, walked, rereadable: true }));
  const enter = (folder: string, real: string): void =>
    once(real, () => {
      for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
        const isHidden = entry.name.startsWith(".") || entry.name === "node_modules";
        if (!isHidden) visitEntry(join(folder, entry.name), join(real, entry.name), entry);
      }
    });
  const visitEntry = (path: string, real: string, entry: Dirent): void => {
    // A link to nowhere is somebody else's business unless it claims to be a manifest.
    if (entry.isSymbolicLink()) {
      const target = statSync(path, { throwIfNoEntry: false });
      if (target?.isDirectory() === true || MANIFEST.test(entry.name)) visit(path, true);
    } else if (entry.isFile()) {
      if (MANIFEST.test(entry.name)) addFile(path, real, true);
    } else if (entry.isDirectory())
      try {
        enter(path, real);
      } catch (error) {
        problems.push({ path, message: whyNot(error) });
      }
  };

  for (const path of paths) visit(path, false);
  return { files, problems };
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "cannot be read: no permission",
  EPERM: "cannot be read: no permission",
  EISDIR: "is a folder",
  ELOOP: "is a link that leads back to itself",
};

/** Why the file system refused, in words. */
export function whyNot(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? `cannot be read${code === "" ? "" : ` (${code})`}`;
}
