import { readFileSync } from "node:fs";
import type { Problem } from "../../policies/mtls/mesh";
import type { Manifest } from "../../policies/mtls/objects";
import { BUILDER } from "./builder";
import { readDocuments } from "./documents";
import type { InputFile } from "./origin";
import type { PulumiDocument } from "./pulumi";
import { readFileBriefly } from "./read-file";
import { filesOf, whyNot, type Found } from "./walk";

/** Where to read from. */
export interface Sources {
  /** Files, folders, or `-` for standard input. */
  readonly paths: readonly string[];
  /** Outputs of `pulumi stack export`. */
  readonly states: readonly string[];
  /** Outputs of `pulumi preview --json --show-sames`. */
  readonly previews: readonly string[];
}

export interface Input {
  readonly manifests: readonly Manifest[];
  /** Of what Pulumi wrote down, the cluster that it is in, as far as its provider tells; `""` where others' tell and its does not. */
  readonly clusters: ReadonlyMap<Manifest, string>;
  /** Texts in walked folders that are not ours to read. */
  readonly foreign: number;
}

/** Input that cannot be read: everything that is wrong with it. Nothing of it is judged. */
export class UnreadableInput extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`${problems.length} problem${problems.length === 1 ? "" : "s"} in the input`);
  }
}

const STDIN = "-";
const STDIN_NAME = "<stdin>";

const nameOf = (path: string): string => (path === STDIN ? STDIN_NAME : path);

/**
 * Reads every source whole.
 * @param onFile told before each file, for progress
 * @throws UnreadableInput with all problems of all sources
 */
export async function readSources(
  sources: Sources,
  stdin: AsyncIterable<Uint8Array>,
  onFile: (name: string) => void = () => {},
): Promise<Input> {
  const manifests: Manifest[] = [];
  const clusters = new Map<Manifest, string>();
  const problems: Problem[] = [];
  let foreign = 0;

  const take = async (input: InputFile, bytes: Buffer): Promise<void> => {
    const documents = readDocuments(input, bytes);
    const [only] = documents.manifests;
    const reader = documents.manifests.length === 1 ? pulumiReader(only?.object) : undefined;
    if (reader !== undefined) return takePulumi(reader, input.name, bytes);
    for (const manifest of documents.manifests) manifests.push(manifest);
    for (const problem of documents.problems) problems.push(problem);
    foreign += documents.foreign;
  };

  const takePulumi = async (reader: PulumiReader, name: string, bytes: Buffer): Promise<void> => {
    const part = (await reader())(name, bytes);
    for (const manifest of part.manifests) manifests.push(manifest);
    for (const [manifest, cluster] of part.clusters) clusters.set(manifest, cluster);
    for (const problem of part.problems) problems.push(problem);
  };

  const bytesOf = async (path: string, read: (path: string) => Buffer = readFileSync): Promise<Buffer | undefined> => {
    onFile(path === STDIN ? "standard input" : path);
    try {
      return path === STDIN ? await allOf(stdin) : read(path);
    } catch (error) {
      problems.push(problemOf(path, whyNot(error)));
      return undefined;
    }
  };

  if (sources.paths.includes(STDIN)) {
    const bytes = await bytesOf(STDIN);
    if (bytes !== undefined) await take({ name: STDIN_NAME, walked: false, bytes }, bytes);
  }
  const walk = filesOf(sources.paths.filter((path) => path !== STDIN));
  for (const { path, message } of walk.problems) problems.push(problemOf(path, message));
  for (const found of walk.files) {
    const bytes = await bytesOf(found.path, found.rereadable ? readFileBriefly : readFileSync);
    if (bytes !== undefined) await take(inputOf(found, bytes), bytes);
  }
  for (const [files, reader] of [
    [sources.states, PULUMI.state],
    [sources.previews, PULUMI.preview],
  ] as const)
    for (const file of files) {
      const bytes = await bytesOf(file);
      if (bytes !== undefined) await takePulumi(reader, nameOf(file), bytes);
    }

  BUILDER.forget();
  if (problems.length > 0) throw new UnreadableInput(problems);
  if (manifests.length + foreign === 0) throw new UnreadableInput([emptyProblem(sources)]);
  return { manifests, clusters, foreign };
}

type PulumiReader = () => Promise<(file: string, bytes: Buffer) => PulumiDocument>;

/** Loaded only when there is something of Pulumi to read. */
const PULUMI: Readonly<Record<"state" | "preview", PulumiReader>> = {
  state: async () => (await import("./state")).readStateFile,
  preview: async () => (await import("./preview")).readPreviewFile,
};

/** What a document is that is no Kubernetes object but one of Pulumi's. */
function pulumiReader(document: unknown): PulumiReader | undefined {
  if (typeof document !== "object" || document === null || "apiVersion" in document) return undefined;
  if ("deployment" in document && "version" in document) return PULUMI.state;
  return "steps" in document && "changeSummary" in document ? PULUMI.preview : undefined;
}

const inputOf = ({ path, walked, rereadable }: Found, bytes: Buffer): InputFile => ({
  name: path,
  walked,
  ...(rereadable ? {} : { bytes }),
});

async function allOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const problemOf = (file: string, message: string): Problem => ({
  severity: "error",
  object: "",
  path: "",
  message,
  source: { file: nameOf(file) },
});

function emptyProblem({ paths, states, previews }: Sources): Problem {
  const names = [...paths, ...states, ...previews].map(nameOf);
  return {
    severity: "error",
    object: "",
    path: "",
    message: `nothing to read in ${names.join(", ")}`,
    source: undefined,
  };
}
