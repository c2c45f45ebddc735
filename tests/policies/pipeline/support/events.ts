import { RULES } from "../../../../policies/rules";
import type { Rule } from "../../../../policies/rules/rule";
import { violationOf } from "../../../../policies/crossguard/violation";
import type { PolicyEvents } from "../../../../policies/pipeline/events";

export const PACK = { name: "meshtls", policies: ["meshtls", ...RULES.map(({ name }) => name)] };

export const ruleNamed = (name: string): Rule => {
  const rule = RULES.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
};

export const urnOf = (type: string, name: string): string => `urn:pulumi:staging::shop::${type}::${name}`;

const COLLECTOR = urnOf("meshtls:index:OtelCollector$kubernetes:apps/v1:Deployment", "otel-collector");
const COMPONENT = urnOf("meshtls:index:OtelCollector", "otel-collector");

interface Said {
  readonly policy?: string;
  readonly message?: string;
  readonly urn?: string;
  readonly path?: string;
  /** `""` for none. */
  readonly parent?: string;
  readonly level?: string;
}

/** A violation of a rule of ours, as it comes out of the engine: the SDK puts the description before it. */
export function violation({
  policy = "strict-only-collector-without-exception",
  message = "Deployment monitoring/otel-collector accepts nothing but Istio mTLS.",
  urn = COLLECTOR,
  path = "",
  parent = COMPONENT,
  level,
}: Said = {}): PolicyEvents {
  const rule = ruleNamed(policy);
  const on = { kind: "Deployment", namespace: "monitoring", name: "otel-collector" };
  const source = parent === "" ? { urn } : { urn, parent };
  const finding = { ...rule, on, path, message, source };
  return {
    policyEvent: {
      resourceUrn: urn,
      message: `${rule.why}\n${violationOf(finding, (text) => text).message}\n`,
      policyName: rule.name,
      policyPackName: PACK.name,
      enforcementLevel: level ?? (rule.severity === "error" ? "mandatory" : "advisory"),
    },
  };
}

export const looked = (urn: string, ...passed: string[]): PolicyEvents => ({
  policyAnalyzeSummaryEvent: { resourceUrn: urn, policyPackName: PACK.name, passed },
});

export const stackJudged = (passed: readonly string[] = PACK.policies, pack = PACK.name): PolicyEvents => ({
  policyAnalyzeStackSummaryEvent: { policyPackName: pack, passed: [...passed] },
});

/** As the engine writes them. */
export const asLog = (events: readonly PolicyEvents[]): string =>
  events.map((event, sequence) => `${JSON.stringify({ sequence, timestamp: 1, ...event })}\n`).join("");
