import { describeRef, type ObjectRef } from "../../policies/mtls/objects";

/** What may come of one check: it holds, it does not, or nobody could tell. The last is never a pass. */
export const STATES = ["does-not-hold", "unknown", "holds"] as const;
export type State = (typeof STATES)[number];

/** What is checked, in the order in which one thing depends on another. */
export const CHECKS = {
  rollout: "the rollout has come to its end",
  pods: "the pods are ready",
  sidecar: "the pods have the proxy that they should have, and it is ready",
  verdict: "what the client sends, the port accepts",
  logs: "the logs tell of no failed export and no refused connection",
  traces: "the trace store has recent traces of the service",
  targets: "Prometheus reaches what it scrapes",
} as const;
export type Check = keyof typeof CHECKS;

/** One check of one object. */
export interface Row {
  readonly check: Check;
  /** `Deployment shop/orders`; a flow, a service or a scrape job by its name. */
  readonly object: string;
  readonly state: State;
  /** What was seen. */
  readonly says: string;
  /** What to do about it; absent when it holds. */
  readonly todo?: string;
}

/** A row about an object of Kubernetes. */
export const row = (check: Check, ref: ObjectRef, state: State, says: string, todo?: string): Row => ({
  check,
  object: describeRef(ref),
  state,
  says,
  ...(todo === undefined ? {} : { todo }),
});

const LISTED = 3;

/** The first few of many: `a, b, c and 4 more`. */
export const some = (items: readonly string[], separator = ", "): string =>
  items.length <= LISTED
    ? items.join(separator)
    : `${items.slice(0, LISTED).join(separator)} and ${items.length - LISTED} more`;
