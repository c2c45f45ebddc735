import { exampleYaml, type Example, type Rule } from "../policies/rules/rule";
import { RULES } from "../policies/rules/index";
import type { Run } from "./commands";
import { docsOf } from "./compose";
import { findRule, noSuchRule } from "./rule-choice";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/** `meshtls rules [NAME]`: the rules, from their own data. */
export const rules: Run = async (args, io) => {
  const [name] = args.positionals;
  const isJson = args.text("format") === "json";
  if (name === undefined) {
    io.stdout.write(isJson ? json(RULES.map(summary)) : list());
    return EXIT.clean;
  }
  const rule = findRule(name);
  if (rule === undefined) throw new UsageError([noSuchRule(name)]);
  io.stdout.write(isJson ? json({ ...summary(rule), good: rule.good, bad: rule.bad }) : page(rule));
  return EXIT.clean;
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const summary = ({ id, name, severity, layer, why, fix }: Rule) => ({
  id,
  name,
  severity,
  layer,
  why,
  fix,
  docs: docsOf(id),
});

function list(): string {
  const width = Math.max(...RULES.map(({ name }) => name.length));
  const lines = RULES.map(
    ({ id, name, severity, why }) => `${id}  ${severity.padEnd(7)}  ${name.padEnd(width)}  ${why}`,
  );
  return `${lines.join("\n")}\n\n${RULES.length} rules; meshtls rules NAME shows one with its examples\n`;
}

function page({ id, name, severity, why, fix, good, bad }: Rule): string {
  return [
    `${id}  ${name}  (${severity})`,
    `why  ${why}\nfix  ${fix}\nsee  ${docsOf(id)}`,
    ...bad.map((example) => exampleText("reported", example)),
    ...good.map((example) => exampleText("fine", example)),
    "",
  ].join("\n\n");
}

const exampleText = (verdict: string, example: Example): string =>
  `# ${verdict}: ${example.title}\n${exampleYaml(example)}`;
