import { isExpired, type IsoDate } from "../policies/mtls/clock";
import type { ReportFinding } from "./report";

/** Findings that are known and do not count, until a date. Written by `--write-baseline`, read by `--baseline`. */
export interface Baseline {
  /** The last day on which it counts, UTC. */
  readonly until: IsoDate;
  readonly findings: readonly Pick<ReportFinding, "id" | "object" | "path">[];
}

export function renderBaseline({ until, findings }: Baseline): string {
  const entries = findings.map(({ id, object, path }) => ({ id, object, path }));
  return `${JSON.stringify({ schemaVersion: 1, until, findings: entries }, null, 2)}\n`;
}

// Messages carry counts and names that change while the finding stays the same.
const keyOf = ({ id, object, path }: Pick<ReportFinding, "id" | "object" | "path">): string =>
  [id, object, path].join("\n");

/** Whether a finding is known to the baseline; never once its date is over. */
export function inBaseline(baseline: Baseline, now: IsoDate): (finding: ReportFinding) => boolean {
  if (isExpired(baseline.until, now)) return () => false;
  const known = new Set(baseline.findings.map(keyOf));
  return (finding) => known.has(keyOf(finding));
}
