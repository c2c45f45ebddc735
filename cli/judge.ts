import { assess, type Assessment } from "../policies/mtls/assess";
import type { IsoDate } from "../policies/mtls/clock";
import type { DeclaredFlow } from "../policies/mtls/flow";
import { readMesh } from "../policies/mtls/manifests";
import type { Mesh, MeshFacts } from "../policies/mtls/mesh";
import type { Manifest } from "../policies/mtls/objects";
import { RULES } from "../policies/rules/index";
import type { Rule } from "../policies/rules/rule";
import { runRules, type RuleRun } from "../policies/rules/run";
import { defaultSettings } from "../policies/rules/settings";
import { clientProblems } from "./flows/clients";
import { UnreadableInput } from "./sources/index";
import { UsageError } from "./usage-error";

/** What is asked of a set of objects. */
export interface Question {
  readonly flows?: readonly DeclaredFlow[];
  /** Also answer the flows that the manifests reveal. @default true */
  readonly discover?: boolean;
  readonly facts?: MeshFacts;
  readonly now: IsoDate;
  readonly evidence?: boolean;
  /** @default all of them */
  readonly rules?: readonly Rule[];
  /** What had to be assumed while the objects were read. */
  readonly assumptions?: readonly string[];
}

export interface Judgement {
  readonly assessment: Assessment;
  readonly run: RuleRun;
  /** Problems of the input that change nothing in the answers. */
  readonly notes: readonly string[];
}

/**
 * Reads the objects; nothing is judged when one of them cannot be read as what it claims to be.
 * @throws UnreadableInput
 */
export function meshOf(manifests: readonly Manifest[], facts: MeshFacts = {}): Mesh {
  const mesh = readMesh(manifests, facts);
  const errors = mesh.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new UnreadableInput(errors);
  return mesh;
}

/**
 * Answers the flows.
 * @throws UsageError when a FROM is not found or ambiguous
 */
export function answer(mesh: Mesh, question: Question): Assessment {
  const { flows = [], discover = true, now, evidence = false, assumptions = [] } = question;
  const problems = clientProblems(mesh, flows);
  if (problems.length > 0) throw new UsageError(problems);
  const assessment = assess(mesh, { flows, discover, evidence, now });
  return { ...assessment, assumptions: [...assumptions, ...assessment.assumptions] };
}

/** Reads, answers and applies the rules. */
export function judge(manifests: readonly Manifest[], question: Question): Judgement {
  const mesh = meshOf(manifests, question.facts);
  const assessment = answer(mesh, question);
  const settings = { ...defaultSettings(question.now), facts: question.facts ?? {} };
  const run = runRules(assessment, settings, { rules: question.rules ?? RULES });
  const notes = mesh.problems
    .filter(({ severity }) => severity === "note")
    .map(({ object, path, message }) => [object, path, message].filter((part) => part !== "").join(": "));
  return { assessment, run, notes };
}
