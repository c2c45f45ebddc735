/** What `npm run conformance -- …` is asked to do. */
export interface Arguments {
  readonly seed: string;
  /** How many meshes. */
  readonly count: number;
  /** The first of them. */
  readonly from: number;
  /** Processes of the oracle. */
  readonly jobs: number;
  /** Make docs/conformance.md of this run. */
  readonly writeCoverage: boolean;
  /** Make the committed answers of this run. */
  readonly writeAnswers: boolean;
}

const DEFAULTS: Arguments = { seed: "1", count: 200, from: 0, jobs: 2, writeCoverage: false, writeAnswers: false };

export const USAGE = [
  "usage: npm run conformance -- [--seed S] [--count N] [--from N] [--jobs N] [--write-coverage] [--write-answers]",
  "",
  "Makes random meshes, asks istiod's own code and the engine about them, and compares. Needs Go.",
  `  --seed S          which meshes: any text; the same seed gives the same meshes (default ${DEFAULTS.seed})`,
  `  --count N         how many (default ${DEFAULTS.count})`,
  `  --from N          the number of the first (default ${DEFAULTS.from})`,
  `  --jobs N          processes that run istiod (default ${DEFAULTS.jobs})`,
  "  --write-coverage  write docs/conformance.md: the rules of the specification, and how many answers of this run rest on each",
  "  --write-answers   write tests/conformance/answers/random.jsonl.gz: this run's meshes with istiod's answers, for the tests without Go",
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

function anyText(option: string, text: string | undefined): string {
  if (text === undefined || text === "") throw new UsageError(`${option} (nothing): any text is needed`);
  return text;
}

/** @throws UsageError */
export function parseArguments(args: readonly string[]): Arguments | "help" {
  let parsed = DEFAULTS;
  const rest = [...args];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    switch (option) {
      case "--help":
        return "help";
      case "--write-coverage":
        parsed = { ...parsed, writeCoverage: true };
        break;
      case "--write-answers":
        parsed = { ...parsed, writeAnswers: true };
        break;
      case "--seed":
        parsed = { ...parsed, seed: anyText(option, rest.shift()) };
        break;
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
