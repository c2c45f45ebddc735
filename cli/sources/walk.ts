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

  const once = (path: string, use: () => void): void => {
    const real = realpathSync(path);
    if (seen.has(real)) return;
    seen.add(real);
    use();
  };
  const visit = (path: string, walked: boolean): void => {
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) once(path, () => enter(path));
      else if (stat.isFile()) once(path, () => files.push({ path, walked, rereadable: true }));
      else if (!walked) files.push({ path, walked, rereadable: false });
    } catch (error) {
      problems.push({ path, message: whyNot(error) });
    }
  };
  const enter = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort(byName);
    for (const entry of entries) {
      const isHidden = entry.name.startsWith(".") || entry.name === "node_modules";
      if (!isHidden && (entry.isDirectory() || entry.isSymbolicLink() || MANIFEST.test(entry.name)))
        visitEntry(join(folder, entry.name), entry);
    }
  };
  const visitEntry = (path: string, entry: Dirent): void => {
    if (!entry.isSymbolicLink()) return visit(path, true);
    // A link to nowhere is somebody else's business unless it claims to be a manifest.
    const target = statSync(path, { throwIfNoEntry: false });
    if (target?.isDirectory() === true || MANIFEST.test(entry.name)) visit(path, true);
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
