import type { Threshold } from "./options";
import type { Report } from "./report";

export const EXIT = { clean: 0, findings: 1, usage: 2, unreadable: 3 } as const;

/** Whoever declares a flow wants it to work, whether or not a rule has something to say about why it does not. */
const isDeclaredRefused = ({ flows }: Report): boolean =>
  flows.some(({ origin, outcome }) => origin === "declared" && outcome === "refused");

/** Whether a check fails: each level includes those before it. */
const FAILS: Readonly<Record<Threshold, (report: Report) => boolean>> = {
  error: (report) => report.summary.findings.error > 0 || isDeclaredRefused(report),
  unknown: (report) => FAILS.error(report) || report.summary.unknown > 0,
  warning: (report) => FAILS.unknown(report) || report.summary.findings.warning > 0,
};

export const exitCode = (report: Report, threshold: Threshold): number =>
  FAILS[threshold](report) ? EXIT.findings : EXIT.clean;
