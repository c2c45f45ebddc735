import { assess, type Assessment } from "../../policies/mtls/assess";
import type { IsoDate } from "../../policies/mtls/clock";
import type { DeclaredFlow, FlowAnswer } from "../../policies/mtls/flow";
import { readMesh } from "../../policies/mtls/manifests";
import { describeRef, type Manifest } from "../../policies/mtls/objects";
import { OUTCOMES } from "../../policies/mtls/vocabulary";
import { runRules } from "../../policies/rules/run";
import { defaultSettings } from "../../policies/rules/settings";
import { applyEdits } from "./apply";
import type { Change } from "./change";

/** The objects as they are, and what the engine answers on them. */
export interface Before {
  readonly manifests: readonly Manifest[];
  readonly assessment: Assessment;
  readonly now: IsoDate;
}

/** What the engine answers after edits. */
export interface Evaluation {
  /** Every flow again, in the same order. */
  readonly flows: readonly FlowAnswer[];
  /** Errors of rules that were not there before: what the edits ask for next. */
  readonly asks: readonly string[];
}

/**
 * Applies a change and asks the engine every question again.
 * @param at the flow that the change is for
 * @returns `undefined` when an edited object is not among the manifests, or when the result cannot be read
 */
export function evaluate(
  change: Pick<Change, "edits" | "endsClientTls">,
  at: number,
  before: Before,
): Evaluation | undefined {
  const manifests = applyEdits(before.manifests, change.edits);
  if (manifests === undefined) return undefined;
  const { facts } = before.assessment.mesh;
  const mesh = readMesh(manifests, facts);
  if (mesh.problems.some(({ severity }) => severity === "error")) return undefined;
  const flows = before.assessment.flows.map((flow, index) =>
    index === at && change.endsClientTls === true ? { ...asAsked(flow), tls: false } : asAsked(flow),
  );
  const after = assess(mesh, { flows, discover: false, now: before.now });
  const known = new Set(errorsOf(before.assessment, before.now));
  return { flows: after.flows, asks: errorsOf(after, before.now).filter((error) => !known.has(error)) };
}

/** An answer as the question that it answers. */
export function asAsked({ from, asked, to, protocol, tls, serverSpeaks }: FlowAnswer): DeclaredFlow {
  return {
    from: from.kind === "Host" ? `cidr:${from.name}` : `${from.namespace}/${from.kind}/${from.name}`,
    host: asked.slice(0, asked.lastIndexOf(":")),
    port: to.port,
    protocol,
    tls,
    serverSpeaks,
  };
}

/** Worst 0. */
export const goodness = ({ outcome }: Pick<FlowAnswer, "outcome">): number => OUTCOMES.indexOf(outcome);

function errorsOf(assessment: Assessment, now: IsoDate): string[] {
  const settings = { ...defaultSettings(now), facts: assessment.mesh.facts };
  const errors = runRules(assessment, settings).findings.filter(({ severity }) => severity === "error");
  return [...new Set(errors.map(({ id, name, on }) => `${id} ${name} on ${describeRef(on)}`))];
}
