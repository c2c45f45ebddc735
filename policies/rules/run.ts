import type { Assessment } from "../mtls/assess";
import { describeRef } from "../mtls/objects";
import { RULES } from "./index";
import type { Finding, Layer, Rule } from "./rule";
import type { Settings } from "./settings";

/** A finding with what its rule says about it. */
export interface RuleFinding extends Finding, Pick<Rule, "id" | "name" | "severity" | "why" | "fix"> {}

/** A rule that threw: a mistake of ours, reported at the rule's own level, and never a pass. */
export interface FailedRule extends Pick<Rule, "id" | "name" | "severity"> {
  readonly message: string;
}

export interface RuleRun {
  /** By object, then rule; each cause once. */
  readonly findings: readonly RuleFinding[];
  readonly failed: readonly FailedRule[];
}

export interface RunOptions {
  /** @default all of them */
  readonly rules?: readonly Rule[];
  /**
   * `stack` runs every rule; `component` those that a collector's own inputs decide; `resource` those that one object decides.
   * @default stack
   */
  readonly layer?: Layer;
}

/** Which layers' rules run at a layer. */
const RUNS_AT: Readonly<Record<Layer, readonly Layer[]>> = {
  stack: ["resource", "component", "stack"],
  component: ["resource", "component"],
  resource: ["resource"],
};

const keyOf = ({ on, id, path, message }: RuleFinding): string => [describeRef(on), id, path, message].join("\n");

/** Runs rules over one assessment. A rule that throws is listed under `failed` and hides none of the others. */
export function runRules(
  assessment: Assessment,
  settings: Settings,
  { rules = RULES, layer = "stack" }: RunOptions = {},
): RuleRun {
  const findings = new Map<string, RuleFinding>();
  const failed: FailedRule[] = [];
  for (const rule of rules.filter((candidate) => RUNS_AT[layer].includes(candidate.layer))) {
    const { id, name, severity, why, fix } = rule;
    try {
      for (const finding of rule.check({ assessment, settings })) {
        const full = { ...finding, id, name, severity, why, fix };
        findings.set(keyOf(full), full);
      }
    } catch (error) {
      failed.push({ id, name, severity, message: error instanceof Error ? error.message : String(error) });
    }
  }
  const ordered = [...findings].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, finding]) => finding);
  return { findings: ordered, failed };
}
