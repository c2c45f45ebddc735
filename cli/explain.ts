import type { Mesh } from "../policies/mtls/mesh";
import { describeRef, type Source } from "../policies/mtls/objects";
import { Proposer } from "./changes/propose";
import { writtenIn } from "./changes/situation";
import type { Run } from "./commands";
import { locationsOf, reportFlow } from "./compose";
import { sides, type Explanation, type Placed } from "./explanation";
import { parseTarget } from "./flows/target";
import { emit, factsOf, readInput } from "./input";
import { answer, meshOf } from "./judge";
import { metasOf } from "./metas";
import { reportOffer } from "./offer-report";
import { mermaidOf } from "./printers/mermaid";
import { printExplanation } from "./printers/explanation";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/** `meshtls explain FROM HOST:PORT [PATH…]` */
export const explain: Run = async (args, io) => {
  const [from = "", to = "", ...paths] = args.positionals;
  const target = parseTarget(to);
  if ("problem" in target) throw new UsageError([`HOST:PORT ${target.problem}`]);
  const { manifests } = await readInput(paths, args, io);
  const now = args.date("now") ?? io.today;
  const mesh = meshOf(manifests, factsOf(args));
  const assessment = answer(mesh, { flows: [{ from, ...target }], now, evidence: true });
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

/** Adds to what names an object where that object stands. */
function placer(mesh: Mesh): <T extends { readonly object?: string }>(items: readonly T[]) => Placed<T>[] {
  const sources = new Map<string, Source | undefined>();
  for (const { ref, source } of metasOf(mesh)) sources.set(describeRef(ref), source);
  return (items) => {
    const locations = locationsOf(items.map(({ object = "" }) => ({ source: sources.get(object), path: "" })));
    return items.map((item, index) => {
      const location = locations[index];
      return location === undefined ? item : { ...item, location };
    });
  };
}
