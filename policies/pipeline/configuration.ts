import { readFileSync } from "node:fs";
import { readSettings } from "../settings";

/**
 * What is wrong with a file for `--policy-pack-config`. The engine checks the properties of policies that exist; the name of a policy
 * that does not, a slip of the pen, it passes over, and the level that somebody meant to set is never set.
 */

const LEVELS = ["advisory", "mandatory", "remediate", "disabled"];

/** Keys that name no policy. Source: pulumi, pkg/resource/analyzer/config.go. */
const NOT_POLICIES = ["all", "environments"];

/** The policy that carries the settings; every other has a level and nothing else. */
const SETTINGS = "meshtls";

type Bag = Readonly<Record<string, unknown>>;

const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);

const levelProblem = (level: unknown): readonly string[] =>
  typeof level === "string" && LEVELS.includes(level)
    ? []
    : [`is ${JSON.stringify(level)}; a level is one of ${LEVELS.join(", ")}`];

function policyProblems(name: string, value: unknown): readonly string[] {
  if (!isBag(value)) return levelProblem(value).map((problem) => `${name} ${problem}`);
  const { enforcementLevel, ...properties } = value;
  const ofLevel = enforcementLevel === undefined ? [] : levelProblem(enforcementLevel);
  const read = name === SETTINGS ? readSettings(properties, new Date()) : { problems: Object.keys(properties) };
  const ofProperties = "problems" in read ? read.problems : [];
  return [
    ...ofLevel.map((problem) => `${name}.enforcementLevel ${problem}`),
    ...ofProperties.map((problem) =>
      name === SETTINGS ? `${name}.${problem}` : `${name}.${problem} is not known; a rule has a level only`,
    ),
  ];
}

/** @param policies the pack's, by name */
export function contentProblems(content: unknown, policies: readonly string[]): readonly string[] {
  if (!isBag(content)) return ["is no JSON object"];
  return Object.entries(content).flatMap(([name, value]) => {
    if (NOT_POLICIES.includes(name)) return name === "all" ? policyProblems(name, value) : [];
    return policies.includes(name) ? policyProblems(name, value) : [`${name} is no policy of this pack`];
  });
}

/** @returns every problem, with the file; none when it is as it should be */
export function configurationProblems(file: string, policies: readonly string[]): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [`MESHTLS_PACK_CONFIG is ${file}, which is no file that can be read`];
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return [`${file} is no JSON`];
  }
  return contentProblems(content, policies).map((problem) => `${file}: ${problem}`);
}
