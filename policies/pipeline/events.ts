import { z } from "zod";

/**
 * The engine's events as far as policies are concerned, one JSON text per line. The engine adds kinds and fields with every version,
 * and none of that may break this. Source: pulumi, sdk/go/common/apitype/events.go.
 */

const names = z.array(z.string()).nullish();

const event = z.object({
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      policyPackName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  policyAnalyzeSummaryEvent: z
    .object({ resourceUrn: z.string(), policyPackName: z.string(), passed: names, failed: names })
    .optional(),
  policyAnalyzeStackSummaryEvent: z.object({ policyPackName: z.string(), passed: names, failed: names }).optional(),
});

export type PolicyEvents = z.infer<typeof event>;

/** Most events are about resources, and long: they are passed over unread. */
const IS_ABOUT_POLICIES = /"policy(?:Analyze(?:Stack)?Summary)?Event":/;

/** What a line says about policies; `undefined` for any other event, and `"unreadable"` when it breaks off. */
export function readEvent(line: string): PolicyEvents | "unreadable" | undefined {
  if (!IS_ABOUT_POLICIES.test(line)) return line === "" || line.endsWith("}") ? undefined : "unreadable";
  try {
    const parsed = event.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : "unreadable";
  } catch {
    return "unreadable";
  }
}
