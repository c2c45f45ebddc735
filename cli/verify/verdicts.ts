import type { Undiscovered } from "../../policies/mtls/discovery/index";
import type { FlowAnswer } from "../../policies/mtls/flow";
import { describeRef } from "../../policies/mtls/objects";
import type { Outcome } from "../../policies/mtls/vocabulary";
import { reportFlow } from "../compose";
import { describeOutcome, describeServers } from "../printers/words";
import { some, type Row, type State } from "./row";

const STATE: Readonly<Record<Outcome, State>> = {
  mtls: "holds",
  tls: "holds",
  plaintext: "holds",
  refused: "does-not-hold",
  unknown: "unknown",
};

/** The engine's verdicts of the objects as they are in the cluster. */
export function verdictRows(flows: readonly FlowAnswer[], undiscovered: readonly Undiscovered[]): Row[] {
  return [
    ...flows.map((flow): Row => {
      const { from, asked, outcome, undecided } = flow;
      const state = STATE[outcome];
      const fields = some(undecided.map(({ object, path }) => `${describeRef(object)} ${path}`));
      const todo =
        state === "unknown" && fields !== ""
          ? `it depends on ${fields}`
          : `meshtls explain ${from.namespace === "" ? from.name : `${from.namespace}/${from.kind}/${from.name}`} ${asked} --live`;
      return {
        check: "verdict",
        object: `${describeRef(from)} → ${asked}`,
        state,
        says: `${describeOutcome(flow)}: ${some(describeServers(reportFlow(flow)), "; ") || "nobody is there"}`,
        ...(state === "holds" ? {} : { todo }),
      };
    }),
    ...undiscovered.map(({ object, path, reason }): Row => ({
      check: "verdict",
      object: path === "" ? object : `${object} ${path}`,
      state: "unknown",
      says: `where it sends cannot be told: ${reason}`,
      todo: "write the endpoint where it can be read, or name the flow with --flow 'FROM -> HOST:PORT'",
    })),
  ];
}
