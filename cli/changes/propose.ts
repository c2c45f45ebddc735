import type { FlowAnswer } from "../../policies/mtls/flow";
import { indexMesh } from "../../policies/mtls/mesh-index";
import type { Change, Remedy } from "./change";
import { evaluate, goodness, type Before, type Evaluation } from "./evaluate";
import { REMEDIES, UNDOINGS } from "./remedies/index";
import { situationOf } from "./situation";

/** A change that the engine has answered again, and that makes no flow worse. */
export interface Offer extends Change {
  /** The flow in question, after the change. */
  readonly after: FlowAnswer;
  /** Which flows get better, by their place among all. */
  readonly improves: readonly number[];
  readonly asks: readonly string[];
}

/** Offers changes for flows; every change is put to the engine once, however many flows it is proposed for. */
export class Proposer {
  private readonly evaluations = new Map<string, Evaluation | undefined>();
  private readonly index;

  constructor(private readonly before: Before) {
    this.index = indexMesh(before.assessment.mesh);
  }

  /** Changes that make a flow better and none worse, best first: by outcome, then as `REMEDIES` ranks them. */
  offers(at: number): readonly Offer[] {
    const offers = this.proposals(at, REMEDIES).filter((offer) => this.isGain(offer, at));
    return withoutRepeats(offers.sort((a, b) => goodness(b.after) - goodness(a.after)));
  }

  /** The smallest change that makes the verdict another: a better one if any does, else what would undo it. */
  smallest(at: number): Offer | undefined {
    const flow = this.before.assessment.flows[at];
    const gains = this.offers(at);
    const all =
      gains.length > 0 ? gains : this.proposals(at, UNDOINGS).filter(({ after }) => after.outcome !== flow?.outcome);
    return [...all].sort((a, b) => sizeOf(a) - sizeOf(b))[0];
  }

  private proposals(at: number, remedies: readonly Remedy[]): Offer[] {
    const flow = this.before.assessment.flows[at];
    if (flow === undefined) return [];
    const situation = situationOf(this.index, flow, this.before.manifests);
    return remedies.flatMap(({ name, propose }) =>
      propose(situation).flatMap((change) => this.offer({ ...change, remedy: name }, at)),
    );
  }

  private offer(change: Change, at: number): Offer[] {
    const evaluation = this.evaluationOf(change, at);
    const after = evaluation?.flows[at];
    if (evaluation === undefined || after === undefined) return [];
    const improves = this.steps(evaluation).flatMap((step, index) => (step > 0 ? [index] : []));
    return [{ ...change, after, improves, asks: evaluation.asks }];
  }

  private isGain(offer: Offer, at: number): boolean {
    const evaluation = this.evaluationOf(offer, at);
    if (evaluation === undefined || offer.after.outcome === "unknown") return false;
    return offer.improves.includes(at) && this.steps(evaluation).every((step) => step >= 0);
  }

  /** By how much each flow gets better; negative: worse. */
  private steps({ flows }: Evaluation): number[] {
    return this.before.assessment.flows.map((flow, index) => {
      const answer = flows[index];
      return answer === undefined ? 0 : goodness(answer) - goodness(flow);
    });
  }

  private evaluationOf(change: Change, at: number): Evaluation | undefined {
    const key = JSON.stringify([change.edits, change.endsClientTls === true ? at : null]);
    if (!this.evaluations.has(key)) this.evaluations.set(key, evaluate(change, at, this.before));
    return this.evaluations.get(key);
  }
}

/** Whoever reads it measures a change by its objects, then by its text. */
const sizeOf = ({ edits }: Change): number => edits.length * 10_000 + JSON.stringify(edits).length;

/** Of changes with the same title the first, which is the smallest: the others only do more. */
const withoutRepeats = (offers: readonly Offer[]): readonly Offer[] => {
  const titles = new Map<string, Offer>();
  for (const offer of offers) if (!titles.has(offer.title)) titles.set(offer.title, offer);
  return [...titles.values()].filter(
    (offer) => !offers.some((other) => other !== offer && other.remedy === offer.remedy && isWithin(other, offer)),
  );
};

const isWithin = (small: Offer, large: Offer): boolean =>
  small.edits.length < large.edits.length &&
  small.edits.every((edit) => large.edits.some((other) => JSON.stringify(other) === JSON.stringify(edit)));
