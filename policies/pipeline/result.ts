import { IS_NOT_JUDGED, readViolation, type ViolationText } from "../crossguard/violation";
import type { PolicyEvents } from "./events";

/** What a policy said about a resource. */
export interface Violation extends ViolationText {
  readonly pack: string;
  readonly policy: string;
  /** `undefined` for the stack as a whole. */
  readonly urn: string | undefined;
  /** Whether it is of this pack, which clears its messages of secrets; no other text is repeated anywhere. */
  readonly own: boolean;
}

export interface PreviewResult {
  /**
   * - `passed` judged, and nothing stands against it
   * - `blocked` a mandatory policy was violated
   * - `failed` the preview did not get to its end for another reason
   * - `not-judged` it did, and the pack did not see the stack
   */
  readonly state: "passed" | "blocked" | "failed" | "not-judged";
  /** Whether the rules about the whole stack have run. */
  readonly stackJudged: boolean;
  readonly mandatory: readonly Violation[];
  readonly advisory: readonly Violation[];
  /** How many resources the pack looked at. */
  readonly resources: number;
  /** How many policies of the pack ran. */
  readonly ran: number;
  /** Policies of the pack that its configuration switches off. */
  readonly off: readonly string[];
  /** Policies of any pack that could not say anything, about one resource or all. */
  readonly couldNotRun: readonly string[];
}

/** The pack that the events are searched for, and its policies. */
export interface Pack {
  readonly name: string;
  readonly policies: readonly string[];
}

/** A policy of another pack that met a value nobody knows yet; the SDK reports that as an advice. Source: pulumi-policy, server.ts. */
const CANNOT_RUN = /can't run policy '.*' from policy pack '/;

const toViolation = (
  { resourceUrn, message, policyName, policyPackName }: NonNullable<PolicyEvents["policyEvent"]>,
  own: boolean,
): Violation => ({
  pack: policyPackName,
  policy: policyName,
  urn: resourceUrn,
  own,
  ...(own ? readViolation(message) : { message: "" }),
});

/** The same text with the colours taken off, which the engine writes as `<{%reset%}>`. */
const plain = (text: string): string => text.replace(/<\{%[^%]*%\}>|\u001b\[[0-9;]*m/g, "");

const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byPlace = (a: Violation, b: Violation): number =>
  before(a.id ?? "", b.id ?? "") || before(a.policy, b.policy) || before(a.urn ?? "", b.urn ?? "");

/**
 * What a preview came to.
 * @param exitCode pulumi's own
 */
export function judgePreview(
  events: readonly (PolicyEvents | "unreadable")[],
  exitCode: number,
  pack: Pack,
): PreviewResult {
  const mandatory: Violation[] = [];
  const advisory: Violation[] = [];
  const resources = new Set<string>();
  const ran = new Set<string>();
  const couldNotRun = new Set<string>();
  let stackJudged = false;
  for (const event of events) {
    if (event === "unreadable") continue;
    const { policyEvent, policyAnalyzeSummaryEvent: ofResource, policyAnalyzeStackSummaryEvent: ofStack } = event;
    if (policyEvent !== undefined) {
      const own = policyEvent.policyPackName === pack.name;
      const said = { ...policyEvent, message: plain(policyEvent.message) };
      const cannotRun = CANNOT_RUN.test(said.message);
      if (cannotRun || (own && IS_NOT_JUDGED.test(said.message))) couldNotRun.add(policyEvent.policyName);
      if (policyEvent.enforcementLevel === "mandatory") mandatory.push(toViolation(said, own));
      else if (!cannotRun) advisory.push(toViolation(said, own));
    }
    for (const summary of [ofResource, ofStack])
      if (summary?.policyPackName === pack.name)
        for (const policy of [...(summary.passed ?? []), ...(summary.failed ?? [])]) ran.add(policy);
    if (ofResource?.policyPackName === pack.name) resources.add(ofResource.resourceUrn);
    if (ofStack?.policyPackName === pack.name) stackJudged = true;
  }
  const isWhole = stackJudged && !events.includes("unreadable");
  return {
    state: mandatory.length > 0 ? "blocked" : exitCode !== 0 ? "failed" : isWhole ? "passed" : "not-judged",
    stackJudged,
    mandatory: mandatory.sort(byPlace),
    advisory: advisory.sort(byPlace),
    resources: resources.size,
    ran: ran.size,
    off: stackJudged ? pack.policies.filter((policy) => !ran.has(policy)) : [],
    couldNotRun: [...couldNotRun].sort(),
  };
}
