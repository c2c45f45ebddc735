import { Proposer } from "./changes/propose";
import { writtenIn } from "./changes/situation";
import type { Run } from "./commands";
import { reportFlow } from "./compose";
import { sides, type Explanation } from "./explanation";
import { parseTarget } from "./flows/target";
import { emit, factsOf, readInput } from "./input";
import { answer, meshOf } from "./judge";
import { reportOffer } from "./offer-report";
import { placer } from "./place";
import { mermaidOf } from "./printers/mermaid";
import { printExplanation } from "./printers/explanation";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/** `meshtls explain FROM HOST:PORT [PATH…]` */
export const explain: Run = async (args, io) => {
  const [from = "", to = "", ...paths] = args.positionals;
  const target = parseTarget(to);
  if ("problem" in target) throw new UsageError([`HOST:PORT ${target.problem}`]);
  const { manifests, assumptions } = await readInput(paths, args, io);
  const now = args.date("now") ?? io.today;
  const mesh = meshOf(manifests, factsOf(args));
  const assessment = answer(mesh, { flows: [{ from, ...target }], now, evidence: true, assumptions });
  const [flow] = assessment.flows;
  if (flow === undefined) throw new UsageError([`no answer for ${from} -> ${to}`]);

  const change = new Proposer({ manifests, assessment, now }).smallest(0);
  const place = placer(mesh);
  const { client, server } = sides(flow);
  const evidence = [...(flow.evidence ?? [])].sort((a, b) => Number(b.won) - Number(a.won));
  const explanation: Explanation = {
    schemaVersion: 1,
    flow: reportFlow(flow),
    client: place(client),
    server: place(server),
    considered: place(evidence),
    change: change === undefined ? null : reportOffer(change, writtenIn(manifests)),
    mermaid: mermaidOf(flow),
  };
  const text = printExplanation(explanation, args.text("format") ?? "text");
  emit(text, args, io);
  return EXIT.clean;
};
