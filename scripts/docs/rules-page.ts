import { RULES } from "../../policies/rules";
import { exampleYaml, type Example, type Layer, type Rule } from "../../policies/rules/rule";

const LAYERS: Readonly<Record<Layer, string>> = {
  resource: "resource and stack",
  component: "collector component and stack",
  stack: "stack",
};

/** Warnings have no half of their own before a resource is created: they never stop anything. */
const layerOf = ({ layer, severity }: Rule): string => (severity === "warning" ? LAYERS.stack : LAYERS[layer]);

const anchor = ({ id }: Rule): string => id.toLowerCase();

const cell = (text: string): string => text.replaceAll("|", "\\|");

const table = (rules: readonly Rule[]): string =>
  [
    "| id | rule | runs on | what breaks |",
    "| --- | --- | --- | --- |",
    ...rules.map(
      (rule) => `| [${rule.id}](#${anchor(rule)}) | \`${rule.name}\` | ${layerOf(rule)} | ${cell(rule.why)} |`,
    ),
  ].join("\n");

const settingsOf = ({ now, settings }: Example): string => {
  const parts = [
    ...(now === undefined ? [] : [`on ${now}`]),
    ...(settings === undefined ? [] : [`with the settings \`${JSON.stringify(settings)}\``]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
};

const fenced = (example: Example): string => ["```yaml", exampleYaml(example), "```"].join("\n");

const exampleSection = (kind: string, example: Example): string =>
  [`<details><summary>${kind}: ${example.title}</summary>`, settingsOf(example).trim(), fenced(example), "</details>"]
    .filter((part) => part !== "")
    .join("\n\n");

const section = (rule: Rule): string =>
  [
    `<a id="${anchor(rule)}"></a>`,
    `### ${rule.id} ${rule.name}`,
    `${rule.why} **${rule.severity === "error" ? "Error" : "Warning"}**, on ${layerOf(rule)}.`,
    `**Fix.** ${rule.fix}`,
    ...rule.bad.map((example) => exampleSection("Found", example)),
    ...rule.good.map((example) => exampleSection("Not found", example)),
  ].join("\n\n");

/** `docs/rules.md`: every rule from its own data. */
export function rulesPage(): string {
  const errors = RULES.filter(({ severity }) => severity === "error");
  const warnings = RULES.filter(({ severity }) => severity === "warning");
  return [
    "# Rules",
    "Made from `policies/rules` by `npm run fix`; do not edit. An id is never given to another rule.",
    "**Errors** are mandatory in CrossGuard and fail `meshtls check`: something does not work, an exception is not accounted for, or " +
      "it cannot be told. What one resource decides is also judged before that resource is created, so that an update without a " +
      "preview stops there too.",
    table(errors),
    "**Warnings** are advisory: it works, but not as it was meant, or not for long.",
    table(warnings),
    "## Errors",
    ...errors.map(section),
    "## Warnings",
    ...warnings.map(section),
    "",
  ].join("\n\n");
}
