import type { Threshold } from "./options";
import type { Summary } from "./report";

export const EXIT = { clean: 0, findings: 1, usage: 2, unreadable: 3 } as const;

/** Whether a check fails: each level includes those before it. */
const FAILS: Readonly<Record<Threshold, (summary: Summary) => boolean>> = {
  error: ({ findings }) => findings.error > 0,
  unknown: (summary) => FAILS.error(summary) || summary.unknown > 0,
  warning: (summary) => FAILS.unknown(summary) || summary.findings.warning > 0,
};

export const exitCode = (summary: Summary, threshold: Threshold): number =>
  FAILS[threshold](summary) ? EXIT.findings : EXIT.clean;
