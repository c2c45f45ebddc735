import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../policies/rules";
import type { Rule } from "../../policies/rules/rule";
import { judge, manifestsOf } from "./support/judge";
import { readMesh } from "../../policies/mtls/manifests";
import { exampleYaml } from "../../policies/rules/rule";

const FOLDER = join(__dirname, "../../policies/rules");
const NOT_RULES = ["index.ts", "rule.ts", "run.ts", "settings.ts"];

/** Every id that was ever given, with its rule: a new rule adds a line, and no line is ever changed or taken away. */
const EVER = JSON.parse(readFileSync(join(__dirname, "ids.json"), "utf8")) as Readonly<Record<string, string>>;

const examplesOf = (kind: "good" | "bad") =>
  RULES.flatMap((rule) => rule[kind].map((example) => [rule.name, example.title, rule, example] as const));

describe("the list", () => {
  test("has every rule of the folder, and no other", () => {
    const files = readdirSync(FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !NOT_RULES.includes(entry.name))
      .map((entry) => entry.name.replace(/\.ts$/, ""));
    expect(RULES.map(({ name }) => name).sort()).toEqual(files.sort());
  });

  test("is ordered by id, each id once, 1xx errors and 2xx warnings", () => {
    const ids = RULES.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    for (const { id, severity } of RULES) expect(id).toMatch(severity === "error" ? /^MTLS1\d\d$/ : /^MTLS2\d\d$/);
  });

  test("has no id that was ever another rule's", () => {
    expect(EVER).toMatchObject(Object.fromEntries(RULES.map(({ id, name }) => [id, name])));
  });

  test.each(RULES.map((rule) => [rule.name, rule] as const))("%s says why and how in one sentence each", (_, rule) => {
    expect(existsSync(join(FOLDER, `${rule.name}.ts`))).toBe(true);
    for (const sentence of [rule.why, rule.fix]) {
      expect(sentence).toMatch(/^[A-Z`].*\.$/s);
      expect(sentence.length).toBeLessThan(260);
    }
    expect(rule.good.length).toBeGreaterThan(0);
    expect(rule.bad.length).toBeGreaterThan(0);
  });
});

describe("examples", () => {
  const readable = [...examplesOf("good"), ...examplesOf("bad").filter(([name]) => name !== "unreadable-object")];
  test.each(readable)("%s, %s: can be read", (_, __, ___, example) => {
    const problems = readMesh(manifestsOf(exampleYaml(example))).problems.filter(
      ({ severity }) => severity === "error",
    );
    expect(problems).toEqual([]);
  });

  test.each(examplesOf("good"))("%s stays silent: %s", (_, __, rule, example) => {
    expect(judge(example, [rule])).toEqual({ findings: [], failed: [] });
  });

  test.each(examplesOf("good"))("%s is good by every other rule: %s", (_, __, ___, example) => {
    const errors = RULES.filter(({ severity }) => severity === "error");
    expect(judge(example, errors)).toEqual({ findings: [], failed: [] });
  });

  test.each(examplesOf("bad"))("%s fires once: %s", (_, __, rule, example) => {
    const { findings, failed } = judge(example, [rule]);
    expect(failed).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ id: rule.id, name: rule.name, severity: rule.severity });
    expect(findings[0]?.message).toMatch(/^[A-Z].*\.$/s);
    expect(findings[0]?.message).not.toMatch(/undefined|\[object|Symbol\(/);
  });
});

describe("a rule that throws", () => {
  const broken: Rule = {
    id: "MTLS999",
    name: "broken",
    severity: "warning",
    layer: "stack",
    why: "",
    fix: "",
    good: [],
    bad: [],
    check: () => {
      throw new Error("lost its way");
    },
  };

  test("is reported at its own level, and hides no other", () => {
    const [rule] = RULES;
    const example = rule?.bad[0];
    if (rule === undefined || example === undefined) throw new Error("there is no rule");
    const { findings, failed } = judge(example, [broken, rule]);
    expect(failed).toEqual([{ id: "MTLS999", name: "broken", severity: "warning", message: "lost its way" }]);
    expect(findings).toHaveLength(1);
  });
});
