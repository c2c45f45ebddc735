import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseConfig } from "../../infra/config";
import { toIsoDate } from "../../policies/mtls/clock";
import { withLock } from "../../scripts/lock";
import { type Arguments, type Command } from "./arguments";
import { rehearsalCopy, type RehearsalCopy } from "./configuration";
import { describeEngine, describeKubernetes, findEngine, type Engine } from "./engine";
import { type Recorded } from "./operation";
import { type Printer } from "./printer";
import { explainBlocked, explainFailed, explainWarnings } from "./refusal";
import {
  CONFIGURATION,
  PACK,
  readConfiguration,
  readProject,
  REHEARSAL_FOLDER,
  repositoryConfiguration,
  shown,
  STACK,
  stagingProgram,
} from "./repository";
import { describeChanges, isUnchanged, policyResult, stagingOutputs } from "./results";
import { asMarkdown, asText } from "./sections";
import { openStack, type Stack } from "./stack";
import { summarize } from "./summary";

/** One rehearsal: who hears it, and where it leaves what. */
interface Rehearsal {
  readonly printer: Printer;
  /** Everything is written below it. */
  readonly folder: string;
}

const manifestsOf = ({ folder }: Rehearsal): string => join(folder, "manifests");

/**
 * Previews the staging program with the policy pack and stands up what passed (or stops before, or takes it down).
 * @returns the exit code: 0 as asked, 1 blocked or failed
 * @throws UsageError, ConfigurationError, RunError, ToolchainError: their messages say everything there is to say
 */
export async function rehearse(
  { command, configFile }: Pick<Arguments, "command" | "configFile">,
  printer: Printer,
  folder: string = REHEARSAL_FOLDER,
): Promise<number> {
  const rehearsal = { printer, folder };
  await mkdir(folder, { recursive: true });
  return withLock(
    join(folder, "run.lock"),
    async () => {
      await sweepInterrupted(rehearsal);
      return command === "destroy" ? takeDown(rehearsal) : standUp(rehearsal, command, configFile);
    },
    (pid) => printer.step("waiting", `for another rehearsal here (process ${pid})`),
  );
}

/**
 * A rehearsal that was killed leaves the engine's lock, and objects that its state does not know. Our own lock is held, so no engine
 * is at work here; and nothing here is worth more than a clean start.
 */
async function sweepInterrupted(rehearsal: Rehearsal): Promise<void> {
  const state = join(rehearsal.folder, "state");
  if (!filesBelow(join(state, ".pulumi", "locks")).some((name) => name.endsWith(".json"))) return;
  rehearsal.printer.step("sweep", "an interrupted rehearsal left things half done; starting from scratch");
  for (const remains of [state, manifestsOf(rehearsal)]) await rm(remains, { recursive: true, force: true });
}

async function standUp(rehearsal: Rehearsal, command: Command, configFile: string | undefined): Promise<number> {
  const { printer } = rehearsal;
  const copy = configure(rehearsal, configFile);
  const engine = await prepare(printer);
  const program = stagingProgram();
  const stack = await open(rehearsal, engine, program.run, copy.text);

  printer.heading(`Preview, with the policy pack ${shown(PACK)}/`);
  const preview = await stack.preview();
  const policies = policyResult(preview);
  if (!preview.ok) {
    const failed = () => explainFailed("the preview did not succeed; nothing was changed.", preview, program.error());
    printer.heading(policies.mandatory.length > 0 ? explainBlocked(policies) : failed());
    return 1;
  }
  if (command === "preview" || isUnchanged(preview.changes)) {
    await conclude(rehearsal, { engine, preview, update: undefined });
    return 0;
  }
  printer.heading("Up");
  const update = await stack.up();
  if (!update.ok) {
    const what = "the update stopped on the way. `npm start` goes on from there, `npm start -- destroy` takes it down.";
    printer.heading(explainFailed(what, update, program.error()));
    return 1;
  }
  await conclude(rehearsal, { engine, preview, update });
  return 0;
}

interface Done {
  readonly engine: Engine;
  readonly preview: Recorded;
  /** Undefined when the preview was all there was to do. */
  readonly update: Recorded | undefined;
}

