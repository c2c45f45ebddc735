/**
 * meshtls as a library: what a client in an Istio mesh really sends to a port, what the port really accepts, and which objects decided.
 * Pure functions on plain data; nothing here touches the network, the clock or the environment.
 *
 * ```ts
 * import { assess, readManifests, readMesh } from "meshtls";
 *
 * const mesh = readMesh(readManifests(yaml));
 * const { flows } = assess(mesh, {
 *   flows: [{ from: "shop/orders", host: "otel-collector.monitoring", port: 4317 }],
 *   now: "2026-11-24",
 * });
 * flows[0].outcome; // "refused"
 * ```
 *
 * `judge` adds the rules, `report` makes of both what `meshtls check --format json` prints.
 */
import type { Manifest } from "../policies/mtls/objects";
import { compose } from "./compose";
import { judge, type Question } from "./judge";
import type { Report } from "./report";
import { readDocuments } from "./sources/documents";
import { UnreadableInput } from "./sources/index";

export {
  assess,
  type Assessment,
  type AssessOptions,
  type ExceptionAnswer,
  type ExceptionState,
} from "../policies/mtls/assess";
export { isIsoDate, toIsoDate, type IsoDate } from "../policies/mtls/clock";
export type {
  Considered,
  DeclaredFlow,
  FlowAnswer,
  FlowOrigin,
  Reason,
  ServerAnswer,
  Undecided,
} from "../policies/mtls/flow";
export { isUnknown, UNKNOWN, type Known, type Unknown } from "../policies/mtls/known";
export { readMesh } from "../policies/mtls/manifests";
export type { Mesh, MeshFacts, Problem } from "../policies/mtls/mesh";
export { describeRef, type Manifest, type ObjectRef, type Source } from "../policies/mtls/objects";
export {
  ACCEPTABLE,
  OUTCOMES,
  SENDS,
  SYMPTOMS,
  worstOutcome,
  type Acceptable,
  type Accepts,
  type AppProtocol,
  type Outcome,
  type Sends,
  type Symptom,
} from "../policies/mtls/vocabulary";
export { RULES } from "../policies/rules/index";
export type { Finding, Rule } from "../policies/rules/rule";
export { judge, type Judgement, type Question } from "./judge";
export type * from "./report";
export { UnreadableInput } from "./sources/index";

/**
 * Kubernetes objects out of YAML or JSON: any number of documents, kubectl's lists, helm's output. Parses as kubectl does (YAML 1.1
 * booleans, merge keys), except that a key given twice is an error.
 * @param name what problems and locations call the text
 * @throws UnreadableInput with every problem, each with its line
 */
export function readManifests(text: string, name = "<text>"): Manifest[] {
  const bytes = Buffer.from(text);
  const { manifests, problems } = readDocuments({ name, walked: false, bytes }, bytes);
  if (problems.length > 0) throw new UnreadableInput(problems);
  return manifests;
}

/**
 * The document that `meshtls check --format json` prints (docs/meshtls.schema.json).
 * @throws UnreadableInput when an object cannot be read as what it claims to be; Error when a `from` is not found or ambiguous
 */
export const report = (manifests: readonly Manifest[], question: Question): Report =>
  compose(judge(manifests, question), 0, () => undefined);
