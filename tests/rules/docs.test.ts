import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../policies/rules";
import { rulesPage } from "../../scripts/docs/rules-page";
import { symptomsPage } from "../../scripts/docs/symptoms-page";

const page = (name: string): string => readFileSync(join(__dirname, "../../docs", name), "utf8");

test.each([
  ["rules.md", rulesPage],
  ["symptoms.md", symptomsPage],
])("docs/%s is what the code says (npm run fix writes it)", (name, render) => {
  expect(page(name)).toBe(render());
});

test.each(RULES.map((rule) => [rule.id, rule] as const))("%s has an anchor, its reason and its fix", (id, rule) => {
  const text = page("rules.md");
  expect(text.split(`<a id="${id.toLowerCase()}"></a>`)).toHaveLength(2);
  expect(text).toContain(rule.why);
  expect(text).toContain(rule.fix);
});
