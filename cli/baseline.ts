import { z } from "zod";
import { isExpired, isIsoDate, type IsoDate } from "../policies/mtls/clock";
import type { ReportFinding } from "./report";

/** Findings that are known and do not count, until a date. Written by `--write-baseline`, read by `--baseline`. */
export interface Baseline {
  /** The last day on which it counts, UTC. */
  readonly until: IsoDate;
  readonly findings: readonly Pick<ReportFinding, "id" | "object" | "path">[];
}

const baselineFile = z.strictObject({
  schemaVersion: z.literal(1),
  until: z.string().refine(isIsoDate, "a date YYYY-MM-DD"),
  findings: z.array(z.strictObject({ id: z.string(), object: z.string(), path: z.string() })),
});

/** Reads a baseline; every problem is listed with its path. */
export function parseBaseline(text: string): Baseline | { readonly problems: readonly string[] } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { problems: ["is not valid JSON; write it with: meshtls check --write-baseline FILE --until DATE"] };
  }
  const parsed = baselineFile.safeParse(document);
  if (!parsed.success)
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join(".") || "document"}: ${message}`) };
  const { until, findings } = parsed.data;
  return isIsoDate(until) ? { until, findings } : { problems: ["until: a date YYYY-MM-DD"] };
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
