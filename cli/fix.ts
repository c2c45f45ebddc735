import type { FlowAnswer } from "../policies/mtls/flow";
import { describeRef } from "../policies/mtls/objects";
import type { Symptom } from "../policies/mtls/vocabulary";
import type { Run } from "./commands";
import type { Before } from "./changes/evaluate";
import { Proposer } from "./changes/propose";
import { writtenIn } from "./changes/situation";
import { declaredFlows, emit, factsOf, readInput } from "./input";
import { answer, meshOf } from "./judge";
import { offerText, reportOffer, type ReportOffer } from "./offer-report";
import { describeOutcome } from "./printers/words";
import { checkNamespaces, concerns } from "./scope";
import { count } from "./summary";
import { EXIT } from "./threshold";

/** A flow that does not work, with what would make it. */
interface Repair {
  readonly from: string;
  readonly asked: string;
  readonly outcome: "refused";
  readonly symptom?: Symptom;
  readonly offers: readonly ReportOffer[];
}

/** Offers that are shown for one flow at most. */
const SHOWN = 4;

/** `meshtls fix`: for every flow that is refused, ranked patches, each of which the engine has checked. */
export const fix: Run = async (args, io) => {
  const flows = await declaredFlows(args);
  const { manifests, assumptions } = await readInput(args.positionals, args, io);
  const now = args.date("now") ?? io.today;
  const mesh = meshOf(manifests, factsOf(args));
  const namespaces = args.list("namespace");
  checkNamespaces(mesh, namespaces);
  const assessment = answer(mesh, { flows, now, assumptions });
  const before: Before = { manifests, assessment, now };
  const isAsked = concerns(namespaces);
  if (args.flag("write")) return await (await import("./fix-write")).writeFixes(before, isAsked, io);

  const repairs = repairsOf(before, isAsked);
  emit(args.text("format") === "json" ? json(repairs) : text(repairs, assessment.flows.length), args, io);
  return EXIT.clean;
};

/** One entry per flow, except for flows that the first offer of an earlier one repairs as well. */
export function repairsOf(before: Before, isAsked: (flow: FlowAnswer) => boolean = () => true): Repair[] {
  const proposer = new Proposer(before);
  const written = writtenIn(before.manifests);
  const repaired = new Set<number>();
  const repairs: Repair[] = [];
  before.assessment.flows.forEach((flow, at) => {
    if (flow.outcome !== "refused" || repaired.has(at) || !isAsked(flow)) return;
    const offers = proposer.offers(at).slice(0, SHOWN);
    offers[0]?.improves.forEach((index) => repaired.add(index));
    repairs.push({
      from: describeRef(flow.from),
      asked: flow.asked,
      outcome: flow.outcome,
      ...(flow.symptom === undefined ? {} : { symptom: flow.symptom }),
      offers: offers.map((offer) => reportOffer(offer, written)),
    });
  });
  return repairs;
}

const json = (repairs: readonly Repair[]): string => `${JSON.stringify({ schemaVersion: 1, repairs }, null, 2)}\n`;

function text(repairs: readonly Repair[], flows: number): string {
  if (repairs.length === 0) return `nothing to repair: none of ${count(flows, "flow")} is refused\n`;
  return repairs
    .map(({ from, asked, offers, ...verdict }) =>
      [
        `${from} → ${asked}: ${describeOutcome(verdict)}`,
        ...(offers.length === 0
          ? ["no change of Kubernetes or Istio objects was found that makes it work without making another flow worse"]
          : offers.map((offer, index) => offerText(offer, index + 1))),
        "",
      ].join("\n\n"),
    )
    .join("\n");
}
