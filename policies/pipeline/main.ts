import { appendFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { RULES } from "../rules";
import { previewArguments, pulumiEnvironment, readArguments, upArguments, type Invocation } from "./arguments";
import { configurationProblems } from "./configuration";
import { commentOf, isWorthSaying, markerOf } from "./comment";
import { postComment } from "./github";
import { aboutOf, credentialsOf, pullRequestOf } from "./job";
import { preview, runPulumi } from "./preview";
import { judgePreview, type PreviewResult } from "./result";

/**
 * `meshtls-pulumi preview|up [OPTIONS OF PULUMI]`: pulumi with this pack, which cannot be left out; `up` updates only what passed a
 * preview. In a GitHub job about a pull request the result is one comment of it.
 *
 * Exit codes: 0 · 2 refused options, wrong configuration · 5 a mandatory policy was violated · else pulumi's own, or 1 when the pack did
 * not run.
 */

const USAGE = 2;
/** As pulumi itself means to say it. Source: pulumi, sdk/go/common/util/cmdutil/exit.go, `ExitPolicyViolation`. */
const POLICY_VIOLATION = 5;

/** This bundle is in the pack's `dist/`. */
const PACK_FOLDER = dirname(__dirname);
const PACK = { name: "meshtls", policies: ["meshtls", ...RULES.map(({ name }) => name)] };

const say = (text: string): void => void process.stderr.write(`meshtls-pulumi: ${text}\n`);

function exitCodeOf({ state }: PreviewResult, code: number): number {
  if (state === "blocked") return POLICY_VIOLATION;
  return state === "not-judged" ? 1 : code;
}

/** Says what came of it where people look: the job's summary, a file, the pull request. None of it changes the exit code. */
async function publish(result: PreviewResult, invocation: Invocation): Promise<void> {
  const { env } = process;
  const about = aboutOf(env, invocation, process.cwd());
  const body = commentOf(result, about);
  if (env["MESHTLS_COMMENT_FILE"]) writeFileSync(env["MESHTLS_COMMENT_FILE"], body);
  if (env["GITHUB_STEP_SUMMARY"]) appendFileSync(env["GITHUB_STEP_SUMMARY"], body);
  if (env["MESHTLS_DRY_RUN"]) return void process.stdout.write(body);
  const pullRequest = pullRequestOf(env);
  if (pullRequest === undefined) return;
  const credentials = credentialsOf(env);
  if (credentials === undefined) return say("no comment: GITHUB_TOKEN is not set");
  const comment = { marker: markerOf(about), body, isNews: isWorthSaying(result) };
  const posted = await postComment(pullRequest, credentials, comment);
  say(`comment of pull request ${pullRequest.number}: ${posted}`);
}

async function main(argv: readonly string[]): Promise<number> {
  const invocation = readArguments(argv);
  const config = process.env["MESHTLS_PACK_CONFIG"] || undefined;
  const problems = [
    ...("problems" in invocation ? invocation.problems : []),
    ...(config === undefined ? [] : configurationProblems(config, PACK.policies)),
  ];
  if ("problems" in invocation || problems.length > 0) {
    problems.forEach(say);
    return USAGE;
  }
  const { operation, options } = invocation;
  const env = pulumiEnvironment(process.env);
  const run = { pack: PACK_FOLDER, config: config === undefined ? undefined : resolve(config) };
  const { code, events } = await preview((eventLog) => previewArguments(options, run, eventLog), env);
  const result = judgePreview(events, code, PACK);
  if (result.state === "not-judged")
    say("the preview says nothing of the policies of this pack: nothing was judged, which is no pass");
  try {
    await publish(result, invocation);
  } catch (error) {
    say(`no comment: ${error instanceof Error ? error.message : String(error)}; the result is in this log`);
  }
  const exitCode = exitCodeOf(result, code);
  if (exitCode !== 0 || operation === "preview") return exitCode;
  return runPulumi(upArguments(options, run), env);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  },
);
