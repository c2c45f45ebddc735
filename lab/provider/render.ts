import { mkdirSync, openSync, closeSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dump, load } from "js-yaml";
import { apiVersionOf, describe, kindOf, nameOf, namespaceOf, type Manifest } from "./manifest";
import { isBuiltIn, groupOf } from "./tokens";
import { isFields, type Plain } from "./values";

/** The object that a program wants to create is there already. */
export class AlreadyExists extends Error {}

/** `kubectl apply` takes folders by name, and definitions have to be first. */
const [DEFINITIONS, OTHERS] = ["0-crd", "1-manifest"] as const;
const FOLDERS = [DEFINITIONS, OTHERS];

const isDefinition = (manifest: Manifest): boolean =>
  kindOf(manifest) === "CustomResourceDefinition" && isBuiltIn(groupOf(apiVersionOf(manifest)));

/**
 * The file of an object below the directory, in the official provider's layout:
 * `1-manifest/v1-configmap-monitoring-settings.yaml`, definitions in `0-crd/`; "default" stands for no namespace too.
 */
export function filePath(manifest: Manifest): string {
  const type = `${apiVersionOf(manifest).replaceAll(/[/:]/g, "_")}-${kindOf(manifest).toLowerCase()}`;
  const file = `${type}-${namespaceOf(manifest) || "default"}-${nameOf(manifest)}.yaml`;
  if (nameOf(manifest) === "" || basename(file) !== file) {
    throw new Error(
      `${describe(manifest)} has a name that no file can have; give metadata.name and metadata.namespace`,
    );
  }
  return join(isDefinition(manifest) ? DEFINITIONS : OTHERS, file);
}

const byKey = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One YAML document, keys in order, whatever the order in the program. */
export const toYaml = (manifest: Manifest): string =>
  dump(manifest, { sortKeys: byKey, seqNoIndent: true, quoteStyle: "double", noRefs: true, lineWidth: -1 });

const isCode = (error: unknown, code: string): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === code;

/**
 * The objects as files below one directory: the rehearsal's cluster. A file is written whole or not at all, for its
 * owner only, since secrets are in it as plain text.
 */
export class Manifests {
  constructor(readonly directory: string) {}

  /** Absolute path of an object's file. */
  pathOf(manifest: Manifest): string {
    return join(this.directory, filePath(manifest));
  }

  /** @throws AlreadyExists unless `replace`. */
  create(manifest: Manifest, replace: boolean): void {
    const path = this.pathOf(manifest);
    for (const folder of FOLDERS) mkdirSync(join(this.directory, folder), { recursive: true, mode: 0o700 });
    const claimed = !replace && this.#claim(path, manifest);
    try {
      this.#write(path, manifest);
    } catch (error) {
      if (claimed) rmSync(path, { force: true });
      throw error;
    }
  }

  /** Writes the object anew; when its file has another name now, the old file goes. */
  update(before: Manifest, after: Manifest): void {
    const moved = filePath(before) !== filePath(after);
    this.create(after, !moved);
    if (moved) this.remove(before);
  }

  /** Does nothing when the file is gone. */
  remove(manifest: Manifest): void {
    rmSync(this.pathOf(manifest), { force: true });
  }

  /**
   * The object as the file has it now; undefined when there is no file. `manifest` says which one is meant.
   * @throws Error when the file cannot be read, is no single object, or is another object.
   */
  read(manifest: Manifest): Manifest | undefined {
    const path = this.pathOf(manifest);
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    }
    const found = parse(text);
    if (found !== undefined && nameOf(found) !== "" && filePath(found) === filePath(manifest)) return found;
    throw new Error(`${path} does not hold ${describe(manifest)} any more; put it back, or remove the file`);
  }

  /** Takes the file's name in one step, so that two resources cannot both believe that they created it. */
  #claim(path: string, manifest: Manifest): true {
    try {
      closeSync(openSync(path, "wx", 0o600));
      return true;
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
      throw new AlreadyExists(`${describe(manifest)} already exists: ${path}`);
    }
  }

  #write(path: string, manifest: Manifest): void {
    const half = join(dirname(path), `.${basename(path)}.${process.pid}`);
    writeFileSync(half, toYaml(manifest), { mode: 0o600 });
    renameSync(half, path);
  }
}

function parse(text: string): Manifest | undefined {
  try {
    const value = load(text) as Plain | undefined;
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
