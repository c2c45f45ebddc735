/** What `npm run conformance -- …` is asked to do. */
export interface Arguments {
  readonly seed: string;
  /** How many meshes. */
  readonly count: number;
  /** The first of them. */
  readonly from: number;
  /** Processes of the oracle. */
  readonly jobs: number;
  /** Write the committed answers from this run. */
  readonly write: boolean;
}

const DEFAULTS: Arguments = { seed: "1", count: 200, from: 0, jobs: 2, write: false };

export const USAGE = [
  "usage: npm run conformance -- [--seed S] [--count N] [--from N] [--jobs N] [--write]",
  "",
  "Makes random meshes, asks istiod's own code and the engine about them, and compares. Needs Go.",
  `  --seed S   which meshes: any text; the same seed gives the same meshes (default ${DEFAULTS.seed})`,
  `  --count N  how many (default ${DEFAULTS.count})`,
  `  --from N   the number of the first (default ${DEFAULTS.from})`,
  `  --jobs N   processes that run istiod (default ${DEFAULTS.jobs})`,
  "  --write    make tests/conformance/answers/random.jsonl.gz of this run, and the page about the rules that it reaches",
  "",
  "Exit code: 0 no disagreement and at most 0.5 % unknown · 1 otherwise · 2 wrong usage",
].join("\n");

/** Wrong usage: `message` says which option, what was given, and what is allowed. */
export class UsageError extends Error {}

function number(option: string, text: string | undefined, least: number): number {
  if (text === undefined || !/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new UsageError(`${option} ${text ?? "(nothing)"}: a whole number from ${least} is needed`);
  return Number(text);
}

/** @throws UsageError */
export function parseArguments(args: readonly string[]): Arguments | "help" {
  let parsed = DEFAULTS;
  const rest = [...args];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    switch (option) {
      case "--help":
        return "help";
      case "--write":
        parsed = { ...parsed, write: true };
        break;
      case "--seed": {
        const seed = rest.shift();
        if (seed === undefined || seed === "") throw new UsageError("--seed (nothing): any text is needed");
        parsed = { ...parsed, seed };
        break;
      }
      case "--count":
        parsed = { ...parsed, count: number(option, rest.shift(), 1) };
        break;
      case "--from":
        parsed = { ...parsed, from: number(option, rest.shift(), 0) };
        break;
      case "--jobs":
        parsed = { ...parsed, jobs: number(option, rest.shift(), 1) };
        break;
      default:
        throw new UsageError(`${option} is no option of this command`);
    }
  }
  return parsed;
}
