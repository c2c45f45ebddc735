import type { ExceptionAnswer } from "../policies/mtls/assess";
import type { IsoDate } from "../policies/mtls/clock";
import type { Considered, FlowOrigin, Reason } from "../policies/mtls/flow";
import type { ObjectRef } from "../policies/mtls/objects";
import type { Accepts, AppProtocol, Outcome, Sends, Symptom } from "../policies/mtls/vocabulary";

/**
 * What a check says, in every format: `--format json` prints exactly this, `docs/meshtls.schema.json` describes it, and every other
 * printer is made from it. Keys are only ever added within one `schemaVersion`.
 */
export interface Report {
  readonly schemaVersion: 1;
  readonly summary: Summary;
  /** Declared flows first, in the order given; then those discovered. */
  readonly flows: readonly ReportFlow[];
  /** By severity, then by object and rule. */
  readonly findings: readonly ReportFinding[];
  /** Findings that do not count, each with why. */
  readonly suppressed: readonly SuppressedFinding[];
  readonly exceptions: readonly ExceptionAnswer[];
  /**
   * What could not be determined: fields that nobody knows yet and that decide what a collector accepts, what an exception allows or
   * how a flow ends, and clients of which nobody can tell where they connect to.
   */
  readonly undecided: readonly UndecidedField[];
  /** Defaults that all answers share. */
  readonly assumptions: readonly string[];
}

export interface Summary {
  readonly objects: number;
  /** Documents without apiVersion and kind, or of a tool and without a name. */
  readonly skipped: number;
  readonly flows: number;
  readonly findings: { readonly error: number; readonly warning: number };
  readonly suppressed: number;
  readonly exceptions: number;
  /** Flows whose outcome is unknown, and fields of `undecided` that none of them names. */
  readonly unknown: number;
}

export interface ReportFlow {
  readonly from: ObjectRef;
  readonly to: { readonly host: string; readonly port: number };
  readonly asked: string;
  readonly protocol: AppProtocol;
  readonly tls: boolean;
  readonly serverSpeaks: "plaintext" | "tls";
  readonly origin: FlowOrigin;
  readonly outcome: Outcome;
  readonly symptom?: Symptom;
  readonly servers: readonly ReportServer[];
  readonly because: readonly Reason[];
  readonly evidence?: readonly Considered[];
  readonly assumptions: readonly string[];
  /** Only of an unknown outcome: the fields that would decide it. */
  readonly undecided?: readonly { readonly object: string; readonly path: string }[];
}

export interface ReportServer {
  readonly workload: ObjectRef | null;
  readonly targetPort: number;
  readonly sends: Sends;
  readonly accepts: Accepts;
  readonly outcome: Outcome;
  readonly symptom?: Symptom;
}

export interface UndecidedField {
  readonly object: string;
  readonly path: string;
  readonly location?: Location;
  /** What cannot be told for want of it. */
  readonly message: string;
}

/** A place in a file, a Pulumi resource (its URN begins with stack and project) with its parent component, or a cluster by its context. */
export type Location =
  | { readonly file: string; readonly line?: number }
  | { readonly urn: string; readonly parent?: string }
  | { readonly cluster: string };

export interface ReportFinding {
  readonly id: string;
  readonly name: string;
  readonly severity: "error" | "warning";
  /** `Kind namespace/name`; `""` for a rule that failed. */
  readonly object: string;
  readonly path: string;
  readonly location?: Location;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly docs: string;
}

export interface SuppressedFinding extends ReportFinding {
  readonly suppression: {
    /** The annotation on the object, or the baseline file. */
    readonly by: "annotation" | "baseline";
    readonly until: IsoDate;
    readonly reason: string;
  };
}

/** How a location is written for people: `mesh.yaml:12`. */
export function describeLocation(location: Location | undefined): string {
  if (location === undefined) return "";
  if ("urn" in location) return location.urn;
  if ("cluster" in location) return `cluster ${location.cluster}`;
  return location.line === undefined ? location.file : `${location.file}:${location.line}`;
}
