import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument, type Document } from "yaml";
import { type Command } from "../../../lab/rehearsal/arguments";
import { printerOn } from "../../../lab/rehearsal/printer";
import { rehearse } from "../../../lab/rehearsal/rehearse";
import { repositoryConfiguration } from "../../../lab/rehearsal/repository";

/** The main job in a temporary folder. */
export interface Rehearsal {
  readonly folder: string;
  /** Paths of the rendered manifests. */
  manifests(): readonly string[];
  /** A copy of the repository's configuration, changed. `key` gives a key of the project its prefix. */
  configuration(change: (configuration: Document, key: (name: string) => string) => void): string;
  run(command: Command, configFile?: string): Promise<{ readonly code: number; readonly output: string }>;
}

const cleanUps: (() => void)[] = [];

afterAll(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

export function newRehearsal(): Rehearsal {
  const folder = mkdtempSync(join(tmpdir(), "meshtls-rehearsal-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const manifests = join(folder, "manifests");
  let copies = 0;
  return {
    folder,
    manifests: () =>
      (existsSync(manifests) ? readdirSync(manifests, { recursive: true, encoding: "utf8" }) : [])
        .filter((path) => path.endsWith(".yaml"))
        .sort(),
    configuration: (change) => {
      const document = parseDocument(repositoryConfiguration().text);
      change(document, (name) => `meshtls-staging:${name}`);
      const file = join(folder, `mine-${(copies += 1)}.yaml`);
      writeFileSync(file, document.toString());
      return file;
    },
    run: async (command, configFile) => {
      const written: string[] = [];
      const printer = printerOn({ write: (text: string) => written.push(text) });
      const code = await rehearse({ command, configFile }, printer, folder);
      return { code, output: written.join("") };
    },
  };
}
