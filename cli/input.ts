import { readFileSync, writeFileSync } from "node:fs";
import type { DeclaredFlow } from "../policies/mtls/flow";
import type { MeshFacts } from "../policies/mtls/mesh";
import type { Arguments } from "./arguments";
import type { Declared } from "./flows/declared";
import { Progress, type Io } from "./io";
import { ofOneCluster } from "./one-cluster";
import { releaseAfterReading } from "./memory";
import { readSources, type Input } from "./sources/index";
import { whyNot } from "./sources/walk";
import { UsageError } from "./usage-error";

/** What was read, and what has to be said about it. */
export interface Read extends Pick<Input, "manifests" | "foreign"> {
  readonly assumptions: readonly string[];
}

/** Reads everything that the arguments name, saying what it is at when it takes long. */
export async function readInput(paths: readonly string[], args: Arguments, io: Io): Promise<Read> {
  const sources = { paths, states: args.list("state"), previews: args.list("preview") };
  const named = paths.length + sources.states.length + sources.previews.length;
  if (isLive(args, named)) return await readCluster(args.text("context"), args, io);
  const progress = new Progress(io.stderr, args.flag("quiet"));
  try {
    if (named === 0)
      throw new UsageError([
        "nothing to read: give a file, a folder, - for standard input, --state FILE, --preview FILE or --live",
      ]);
    const input = await readSources(sources, io.stdin, (name) => progress.say(`reading ${name}`));
    releaseAfterReading();
    return { manifests: ofOneCluster(input, args.text("cluster")), foreign: input.foreign, assumptions: [] };
  } finally {
    progress.end();
  }
}

/** Reads a cluster. @param context of the kubeconfig; its current one when `undefined` */
export async function readCluster(context: string | undefined, args: Arguments, io: Io): Promise<Read> {
  const progress = new Progress(io.stderr, args.flag("quiet"));
  try {
    const { readLive } = await import("./cluster/live");
    return await readLive(args.text("kubeconfig"), context, (what) => progress.say(what));
  } finally {
    progress.end();
  }
}

/** @throws UsageError when a cluster and something else are asked for at once */
function isLive(args: Arguments, named: number): boolean {
  if (!args.flag("live")) return false;
  if (named > 0)
    throw new UsageError([
      "--live reads a cluster, which is whole by itself: give no files, --state or --preview with it",
    ]);
  if (args.text("cluster") !== undefined)
    throw new UsageError(["--cluster is for stacks of several clusters: with --live, --context says which one to ask"]);
  return true;
}

export function factsOf(args: Arguments): MeshFacts {
  const istioVersion = args.text("istio-version");
  const clusterDomain = args.text("cluster-domain");
  const collectorImages = args.list("collector-image");
  return {
    ...(istioVersion === undefined ? {} : { istioVersion }),
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
    ...(collectorImages.length === 0 ? {} : { collectorImages }),
  };
}

/**
 * The flows of `--flow` and `--flows`, in this order.
 * @throws UsageError with all problems of all of them
 */
export async function declaredFlows(args: Arguments): Promise<readonly DeclaredFlow[]> {
  const declared: Declared[] = [];
  if (args.list("flow").length > 0) declared.push((await import("./flows/declared")).parseFlows(args.list("flow")));
  for (const file of args.list("flows"))
    declared.push((await import("./flows/file")).readFlowsFile(file, Buffer.from(readText(file))));
  const problems = declared.flatMap((one) => one.problems);
  if (problems.length > 0) throw new UsageError(problems);
  return declared.flatMap(({ flows }) => flows);
}

/** @throws UsageError when a file that an option names cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError([`${file} ${whyNot(error)}`]);
  }
}

/** @throws UsageError when a file that an option names cannot be written */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError([`${file} cannot be written: ${whyNot(error)}`]);
  }
}

/** Prints to standard output, or to the file of `--output`. */
export function emit(text: string, args: Arguments, io: Io): void {
  const file = args.text("output");
  if (file === undefined) io.stdout.write(text);
  else writeText(file, text);
}
