import { assess } from "../policies/mtls/assess";
import type { FlowAnswer } from "../policies/mtls/flow";
import { readMesh } from "../policies/mtls/manifests";
import { describeRef, type Manifest } from "../policies/mtls/objects";
import { applyEdits, isObject } from "./changes/apply";
import { field, type Edit } from "./changes/change";
import { asAsked, type Before } from "./changes/evaluate";
import { Proposer, type Offer } from "./changes/propose";
import { editText } from "./changes/write";
import { readText, writeText } from "./input";
import type { Io } from "./io";
import { isFileSource } from "./sources/origin";
import { count } from "./summary";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/** Writes, for each refused flow, the best change into the files; each is decided on the objects as the ones before left them. */
export async function writeFixes(before: Before, isAsked: (flow: FlowAnswer) => boolean, io: Io): Promise<number> {
  const chosen = choose(before, isAsked);
  const files = new Map<string, Edit[]>();
  const problems: string[] = [];
  for (const edit of chosen.flatMap(({ edits }) => edits)) {
    const file = fileFor(edit, before.manifests);
    if (file === undefined)
      problems.push(`${describeRef(edit.object)} does not come from a file: ${edit.action} it where it is made`);
    else files.set(file, [...(files.get(file) ?? []), edit]);
  }
  if (problems.length > 0) throw new UsageError(problems);
  const texts = [...files].map(([file, edits]) => [file, editText(readText(file), edits)] as const);
  for (const [file, text] of texts) writeText(file, text);
  for (const { title } of chosen) io.stdout.write(`${title}\n`);
  const names = files.size === 0 ? "" : `: ${[...files.keys()].join(", ")}`;
  io.stdout.write(`${count(chosen.length, "change")} written to ${count(files.size, "file")}${names}\n`);
  return EXIT.clean;
}

function choose(before: Before, isAsked: (flow: FlowAnswer) => boolean): Offer[] {
  const chosen: Offer[] = [];
  let now = before;
  for (let at = 0; at < before.assessment.flows.length; at++) {
    const flow = now.assessment.flows[at];
    if (flow?.outcome !== "refused" || !isAsked(flow)) continue;
    const [best] = new Proposer(now).offers(at);
    const manifests = best === undefined ? undefined : applyEdits(now.manifests, best.edits);
    if (best === undefined || manifests === undefined) continue;
    chosen.push(best);
    const flows = now.assessment.flows.map((flow, index) =>
      index === at && best.endsClientTls === true ? { ...asAsked(flow), tls: false } : asAsked(flow),
    );
    const mesh = readMesh(manifests, now.assessment.mesh.facts);
    now = { manifests, assessment: assess(mesh, { flows, discover: false, now: before.now }), now: before.now };
  }
  return chosen;
}

/** The file that an object stands in; a new one goes to the end of a file of its namespace, of its own workload if possible. */
function fileFor({ action, object }: Edit, manifests: readonly Manifest[]): string | undefined {
  const itself = manifests.find((manifest) => isObject(manifest, object));
  if (itself !== undefined || action !== "create") return fileOf(itself);
  const neighbours = manifests.filter(
    (manifest) => fileOf(manifest) !== undefined && namespaceOf(manifest) === object.namespace,
  );
  return fileOf(neighbours.find((manifest) => object.name.startsWith(`${nameOf(manifest)}-`)) ?? neighbours[0]);
}

/** Standard input and pipes cannot be written back. */
function fileOf(manifest: Manifest | undefined): string | undefined {
  const source = manifest?.source;
  return isFileSource(source) && source.origin.input.bytes === undefined ? source.file : undefined;
}

const nameOf = ({ object }: Manifest): string => String(field(object, "metadata", "name"));
const namespaceOf = ({ object }: Manifest): unknown => field(object, "metadata", "namespace");
