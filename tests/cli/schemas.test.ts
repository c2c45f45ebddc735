import { join } from "node:path";
import { COMMANDS } from "../../cli/commands";
import { diagnoseLog } from "../../cli/diagnose";
import { SIGNATURES } from "../../cli/symptoms/index";
import { RULES } from "../../policies/rules/index";
import { CASES_DIRECTORY, CASES_NOW, caseNames, FIXED, readCase } from "../support/cases";
import { FLOW, INCIDENT } from "./support/incident";
import { meshtls } from "./support/meshtls";
import { problemsOf, SCHEMAS } from "./support/schemas";

const printed = async (...argv: readonly string[]): Promise<unknown> =>
  JSON.parse((await meshtls([...argv, "--format", "json"])).stdout) as unknown;

/** The report of `check` is the product's own document. */
const NAMES: Readonly<Record<string, string>> = { check: "meshtls" };

test("every command that prints JSON has a published schema, and no schema is without a command", () => {
  const commands = COMMANDS.filter(({ formats }) => formats.includes("json")).map(({ name }) => name);
  expect(SCHEMAS).toEqual(commands.map((name) => NAMES[name] ?? name).sort());
});

describe("diagnose", () => {
  test.each(SIGNATURES.map((signature) => [signature.id, signature] as const))(
    "every sample of %s",
    (_, { samples }) => {
      for (const sample of samples) expect(problemsOf("diagnose", diagnoseLog(sample))).toEqual([]);
    },
  );

  test("a log with everything in it, corrections, manifests, and nothing at all", async () => {
    const all = SIGNATURES.flatMap(({ samples }) => samples).join("\n");
    expect(problemsOf("diagnose", diagnoseLog(all))).toEqual([]);
    const report = join(__dirname, "diagnose", "fixtures", "incident-report.txt");
    const manifests = join(CASES_DIRECTORY, "cause-a-mesh-wide-rule-and-naked-collector", "mesh.yaml");
    const held = await printed("diagnose", report, manifests);
    expect(held).toMatchObject({ manifests: { culprits: expect.arrayContaining([expect.anything()]) as unknown } });
    expect(problemsOf("diagnose", held)).toEqual([]);
    expect(problemsOf("diagnose", diagnoseLog(""))).toEqual([]);
  });

  test("its schema refuses what is missing, too much, or of another vocabulary", () => {
    const [sample = ""] = SIGNATURES[0]?.samples ?? [];
    const diagnosis = diagnoseLog(sample);
    const [finding] = diagnosis.findings;
    expect(finding).toBeDefined();
    const broken = (changes: object): object => ({ ...diagnosis, findings: [{ ...finding, ...changes }] });
    expect(problemsOf("diagnose", broken({}))).toEqual([]);
    for (const changes of [{ meaning: undefined }, { more: 1 }, { symptoms: ["broken"] }, { count: 0 }])
      expect(problemsOf("diagnose", JSON.parse(JSON.stringify(broken(changes))))).not.toEqual([]);
  });
});

const NOW = ["--now", CASES_NOW];
const meshOf = (name: string): string => join(CASES_DIRECTORY, name, "mesh.yaml");
const broken = caseNames().filter((name) => !name.endsWith(FIXED));

describe.each(broken)("%s", (name) => {
  test("explain", async () => {
    const [flow] = readCase(name).expect.flows;
    const explained = await printed("explain", flow?.from ?? "", flow?.to ?? "", meshOf(name), ...NOW);
    expect(problemsOf("explain", explained)).toEqual([]);
  });

  test("diff, with the situation put right", async () => {
    const differences = await printed("diff", meshOf(name), meshOf(`${name}${FIXED}`), ...NOW);
    expect(problemsOf("diff", differences)).toEqual([]);
  });
});

test("fix", async () => {
  const repairs = await printed("fix", INCIDENT, "--flow", FLOW);
  expect(repairs).toMatchObject({ repairs: [{ outcome: "refused", symptom: "wrong-version-number" }] });
  expect(problemsOf("fix", repairs)).toEqual([]);
});

test.each(RULES.map(({ name }) => name))("rules %s", async (name) => {
  expect(problemsOf("rules", await printed("rules", name))).toEqual([]);
});

test("rules", async () => {
  expect(problemsOf("rules", await printed("rules"))).toEqual([]);
});
