import { RULES } from "../../../policies/rules";
import type { Example } from "../../../policies/rules/rule";

export const errors = RULES.filter(({ severity }) => severity === "error");

/** Its examples are wrong by the very value that would be unknown, and what that decides is for the others to say. */
const judgedByOthers = ["unreadable-object"];

/** Every example that is refused: the name of its rule, its title, itself. */
export const refusedExamples: readonly (readonly [string, string, Example])[] = errors
  .filter(({ name }) => !judgedByOthers.includes(name))
  .flatMap((rule) => rule.bad.map((example) => [rule.name, example.title, example] as const));
