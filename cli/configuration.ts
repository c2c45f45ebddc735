import { existsSync, readFileSync } from "node:fs";
import type { CommandLine } from "./arguments";
import type { Command } from "./commands";
import { COMMAND_LINE_ONLY, isOptionName, OPTIONS, specOf, type OptionName } from "./options";
import { whyNot } from "./sources/walk";
import { didYouMean } from "./suggest";

export const CONFIGURATION_FILE = ".meshtls.yaml";

const NOTHING: CommandLine = { positionals: [], values: new Map(), problems: [] };

/**
 * Options from a file: the names of the options as keys, `paths` for what to read.
 * @param named the file that `--config` names; else `.meshtls.yaml` of the working directory, where there is one
 */
export async function readConfiguration(command: Command, named: string | undefined): Promise<CommandLine> {
  if (named === undefined && !existsSync(CONFIGURATION_FILE)) return NOTHING;
  const file = named ?? CONFIGURATION_FILE;
  const parsed = await parse(file);
  if ("problem" in parsed) return { ...NOTHING, problems: [`${file}: ${parsed.problem}`] };

  const values = new Map<OptionName, string[]>();
  const problems: string[] = [];
  let positionals: string[] = [];
  for (const [key, value] of Object.entries(parsed.settings)) {
    const texts = textsOf(value);
    if (texts === undefined) problems.push(`${file}: ${key} must be a text, true or false, or a list of texts`);
    else if (key === "paths") positionals = texts;
    else if (isOptionName(key) && COMMAND_LINE_ONLY.has(key))
      problems.push(`${file}: --${key} stands on the command line only`);
    else if (key === "istio-version" && typeof value === "number")
      problems.push(`${file}: ${key} is a number, and 1.30 the same number as 1.3: write it in quotes`);
    else if (!isOptionName(key))
      problems.push(`${file}: there is no option "${key}"${didYouMean(key, [...Object.keys(OPTIONS), "paths"])}`);
    else if (texts.length !== 1 && specOf(key).multiple !== true) problems.push(`${file}: ${key} takes one value`);
    else if (command.options.includes(key)) values.set(key, texts);
  }
  return { positionals: command.count[1] === Number.POSITIVE_INFINITY ? positionals : [], values, problems };
}

async function parse(file: string): Promise<{ settings: object } | { problem: string }> {
  const { parseYaml } = await import("./sources/yaml");
  try {
    const [settings, ...others] = parseYaml(readFileSync(file, "utf8"));
    if (settings === undefined || settings === null) return { settings: {} };
    if (typeof settings !== "object" || Array.isArray(settings) || others.length > 0)
      return { problem: "must be one mapping of options" };
    return { settings };
  } catch (error) {
    if (error instanceof Error && "line" in error)
      return { problem: `${error.line === undefined ? "" : `line ${Number(error.line) + 1}: `}${error.message}` };
    return { problem: whyNot(error) };
  }
}

function textsOf(value: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.every((item) => ["string", "number", "boolean"].includes(typeof item)) ? list.map(String) : undefined;
}
