import { code, prose, text } from "./markdown";
import type { PreviewResult, Violation } from "./result";

/** What a comment is about, and where more is to be found. */
export interface About {
  /** The stack as it was asked for; `undefined`: the one that is selected. */
  readonly stack: string | undefined;
  /** Folder of the project, as it is shown; `""` at the top. */
  readonly folder: string;
  readonly commit: string | undefined;
  /** Address of the job's log. */
  readonly log: string | undefined;
  /** What `docs/rules.md` is relative to; without it the rules are named and not linked. */
  readonly docs: string | undefined;
}

/** GitHub refuses comments of more than 65,536 characters. */
export const LONGEST_COMMENT = 65_536;

/** What the counts, the headings and the end of a comment may take. */
const RESERVE = 4_000;

/** The first line of every comment about this stack, by which the next run finds it; nobody sees it. */
export function markerOf({ stack, folder }: About): string {
  // A ">" could end the comment that hides it.
  const what = JSON.stringify([folder, stack ?? ""]).replaceAll(">", "\\u003e");
  return `<!-- meshtls-pulumi ${what} -->`;
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

const titleOf = ({ state, mandatory, advisory }: PreviewResult, stack: string): string => {
  const warnings = advisory.length === 0 ? "" : `, ${count(advisory.length, "warning")}`;
  return {
    blocked: `❌ ${stack}: ${count(mandatory.length, "policy violation")} to resolve before this can be deployed`,
    failed: `⚠️ ${stack}: the preview failed, so the policies have not judged this change`,
    "not-judged": `⚠️ ${stack}: the policies did not run, so nobody has judged this change`,
    passed: `✅ ${stack}: no policy stands against this change${warnings}`,
  }[state];
};

/** `kubernetes:apps/v1:Deployment` and the name, from a URN. */
function resourceOf(urn: string | undefined): string {
  if (urn === undefined) return "The stack as a whole";
  const [, , types = "", ...name] = urn.split("::");
  return `${code(name.join("::"))} (${code(types.split("$").at(-1) ?? "")})`;
}

function entryOf({ urn, own, message, field, component }: Violation): string {
  const where = component === undefined ? "" : `, in component ${code(component)}`;
  const said = own
    ? text(message)
    : "Its message is in the job's log: only this pack keeps secrets out of what it says.";
  return `- ${resourceOf(urn)}${where}<br>${said}${field === undefined ? "" : `<br>Field: ${code(field)}`}`;
}

function headOf({ id, policy, pack, own, why, docs }: Violation, base: string | undefined): string {
  const name = own ? [id ?? "", code(policy)].join(" ").trim() : `${code(policy)} of pack ${code(pack)}`;
  const link =
    docs === undefined || base === undefined ? "" : ` ([what it is about](${base.replace(/\/*$/, "/")}${docs}))`;
  return `**${name}**${link}${why === undefined ? "" : `<br>${prose(why)}`}`;
}

/** One part per policy, each with as many of its resources as fit; `left` counts down over all of them. */
function groups(violations: readonly Violation[], base: string | undefined, left: { characters: number }): string[] {
  const policies = new Map<string, Violation[]>();
  for (const violation of violations) {
    const key = `${violation.pack} ${violation.policy}`;
    policies.set(key, [...(policies.get(key) ?? []), violation]);
  }
  let omitted = 0;
  const parts = [...policies.values()].flatMap((ofPolicy) => {
    const [first] = ofPolicy;
    if (first === undefined) return [];
    const frame = [headOf(first, base), first.fix === undefined ? "" : `**Fix:** ${prose(first.fix)}`];
    left.characters -= frame.join("").length;
    const entries = ofPolicy.map(entryOf).filter((entry) => {
      const fits = entry.length <= left.characters;
      if (fits) left.characters -= entry.length;
      else omitted += 1;
      return fits;
    });
    const [head = "", fix = ""] = frame;
    return entries.length === 0 ? [] : [[head, entries.join("\n"), fix].filter((part) => part !== "").join("\n\n")];
  });
  return omitted === 0 ? parts : [...parts, `… and ${omitted} more: see the job's log.`];
}

const collapsed = (summary: string, parts: readonly string[]): string =>
  [`<details><summary>${summary}</summary>`, ...parts, "</details>"].join("\n\n");

const listed = (names: readonly string[]): string => names.map(code).join(", ");

function tally({ state, stackJudged, resources, ran, off, couldNotRun }: PreviewResult): string[] {
  return [
    `${count(ran, "policy", "policies")} looked at ${count(resources, "resource")}.`,
    ...(off.length > 0 ? [`Switched off by the pack's configuration: ${listed(off)}.`] : []),
    couldNotRun.length > 0
      ? `**${count(couldNotRun.length, "policy", "policies")} could not run:** ${listed(couldNotRun)}.`
      : "None failed to run.",
    ...(state === "blocked" && !stackJudged
      ? ["The preview ended before the rules about the whole stack ran: there may be more to find."]
      : []),
  ];
}

/**
 * The one comment about a stack in a pull request. Only this pack's own messages are repeated, and those are cleared of secrets; the
 * engine's diagnostics and the properties of resources never are.
 */
export function commentOf(result: PreviewResult, about: About): string {
  const left = { characters: LONGEST_COMMENT - RESERVE };
  const stack = about.stack === undefined ? "the stack" : code(about.stack);
  const where = about.folder === "" ? "" : ` in ${code(about.folder)}`;
  const blocking = groups(result.mandatory, about.docs, left);
  const advice = groups(result.advisory, about.docs, left);
  const parts = [
    markerOf(about),
    `### ${titleOf(result, `${stack}${where}`)}`,
    ...blocking,
    ...(advice.length > 0 ? [collapsed(count(result.advisory.length, "warning"), advice)] : []),
    [...tally(result), ...footer(about)].join(" "),
  ];
  return `${parts.join("\n\n").slice(0, LONGEST_COMMENT - 1)}\n`;
}

const footer = ({ commit, log }: About): string[] => [
  ...(commit === undefined ? [] : [`Commit ${code(commit.slice(0, 12))}.`]),
  ...(log === undefined ? [] : [`[The job's log](${log}).`]),
];

/** Whether there is anything that a pull request without a comment so far should be told. */
export const isWorthSaying = ({ state, advisory, couldNotRun }: PreviewResult): boolean =>
  state !== "passed" || advisory.length + couldNotRun.length > 0;
