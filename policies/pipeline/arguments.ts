/** The command line of `meshtls-pulumi`: pulumi's own, without the ways around a preview with the pack. */

export const OPERATIONS = ["preview", "up"] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Invocation {
  readonly operation: Operation;
  /** Options for pulumi, as they were given. */
  readonly options: readonly string[];
  /** What `--stack` says; `undefined`: the one that is selected. */
  readonly stack: string | undefined;
  /** What `--cwd` says; `undefined`: here. */
  readonly folder: string | undefined;
}

/** What the pack is run with: paths that hold in any folder. */
export interface PackRun {
  readonly pack: string;
  /** Its configuration, a file. */
  readonly config: string | undefined;
}

/** Options of pulumi that would preview without the pack, with another one, or not at all. */
const REFUSED: Readonly<Record<string, string>> = {
  "skip-preview": "rules about a whole stack would find out after the changes",
  "policy-pack": "the pack is this one",
  "policy-pack-config": "MESHTLS_PACK_CONFIG names the configuration",
  "event-log": "the events are what is judged",
};

/** Short options of pulumi that take a value: what follows one in a cluster of letters is no option. */
const WITH_VALUE = "CcmnpstrvD";

const skipsPreview = (argument: string): boolean => {
  const [, letters] = /^-([A-Za-z]+)(?:=|$)/.exec(argument) ?? [];
  if (letters === undefined) return false;
  const valued = [...letters].findIndex((letter) => WITH_VALUE.includes(letter));
  return (valued === -1 ? letters : letters.slice(0, valued)).includes("f");
};

function problemWith(argument: string): string | undefined {
  if (argument === "--") return "-- is refused: what stands behind it would hide the pack from pulumi";
  if (skipsPreview(argument)) return `${argument} is refused: ${REFUSED["skip-preview"]}`;
  const [, name = ""] = /^--([^=]+)/.exec(argument) ?? [];
  const reason = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  return reason === undefined ? undefined : `--${name} is refused: ${reason}`;
}

/** The last value of an option in any of pulumi's spellings: `--stack s`, `--stack=s`, `-s s`, `-ss`. */
function valueOf(options: readonly string[], long: string, short: string): string | undefined {
  let value: string | undefined;
  options.forEach((option, at) => {
    if (option === `--${long}` || option === `-${short}`) value = options[at + 1];
    else if (option.startsWith(`--${long}=`)) value = option.slice(long.length + 3);
    else if (option.startsWith(`-${short}`)) value = option.slice(2).replace(/^=/, "");
  });
  return value;
}

/** Reads the command line; `problems` when something in it is refused, all of it at once. */
export function readArguments(
  argv: readonly string[],
): Invocation | { readonly problems: readonly [string, ...string[]] } {
  const [first = "", ...options] = argv;
  const operation = OPERATIONS.find((name) => name === first);
  const problems = [
    ...(operation === undefined ? [`the first argument is "${first}"; it is preview or up`] : []),
    ...options.flatMap((argument) => problemWith(argument) ?? []),
  ];
  const [problem, ...others] = problems;
  if (operation === undefined || problem !== undefined)
    return { problems: [problem ?? "there is nothing to do", ...others] };
  return {
    operation,
    options,
    stack: valueOf(options, "stack", "s"),
    folder: valueOf(options, "cwd", "C"),
  };
}

const packArguments = ({ pack, config }: PackRun): readonly string[] => [
  "--policy-pack",
  pack,
  ...(config === undefined ? [] : ["--policy-pack-config", config]),
];

const isConsent = (option: string): boolean => option === "--yes" || option === "-y";

/** @param eventLog the file that takes the engine's events */
export const previewArguments = (options: readonly string[], run: PackRun, eventLog: string): readonly string[] => [
  "preview",
  ...options.filter((option) => !isConsent(option)),
  ...packArguments(run),
  "--event-log",
  eventLog,
];

/** An update previews once more by itself, and stops there when the pack objects. */
export const upArguments = (options: readonly string[], run: PackRun): readonly string[] => [
  "up",
  ...options.filter((option) => !isConsent(option)),
  ...packArguments(run),
  "--yes",
  "--skip-preview=false",
];

/** Every option of pulumi can also be a variable; those that would work around the pack are not handed on. */
export const pulumiEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !Object.keys(REFUSED).some((option) => name === `PULUMI_OPTION_${variable(option)}`),
    ),
  ),
  // Pulumi offers --event-log only to those who say that they debug.
  PULUMI_DEBUG_COMMANDS: "true",
});

const variable = (option: string): string => option.toUpperCase().replaceAll("-", "_");
