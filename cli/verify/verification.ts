import type { Threshold } from "../options";
import { count } from "../summary";
import type { Row } from "./row";

/** What `verify` says, in every format: `--format json` prints exactly this. Keys are only ever added within one `schemaVersion`. */
export interface Verification {
  readonly schemaVersion: 1;
  /** Name of the kubeconfig's context. */
  readonly cluster: string;
  readonly summary: { readonly holds: number; readonly doesNotHold: number; readonly unknown: number };
  /** What does not hold first, then what is unknown, then what holds. */
  readonly rows: readonly Row[];
  /** Checks that nothing was given for: no address of a trace store, of Prometheus. */
  readonly notAsked: readonly ("traces" | "targets")[];
  readonly assumptions: readonly string[];
}

export function verificationOf(
  cluster: string,
  rows: readonly Row[],
  { notAsked, assumptions }: Pick<Verification, "notAsked" | "assumptions">,
): Verification {
  const number = (state: Row["state"]): number => rows.filter((row) => row.state === state).length;
  const summary = { holds: number("holds"), doesNotHold: number("does-not-hold"), unknown: number("unknown") };
  return { schemaVersion: 1, cluster, summary, rows, notAsked, assumptions };
}

/**
 * Whether a deployment may go on. What nobody could tell is no pass, unless `--fail-on error` says that it is not to stop anything;
 * neither is a cluster in which nothing was found to check.
 */
export const hasPassed = ({ rows, summary }: Verification, threshold: Threshold): boolean =>
  rows.length > 0 && summary.doesNotHold === 0 && (threshold === "error" || summary.unknown === 0);

/** The counts in one line. */
export function summarize({ cluster, rows, summary, notAsked }: Verification): string {
  if (rows.length === 0) return `cluster ${cluster}: nothing was found that could be checked`;
  const { holds, doesNotHold, unknown } = summary;
  return [
    `cluster ${cluster}: ${count(rows.length, "check")}`,
    `${holds} hold${holds === 1 ? "s" : ""}`,
    `${doesNotHold} do${doesNotHold === 1 ? "es" : ""} not hold`,
    `${unknown} unknown`,
    ...notAsked.map((check) => `${check} not asked (${check === "traces" ? "--traces" : "--prometheus"})`),
  ].join(", ");
}
