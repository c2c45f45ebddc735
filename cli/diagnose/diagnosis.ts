import type { FlowAnswer, Reason } from "../../policies/mtls/flow";
import type { Symptom } from "../../policies/mtls/vocabulary";
import type { Placed } from "../explanation";
import type { Cause, Command, Direction, Writer } from "../symptoms/signature";
import type { Endpoint } from "./carrier";

/** What a log says, as `diagnose --format json` prints it. */
export interface Diagnosis {
  readonly schemaVersion: 1;
  /** How many lines were read. */
  readonly lines: number;
  /** Each kind of message once, in order of first appearance. */
  readonly findings: readonly Finding[];
  /** What the text claims, or shows, that its own log lines contradict. */
  readonly corrections: readonly Correction[];
  /** Present when manifests were given. */
  readonly manifests?: Comparison;
}

export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly firstLine: number;
  readonly writer: { readonly id: Writer; readonly says: string };
  /** Where the words were printed; absent when the lines do not tell. */
  readonly carrier?: string;
  readonly direction: { readonly id: Direction; readonly says: string };
  /** What the code in the line means, where it has one. */
  readonly detail?: string;
  readonly meaning: string;
  readonly causes: readonly Cause[];
  readonly commands: readonly Command[];
  /** The engine's names for what shows as this line. */
  readonly symptoms: readonly Symptom[];
  /** The servers that the lines name. */
  readonly endpoints: readonly Endpoint[];
  /** The record as it was understood, shortened. */
  readonly text: string;
  readonly docs: string;
}

export interface Correction {
  readonly id: string;
  readonly line: number;
  /** The words that are corrected. */
  readonly text: string;
  readonly says: string;
}

/** The log held against the manifests. */
export interface Comparison {
  /** How many flows the engine answered. */
  readonly flows: number;
  readonly culprits: readonly Culprit[];
  /** Findings that ask for a flow and found none, by id; and why that may be. */
  readonly unmatched: readonly { readonly finding: string; readonly says: string }[];
}

/** A flow that ends just as the log says. */
export interface Culprit {
  readonly finding: string;
  readonly flow: Pick<FlowAnswer, "from" | "to" | "asked" | "outcome"> & { readonly symptom: Symptom };
  /** What the client sends and each server accepts. */
  readonly servers: readonly string[];
  readonly because: readonly Placed<Reason>[];
}
