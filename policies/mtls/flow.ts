import type { ObjectRef } from "./objects";
import type { Accepts, AppProtocol, Outcome, Sends, Symptom } from "./vocabulary";

/** One client → port question, as `--flow`, a flows file or a component's `clients` asks it. */
export interface DeclaredFlow {
  /** `namespace/name` or `namespace/Kind/name` of a workload or Pod, or a CIDR outside the mesh (`cidr:10.20.0.0/24`). */
  readonly from: string;
  /** Host as the client writes it; a short name resolves from the client's namespace, an IP address is dialled as such. */
  readonly host: string;
  /** Port as the client dials it, 1–65535. */
  readonly port: number;
  /** What the application speaks. @default grpc for 4317, http for 4318, else http */
  readonly protocol?: AppProtocol;
  /** Whether the application itself speaks TLS. @default false */
  readonly tls?: boolean;
  /** What the application behind the port speaks. @default from the collector's configuration, else plaintext */
  readonly serverSpeaks?: "plaintext" | "tls";
  /** Only of a gateway: the subset to which its route sends. */
  readonly subset?: string;
}

/** Where a flow comes from: declared by the user, or discovered on an object at a path. */
export type FlowOrigin = "declared" | { readonly object: string; readonly path: string };

/** One step of the chain that led to a verdict. */
export interface Reason {
  /** For example `peer-authentication`, `destination-rule`, `auto-mtls`, `injection`, `interception`. */
  readonly step: string;
  /** `Kind namespace/name` of the object that decided, when one did. */
  readonly object?: string;
  readonly says: string;
}

/** An object that was considered at a step; made only when evidence is asked for. */
export interface Considered extends Reason {
  readonly object: string;
  readonly won: boolean;
}

export interface ServerAnswer {
  /** The workload (or bare Pod, WorkloadEntry, external address) behind the port; `null` when nothing is. */
  readonly workload: ObjectRef | null;
  readonly targetPort: number;
  readonly sends: Sends;
  readonly accepts: Accepts;
  readonly outcome: Outcome;
  /** Present exactly when `outcome` is `refused`. */
  readonly symptom?: Symptom;
}

export interface FlowAnswer {
  readonly from: ObjectRef;
  readonly to: { readonly host: string; readonly port: number };
  /** As the client wrote it: `host:port`; of a gateway's route to a subset `host:port (subset NAME)`. */
  readonly asked: string;
  readonly protocol: AppProtocol;
  readonly tls: boolean;
  readonly serverSpeaks: "plaintext" | "tls";
  readonly origin: FlowOrigin;
  /** The worst of the servers' outcomes. */
  readonly outcome: Outcome;
  readonly symptom?: Symptom;
  readonly servers: readonly ServerAnswer[];
  readonly because: readonly Reason[];
  /** Every object considered, winner and losers; only when asked for. */
  readonly evidence?: readonly Considered[];
  /** Defaults that had to be assumed to answer. */
  readonly assumptions: readonly string[];
  /** `Kind ns/name: field.path` of each deciding field that is unknown; empty unless the outcome is `unknown`. */
  readonly undecided: readonly Undecided[];
}

/** A field that decides a verdict and is not known. */
export interface Undecided {
  readonly object: ObjectRef;
  /** For example `spec.mtls.mode`. */
  readonly path: string;
}
