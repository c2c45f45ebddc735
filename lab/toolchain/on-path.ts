import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export const pathFolders = (env: NodeJS.ProcessEnv): readonly string[] =>
  (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The executable a shell would start for `name`, or undefined. */
export const onPath = (name: string, env: NodeJS.ProcessEnv): string | undefined =>
  pathFolders(env)
    .map((folder) => join(folder, name))
    .find(isExecutable);
