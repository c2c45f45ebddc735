import type { Considered, FlowAnswer, Reason } from "../policies/mtls/flow";
import { describeRef } from "../policies/mtls/objects";
import type { ReportOffer } from "./offer-report";
import type { Location, ReportFlow } from "./report";

/** A reason or a considered object, with where it stands. */
export type Placed<T> = T & { readonly location?: Location };

/** Why one flow ends as it does, as `explain --format json` prints it. */
export interface Explanation {
  readonly schemaVersion: 1;
  readonly flow: ReportFlow;
  /** What decided on the client's side, in order. */
  readonly client: readonly Placed<Reason>[];
  readonly server: readonly Placed<Reason>[];
  /** Every object that was looked at, winners first. */
  readonly considered: readonly Placed<Considered>[];
  /** The smallest change that alters the verdict, as checked by the engine; `null` when none was found. */
  readonly change: ReportOffer | null;
  readonly mermaid: string;
}

/** Steps that are decided where the client is. */
const CLIENT_STEPS: ReadonlySet<string> = new Set([
  "client",
  "route",
  "virtual-service",
  "destination-rule",
  "auto-mtls",
]);

/** The chain in two: everything up to the last step of the client's side, and the rest. */
export function sides({ because, from }: Pick<FlowAnswer, "because" | "from">): {
  readonly client: readonly Reason[];
  readonly server: readonly Reason[];
} {
  const self = describeRef(from);
  let last = -1;
  because.forEach(({ step, object }, at) => {
    if (CLIENT_STEPS.has(step) || (at === 0 && object === self)) last = at;
  });
  return { client: because.slice(0, last + 1), server: because.slice(last + 1) };
}
