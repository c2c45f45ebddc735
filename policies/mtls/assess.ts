import { answerFlow } from "./answer";
import type { IsoDate } from "./clock";
import { NOTHING, type Undiscovered } from "./discovery/discovered";
import { discover } from "./discovery/index";
import type { ExceptionMode } from "./exception";
import { answerExceptions } from "./exception-state";
import type { DeclaredFlow, FlowAnswer } from "./flow";
import type { Mesh } from "./mesh";
import { indexMesh } from "./mesh-index";

export interface AssessOptions {
  /** Answered first, one answer each, in this order. */
  readonly flows?: readonly DeclaredFlow[];
  /** Also answer every flow that the manifests themselves reveal. @default true */
  readonly discover?: boolean;
  /** Make `evidence` for every flow. @default false */
  readonly evidence?: boolean;
  /** The day on which exceptions are judged. */
  readonly now: IsoDate;
}

/** How an exception stands: it covers something, covers nothing, is past its date, is not needed, or cannot be relied on. */
export type ExceptionState = "used" | "unused" | "expired" | "not-needed" | "invalid";

export interface ExceptionAnswer {
  readonly namespace: string;
  readonly name: string;
  readonly collector: string;
  readonly mode: ExceptionMode | null;
  readonly state: ExceptionState;
  readonly owner: string;
  readonly approver: string | null;
  readonly ticket: string | null;
  readonly expires: IsoDate | null;
  /** Negative once expired; `null` without a date. */
  readonly daysLeft: number | null;
}

export interface Assessment {
  readonly mesh: Mesh;
  readonly flows: readonly FlowAnswer[];
  /** Clients that connect somewhere, and nobody can tell where: no flow, and no pass either. */
  readonly undiscovered: readonly Undiscovered[];
  readonly exceptions: readonly ExceptionAnswer[];
  readonly assumptions: readonly string[];
}

/** One question, however it is spelled. */
const keyOf = ({ from, to, protocol, tls }: FlowAnswer): string =>
  [from.kind, from.namespace, from.name, to.host, to.port, protocol, tls].join("|");

/** Those among the answers that nobody declared. */
function unasked(discovered: readonly FlowAnswer[], declared: readonly FlowAnswer[]): readonly FlowAnswer[] {
  if (discovered.length === 0 || declared.length === 0) return discovered;
  const asked = new Set(declared.map(keyOf));
  return discovered.filter((answer) => !asked.has(keyOf(answer)));
}

/**
 * Answers every declared flow, then every flow that the manifests reveal and that was not declared, and says how each exception stands.
 * Time linear in objects plus flows. Never throws on any mesh.
 */
export function assess(mesh: Mesh, options: AssessOptions): Assessment {
  const index = indexMesh(mesh);
  const evidence = options.evidence ?? false;
  const declared = (options.flows ?? []).map((flow) => answerFlow(index, flow, { evidence }));
  const { flows: revealed, undiscovered } = (options.discover ?? true) ? discover(mesh) : NOTHING;
  const discovered = revealed.map(({ flow, origin }) => answerFlow(index, flow, { evidence, origin }));
  const flows = [...declared, ...unasked(discovered, declared)];
  const assumptions = new Set(mesh.assumptions);
  for (const { object, reason, assumed } of undiscovered)
    if (assumed !== undefined) assumptions.add(`${object}: ${reason}; ${assumed}`);
  for (const flow of flows) for (const assumption of flow.assumptions) assumptions.add(assumption);
  const exceptions = answerExceptions(mesh, options.now);
  return {
    mesh,
    flows,
    undiscovered: undiscovered.filter(({ assumed }) => assumed === undefined),
    exceptions,
    assumptions: [...assumptions],
  };
}
