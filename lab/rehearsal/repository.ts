import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parse } from "yaml";
import { UsageError } from "./arguments";
import { type Source } from "./configuration";

/** What the rehearsal takes from the repository. */

const ROOT = resolve(__dirname, "..", "..");

export const STACK = "staging";
export const CONFIGURATION = `Pulumi.${STACK}.yaml`;
export const README = join(ROOT, "README.md");
export const PACK = join(ROOT, "policies");
export const REHEARSAL_FOLDER = join(ROOT, ".rehearsal");

/** Pulumi.yaml. */
export const readProject = (): { readonly name: string } & Readonly<Record<string, unknown>> =>
  parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"));

export const repositoryConfiguration = (): Source => readConfiguration(join(ROOT, CONFIGURATION));

/** @throws UsageError when the file cannot be read */
export function readConfiguration(file: string): Source {
  try {
    return { file: shown(file), text: readFileSync(file, "utf8") };
  } catch (error) {
    throw new UsageError(`${shown(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A path as people write it: from the repository's root where it is below it. */
export function shown(path: string): string {
  const fromRoot = relative(ROOT, path);
  return fromRoot.startsWith("..") ? path : fromRoot;
}

/** The program, remembering what it threw: the engine prints that with a stack trace and more. */
export function stagingProgram() {
  let thrown: unknown;
  return {
    error: () => thrown,
    run: async (): Promise<Record<string, unknown>> => {
      try {
        const { default: staging } = await import("../../infra/index");
        return await staging();
      } catch (error) {
        thrown = error;
        throw error;
      }
    },
  };
}
