import { describeRef } from "../../policies/mtls/objects";
import type { ReportFlow, ReportServer } from "../report";

/** Sentences that several formats share. */

/** `staging-webs/order-core → otel-collector.monitoring:4317` */
export const describeFlow = ({ from, asked }: ReportFlow): string =>
  `${from.namespace === "" ? "" : `${from.namespace}/`}${from.name} → ${asked}`;

export const describeAccepts = (accepts: ReportServer["accepts"]): string =>
  accepts === null ? "unknown" : accepts.length === 0 ? "nothing" : accepts.join(" or ");

/** Each different thing that happens at the servers of a flow, once. */
export function describeServers({ servers }: ReportFlow): string[] {
  const lines = servers.map(({ workload, targetPort, sends, accepts }) => {
    const server = workload === null ? "nobody" : describeRef(workload);
    return `sends ${sends}; ${server} port ${targetPort} accepts ${describeAccepts(accepts)}`;
  });
  return [...new Set(lines)];
}

/** What came of a flow, with what the user would see. */
export const describeOutcome = ({ outcome, symptom }: Pick<ReportFlow, "outcome" | "symptom">): string =>
  symptom === undefined ? outcome : `${outcome}: ${symptom}`;

/** Flows that a short report shows: declared ones, and those that do not work or are not known to. */
export const isNotable = ({ origin, outcome }: ReportFlow): boolean =>
  origin === "declared" || outcome === "refused" || outcome === "unknown";

/** How many flows there are of each outcome: `12 mtls, 3 plaintext`. */
export function countOutcomes(flows: readonly ReportFlow[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of flows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}

/** Control characters of the input must not reach a terminal or a log; line breaks may. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, "\ufffd");
