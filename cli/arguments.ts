import { parseArgs } from "node:util";
import { isIsoDate, type IsoDate } from "../policies/mtls/clock";
import type { Command } from "./commands";
import {
  COMMAND_LINE_ONLY,
  isOptionName,
  specOf,
  variableOf,
  type FlagName,
  type ListName,
  type OptionName,
  type TextName,
} from "./options";
import { didYouMean } from "./suggest";
import { UsageError } from "./usage-error";

/** What was asked, checked: the command line over `MESHTLS_*` over the configuration file. */
export class Arguments {
  constructor(
    readonly positionals: readonly string[],
    private readonly values: ReadonlyMap<OptionName, readonly string[]>,
  ) {}

  flag(name: FlagName): boolean {
    return this.values.get(name)?.[0] === "true";
  }

  text(name: TextName): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  list(name: ListName): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** A length of time. */
  seconds(name: "since" | "wait"): number | undefined {
    return readDuration(this.text(name) ?? "");
  }

  date(name: "now" | "until"): IsoDate | undefined {
    const value = this.text(name);
    return isIsoDate(value) ? value : undefined;
  }
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `90s`, `10m`, `1h`, in seconds. */
function readDuration(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (SECONDS[unit] ?? 1);
}

type Values = Map<OptionName, string[]>;

/** The command line alone: options of the command, and everything that is wrong with them. */
export interface CommandLine {
  readonly positionals: readonly string[];
  readonly values: Values;
  readonly problems: readonly string[];
}

export function readCommandLine(argv: readonly string[], command: Command): CommandLine {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      command.options.map((name) => {
        const { type, short } = specOf(name);
        return [name, { type: type === "flag" ? "boolean" : "string", ...(short === undefined ? {} : { short }) }];
      }),
    ),
  });
  const positionals: string[] = [];
  const values: Values = new Map();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!isOptionName(name) || !command.options.includes(name)) {
      problems.push(unknownOption(rawName, command));
      continue;
    }
    const { type } = specOf(name);
    if (type === "flag") {
      if (value !== undefined) problems.push(`${rawName} takes no value`);
      else values.set(name, ["true"]);
    } else if (value === undefined || value === "" || (inlineValue === false && /^--?[a-zA-Z]/.test(value)))
      problems.push(`${rawName} needs a value: ${rawName} ${specOf(name).value ?? "VALUE"}`);
    else values.set(name, [...(values.get(name) ?? []), value]);
  }
  const [least, most] = command.count;
  if (positionals.length < least) problems.push(`too few arguments; usage: ${usageOf(command)}`);
  if (positionals.length > most)
    problems.push(`too many arguments (${positionals.join(" ")}); usage: ${usageOf(command)}`);
  return { positionals, values, problems };
}

const usageOf = ({ name, positionals }: Command): string => `meshtls ${name} ${positionals}`.trimEnd();

function unknownOption(rawName: string, { name, options }: Command): string {
  const written = rawName.replace(/^--?/, "");
  const elsewhere = isOptionName(written) ? ` (it is an option of other commands)` : "";
  return `meshtls ${name} has no option ${rawName}${elsewhere}${didYouMean(written, options)}`;
}

/** Options from variables: lists are separated by commas or lines. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, command: Command): CommandLine {
  const values: Values = new Map();
  const problems: string[] = [];
  for (const name of command.options) {
    const value = env[variableOf(name)];
    if (value === undefined || value === "" || COMMAND_LINE_ONLY.has(name)) continue;
    const { type, multiple } = specOf(name);
    if (type === "flag") {
      const flag = FLAG_WORDS[value.toLowerCase()];
      if (flag === undefined) problems.push(`${variableOf(name)} is "${value}"; one of true, false`);
      else values.set(name, [String(flag)]);
    } else values.set(name, multiple === true ? listOf(value) : [value]);
  }
  return { positionals: [], values, problems };
}

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  yes: true,
  false: false,
  "0": false,
  no: false,
};

const listOf = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

/**
 * Puts the layers together, the first that says something wins, and checks every value.
 * @param layers the command line first
 * @throws UsageError with all problems of all layers
 */
export function combine(command: Command, layers: readonly CommandLine[]): Arguments {
  const problems = layers.flatMap((layer) => layer.problems);
  const values: Values = new Map();
  for (const name of command.options) {
    const given = layers.find((layer) => layer.values.has(name))?.values.get(name);
    if (given === undefined) continue;
    for (const value of given) problems.push(...wrongValue(command, name, value));
    values.set(name, given);
  }
  problems.push(...idle(command, layers[0]?.values, values));
  if (problems.length > 0) throw new UsageError(problems);
  return new Arguments(layers.find((layer) => layer.positionals.length > 0)?.positionals ?? [], values);
}

/** Options of the command line that say nothing; elsewhere they stand for the runs in which they do. */
function idle({ options }: Command, written: Values | undefined, values: Values): string[] {
  return options.flatMap((name) => {
    const { onlyWith } = specOf(name);
    const [value] = written?.get(name) ?? [];
    if (value === undefined || onlyWith === undefined || !options.includes(onlyWith)) return [];
    if (values.get(onlyWith)?.[0] === "true") return [];
    return [
      `--${name} is "${value}", and no cluster is read without --${onlyWith}: give --${onlyWith} with it, or leave it out`,
    ];
  });
}

const VERSION = /^\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, "i");

function wrongValue({ formats }: Command, name: OptionName, value: string): string[] {
  const { kind, type, choices = name === "format" ? formats : undefined } = specOf(name);
  if (choices !== undefined && !choices.includes(value))
    return [`--${name} is "${value}"; one of ${choices.join(", ")}${didYouMean(value, choices)}`];
  if (kind === "date" && !isIsoDate(value)) return [`--${name} is "${value}"; a date, YYYY-MM-DD`];
  if (kind === "duration" && !readDuration(value))
    return [`--${name} is "${value}"; a number of seconds, minutes or hours: 90s, 10m, 1h`];
  if (kind === "version" && !VERSION.test(value)) return [`--${name} is "${value}"; a version as 1.27 or 1.27.3`];
  if (kind === "domain" && !DOMAIN.test(value)) return [`--${name} is "${value}"; a domain as cluster.local`];
  if (type === "flag" && value !== "true" && value !== "false") return [`--${name} is "${value}"; true or false`];
  return [];
}
