/**
 * The engine: pure functions on plain data. `readMesh` makes a mesh of Kubernetes and Istio objects, `assess` answers every flow in it,
 * `answerFlow` one question about it.
 */
export { answerFlow, resolveClient, type AnswerOptions, type ResolvedClient } from "./answer";
export { assess, type AssessOptions, type Assessment, type ExceptionAnswer, type ExceptionState } from "./assess";
export type { Considered, DeclaredFlow, FlowAnswer, FlowOrigin, Reason, ServerAnswer, Undecided } from "./flow";
export { isUnknown, UNKNOWN, type Known, type Unknown } from "./known";
export { readMesh } from "./manifests";
export type { Mesh, MeshFacts, Problem } from "./mesh";
export { indexMesh, type MeshIndex } from "./mesh-index";
export { describeRef, type Manifest, type ObjectRef, type Source } from "./objects";
export { SYMPTOM_TABLE, symptomText, type SeenText, type SymptomEntry } from "./symptoms/index";
export {
  ACCEPTABLE,
  OUTCOMES,
  SENDS,
  SYMPTOMS,
  worstOutcome,
  type Accepts,
  type AppProtocol,
  type Outcome,
  type Sends,
  type Symptom,
} from "./vocabulary";
