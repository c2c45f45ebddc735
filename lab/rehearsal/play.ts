import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { toIsoDate } from "../../policies/mtls/clock";
import { type Act } from "./acts";
import { rehearsalCopy } from "./configuration";
import { describeEngine, describeKubernetes, findEngine, type Engine } from "./engine";
import { type Recorded } from "./operation";
import { type Printer } from "./printer";
import { explainFailed, listed } from "./refusal";
import { PACK, readProject, REHEARSAL_FOLDER, repositoryConfiguration, STACK, stagingProgram } from "./repository";
import { policyResult, stagingOutputs } from "./results";
import { openStack } from "./stack";
import { trafficTable } from "./summary";
import { plainTable } from "./table";

/** Plays the acts on the real engine, each as a preview with the policy pack. @returns 0 when every act ended as it has to, else 1 */
export async function playIncident(
  acts: readonly Act[],
  printer: Printer,
  folder: string = join(REHEARSAL_FOLDER, "incident"),
): Promise<number> {
  const engine = await findEngine(printer.progress);
  printer.step("engine", describeEngine(engine.pulumi));
  printer.step("provider", describeKubernetes(engine.kubernetes));
  let failed = 0;
  for (const [index, act] of acts.entries()) {
    printer.heading(`Act ${index + 1}: ${act.title}`);
    printer.text(`${act.story}\n`);
    const { preview, error } = await play(act, join(folder, `act-${index + 1}`), engine);
    const ending = judge(act, preview, error);
    printer.text(ending.text);
    if (!ending.asItShould) failed += 1;
  }
  printer.heading(
    failed === 0
      ? "Each act ended as it should: what broke staging is blocked before it ships, and the fix passes."
      : `${failed} of ${acts.length} acts did not end as they should.`,
  );
  return failed === 0 ? 0 : 1;
}

async function play(act: Act, folder: string, engine: Engine): Promise<{ preview: Recorded; error: unknown }> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifests = join(folder, "manifests");
  const project = readProject();
  const program = stagingProgram();
  const stack = await openStack({
    engine,
    folder,
    project,
    name: STACK,
    configuration: configurationOf(act, project.name, manifests),
    program: async () => {
      const outputs = await program.run();
      act.besides?.(manifests);
      return outputs;
    },
    packs: [PACK],
  });
  return { preview: await stack.preview(), error: program.error() };
}

function configurationOf({ configure }: Act, project: string, manifests: string): string {
  const repository = repositoryConfiguration();
  const today = toIsoDate(new Date());
  const { text } = rehearsalCopy({ source: repository, repository, project, manifests, today, earlier: undefined });
  const document = parseDocument(text);
  configure?.(document, (name) => `${project}:${name}`);
  return document.toString();
}

interface Ending {
  readonly asItShould: boolean;
  readonly text: string;
}

function judge({ blockedBy }: Act, preview: Recorded, error: unknown): Ending {
  const { mandatory, evaluated } = policyResult(preview);
  if (preview.ok) {
    const { traffic } = stagingOutputs(preview.events);
    const table = traffic === undefined ? "" : `\n\n${plainTable(trafficTable(traffic.clients), "  ")}`;
    const text = `=> passes: ${evaluated.length} policies, none of them violated${table}`;
    return { asItShould: blockedBy === undefined && traffic !== undefined, text };
  }
  if (mandatory.length === 0)
    return { asItShould: false, text: explainFailed("the preview did not succeed.", preview, error) };
  return {
    asItShould: mandatory.some(
      ({ policyName, message }) => policyName === blockedBy?.policy && message.includes(blockedBy.saying),
    ),
    text: [...listed(mandatory), "=> blocked, before anything was changed"].join("\n\n"),
  };
}
