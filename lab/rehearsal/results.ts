import { type EngineEvent, type OpMap } from "@pulumi/pulumi/automation";
import { type TrafficTable } from "../../components";
import { type ExceptionAnswer } from "../../policies/mtls/assess";
import { type PolicyMessage, type Recorded } from "./operation";

/** What the policy packs of an operation said, taken together. */
export interface PolicyResult {
  /** `name@version` of each pack. */
  readonly packs: readonly string[];
  /** Names of the policies that ran on something, and of those that said something. */
  readonly evaluated: readonly string[];
  readonly failed: readonly string[];
  /** Resources that the packs looked at. */
  readonly resources: number;
  /** One entry per message: a policy says the same about a resource before it is created and again on the stack. */
  readonly mandatory: readonly PolicyMessage[];
  readonly advisory: readonly PolicyMessage[];
}

/** The engine tells which policies ran; the SDK has no type for these two events yet. */
interface PolicySummary {
  readonly resourceUrn?: string;
  readonly policyPackName: string;
  readonly policyPackVersion: string;
  readonly passed?: readonly string[];
  readonly failed?: readonly string[];
}

interface PolicySummaryEvent {
  readonly policyAnalyzeSummaryEvent?: PolicySummary;
  readonly policyAnalyzeStackSummaryEvent?: PolicySummary;
}

export function policyResult({ events, policies }: Recorded): PolicyResult {
  const summaries = events.flatMap((event) => {
    const { policyAnalyzeSummaryEvent: resource, policyAnalyzeStackSummaryEvent: stack } = event as PolicySummaryEvent;
    return [resource, stack].filter((summary) => summary !== undefined);
  });
  const failed = unique(summaries.flatMap((summary) => summary.failed ?? []));
  const messages = distinct(policies);
  return {
    packs: unique(summaries.map(({ policyPackName, policyPackVersion }) => `${policyPackName}@${policyPackVersion}`)),
    evaluated: unique(summaries.flatMap((summary) => [...(summary.passed ?? []), ...(summary.failed ?? [])])),
    failed,
    resources: unique(summaries.flatMap(({ resourceUrn }) => (resourceUrn === undefined ? [] : [resourceUrn]))).length,
    mandatory: messages.filter(({ enforcementLevel }) => enforcementLevel === "mandatory"),
    advisory: messages.filter(({ enforcementLevel }) => enforcementLevel === "advisory"),
  };
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

/** In an order that does not depend on which resource the engine came to first. */
function distinct(messages: readonly PolicyMessage[]): readonly PolicyMessage[] {
  const key = ({ policyName, message, resourceUrn }: PolicyMessage) => `${policyName} ${resourceUrn} ${message}`;
  const sorted = [...messages].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return [...new Map(sorted.map((one) => [`${one.policyName} ${one.message.trim()}`, one])).values()];
}

/** What the staging program puts out, as far as people are shown it; absent where the engine never got that far. */
export interface StagingOutputs {
  readonly traffic?: TrafficTable;
  readonly exceptions?: readonly ExceptionAnswer[];
  readonly endpoints?: Readonly<Record<string, unknown>>;
}

/** The outputs of the stack as the engine saw them, in a preview too. */
export function stagingOutputs(events: readonly EngineEvent[]): StagingOutputs {
  const stack = events
    .map(({ resOutputsEvent }) => resOutputsEvent?.metadata)
    .findLast((metadata) => metadata?.type === "pulumi:pulumi:Stack");
  return stack?.new?.outputs ?? {};
}

/** Nothing to create, update, replace or delete. */
export const isUnchanged = (changes: OpMap): boolean =>
  Object.entries(changes).every(([operation, count]) => operation === "same" || count === 0);

const OPERATIONS: readonly (readonly [keyof OpMap, string, string])[] = [
  ["create", "to create", "created"],
  ["update", "to update", "updated"],
  ["replace", "to replace", "replaced"],
  ["delete", "to delete", "deleted"],
  ["same", "unchanged", "unchanged"],
];

/** `{ same: 2, create: 3 }` → `3 created, 2 unchanged`. */
export function describeChanges(changes: OpMap, tense: "will" | "done"): string {
  const parts = OPERATIONS.flatMap(([operation, will, done]) => {
    const count = changes[operation] ?? 0;
    return count === 0 ? [] : [`${count} ${tense === "will" ? will : done}`];
  });
  return parts.length === 0 ? "none" : parts.join(", ");
}