async function conclude(rehearsal: Rehearsal, { engine, preview, update }: Done): Promise<void> {
  const { printer, folder } = rehearsal;
  const manifests = manifestsOf(rehearsal);
  const report = join(folder, "report.md");
  const policies = policyResult(preview);
  const sections = summarize({
    engine,
    resources: update ? describeChanges(update.changes, "done") : describeChanges(preview.changes, "will"),
    policies,
    outputs: stagingOutputs((update ?? preview).events),
    files: { manifests: `${shown(manifests)} (${yamlFilesBelow(manifests)} files)`, report: shown(report) },
  });
  await writeFile(report, asMarkdown(`Rehearsal of ${STACK}`, sections));
  if (policies.advisory.length > 0) printer.heading(`Warnings of the policy pack\n\n${explainWarnings(policies)}`);
  printer.heading(asText(sections));
  printer.heading(conclusion(update !== undefined, isUnchanged(preview.changes)));
}

function conclusion(isUpdated: boolean, unchanged: boolean): string {
  if (isUpdated) return "The staging environment stands.";
  return unchanged
    ? "No changes: what stands is what the configuration says."
    : "Previewed; nothing was changed. `npm start` stands it up.";
}

async function takeDown(rehearsal: Rehearsal): Promise<number> {
  const { printer, folder } = rehearsal;
  if (!existsSync(join(folder, "Pulumi.yaml"))) {
    printer.step("destroy", "nothing has been stood up here");
    return 0;
  }
  const stack = await open(rehearsal, await prepare(printer), async () => {}, undefined);
  printer.heading("Destroy");
  const destroyed = await stack.destroy();
  printer.heading(
    destroyed.ok
      ? `Taken down: ${describeChanges(destroyed.changes, "done")}.`
      : explainFailed("not everything could be taken down.", destroyed, undefined),
  );
  return destroyed.ok ? 0 : 1;
}

/** Reads, checks and copies the configuration; the file itself stays as it is. */
function configure(rehearsal: Rehearsal, given: string | undefined): RehearsalCopy {
  const { printer, folder } = rehearsal;
  const repository = repositoryConfiguration();
  // npm changes into the repository; what the user typed is relative to where they were.
  const source =
    given === undefined ? repository : readConfiguration(resolve(process.env["INIT_CWD"] ?? process.cwd(), given));
  const earlier = join(folder, CONFIGURATION);
  const copy = rehearsalCopy({
    source,
    repository,
    project: readProject().name,
    manifests: manifestsOf(rehearsal),
    today: toIsoDate(new Date()),
    earlier: existsSync(earlier) ? readFileSync(earlier, "utf8") : undefined,
  });
  parseConfig(copy.given, STACK);
  const differences = [
    `cluster: none; manifests are rendered to ${shown(manifestsOf(rehearsal))} instead`,
    ...copy.renewals.map(
      ({ exception, from, to }) => `exception ${exception}: expires ${from} there, renewed to ${to} (30 days) here`,
    ),
  ];
  const intro = `${source.file}; rehearsed is a copy in ${shown(folder)}, which differs in this:`;
  printer.step("configuration", [intro, ...differences].join("\n"));
  return copy;
}

async function prepare(printer: Printer): Promise<Engine> {
  const engine = await findEngine(printer.progress);
  printer.step("engine", describeEngine(engine.pulumi));
  printer.step("provider", describeKubernetes(engine.kubernetes));
  return engine;
}

async function open(
  { printer, folder }: Rehearsal,
  engine: Engine,
  program: () => Promise<Record<string, unknown> | void>,
  configuration: string | undefined,
): Promise<Stack> {
  return openStack({
    engine,
    folder,
    project: readProject(),
    name: STACK,
    ...(configuration === undefined ? {} : { configuration }),
    program,
    packs: [PACK],
    echo: printer.raw,
    color: printer.color,
    // The summary shows them as tables.
    suppressOutputs: true,
  });
}

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];

const yamlFilesBelow = (folder: string): number => filesBelow(folder).filter((name) => name.endsWith(".yaml")).length;
