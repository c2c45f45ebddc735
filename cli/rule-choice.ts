import { RULES } from "../policies/rules/index";
import type { Rule } from "../policies/rules/rule";
import { didYouMean } from "./suggest";
import { UsageError } from "./usage-error";

/**
 * The pack's way with what is not known: a violation. The command has a word of its own for it, `unknown`, and `--fail-on unknown`;
 * what this rule finds is listed there.
 */
export const UNKNOWN_RULE = "deciding-field-unknown";

/** A rule by its name or id. */
export const findRule = (name: string): Rule | undefined =>
  RULES.find((rule) => rule.name === name || rule.id.toLowerCase() === name.toLowerCase());

export const noSuchRule = (name: string): string =>
  `no rule "${name}"${didYouMean(
    name,
    RULES.flatMap((rule) => [rule.name, rule.id]),
  )}; see: meshtls rules`;

/**
 * The rules that are named, in their own order; all of them when none is.
 * @throws UsageError naming every one that does not exist
 */
export function chooseRules(names: readonly string[]): readonly Rule[] {
  if (names.length === 0) return RULES;
  const problems = names.filter((name) => findRule(name) === undefined).map(noSuchRule);
  if (problems.length > 0) throw new UsageError(problems);
  const chosen = new Set(names.map(findRule));
  return RULES.filter((rule) => chosen.has(rule));
}
