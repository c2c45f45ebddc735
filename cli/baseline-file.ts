import * as z from "zod";
import { isIsoDate } from "../policies/mtls/clock";
import type { Baseline } from "./baseline";

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
