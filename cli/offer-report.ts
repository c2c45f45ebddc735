import type { ObjectRef } from "../policies/mtls/objects";
import type { Outcome } from "../policies/mtls/vocabulary";
import type { Bag } from "./changes/change";
import type { Offer } from "./changes/propose";
import { renderEdit, type Rendered } from "./changes/render";

/** An offered change, as `fix` and `explain` print it in JSON. */
export interface ReportOffer {
  readonly remedy: string;
  readonly title: string;
  readonly note?: string;
  /** What the flow's outcome is with the change, as the engine answered. */
  readonly outcome: Outcome;
  /** How many flows get better, this one included. */
  readonly improves: number;
  /** Errors of rules that the change would bring: what to do next. */
  readonly asks: readonly string[];
  readonly edits: readonly Rendered[];
  /** The client's application no longer speaks TLS itself then. */
  readonly endsClientTls?: true;
}

export const reportOffer = (
  { remedy, title, note, after, improves, asks, edits, endsClientTls }: Offer,
  written: (object: ObjectRef) => Bag | undefined,
): ReportOffer => ({
  remedy,
  title,
  ...(note === undefined ? {} : { note }),
  outcome: after.outcome,
  improves: improves.length,
  asks,
  edits: edits.map((edit) => renderEdit(edit, written)),
  ...(endsClientTls === undefined ? {} : { endsClientTls }),
});

/** An offer for people; `number` is its rank. */
export function offerText(offer: ReportOffer, number?: number): string {
  const { title, note, outcome, improves, asks, edits } = offer;
  const others = improves > 1 ? `, as do ${improves - 1} other flow${improves > 2 ? "s" : ""}` : "";
  return [
    `${number === undefined ? "" : `${number}. `}${title}`,
    `   then it ends ${outcome}${others}`,
    ...(note === undefined ? [] : [`   ${note}`]),
    ...asks.map((ask) => `   then do what ${ask} asks for`),
    ...edits.flatMap(({ command, yaml }) => [
      `   # ${command}`,
      ...(yaml === undefined
        ? []
        : yaml
            .trimEnd()
            .split("\n")
            .map((line) => `   ${line}`)),
    ]),
  ].join("\n");
}
