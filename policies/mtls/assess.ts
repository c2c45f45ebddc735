import type { IsoDate } from "./clock";
import type { ExceptionMode } from "./exception";
import type { DeclaredFlow, FlowAnswer } from "./flow";
import type { Mesh } from "./mesh";

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
  readonly exceptions: readonly ExceptionAnswer[];
  readonly assumptions: readonly string[];
}
