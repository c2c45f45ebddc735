import type { Assessment } from "../../policies/mtls/assess";
import type { FlowAnswer } from "../../policies/mtls/flow";
import { reportFlow } from "../compose";
import { placer } from "../place";
import { describeFlow, describeOutcome, describeServers } from "../printers/words";
import type { Endpoint } from "./carrier";
import type { Comparison, Culprit, Finding } from "./diagnosis";

/** Looks among the flows for those that end just as the log says. */
export function compare(findings: readonly Finding[], { mesh, flows }: Assessment): Comparison {
  const place = placer(mesh);
  const culprits: Culprit[] = [];
  const unmatched: { finding: string; says: string }[] = [];
  for (const finding of findings) {
    if (finding.symptoms.length === 0) continue;
    const found = matching(finding, flows);
    for (const { symptom, ...flow } of found) {
      if (symptom === undefined) continue;
      const { from, to, asked, outcome } = flow;
      culprits.push({
        finding: finding.id,
        flow: { from, to, asked, outcome, symptom },
        servers: describeServers(reportFlow(flow)),
        because: place(flow.because),
      });
    }
    if (found.length === 0) unmatched.push({ finding: finding.id, says: whyNone(finding, flows) });
  }
  return { flows: flows.length, culprits, unmatched };
}

const endsSo = ({ symptoms }: Finding, { symptom }: FlowAnswer): boolean =>
  symptom !== undefined && symptoms.includes(symptom);

const goesTo =
  ({ to, asked }: FlowAnswer) =>
  ({ host, port }: Endpoint): boolean =>
    to.port === port && (to.host === host || to.host.startsWith(`${host}.`) || asked === `${host}:${port}`);

const goesToOneOf = (endpoints: readonly Endpoint[], flow: FlowAnswer): boolean =>
  endpoints.length === 0 || endpoints.some(goesTo(flow));

const matching = (finding: Finding, flows: readonly FlowAnswer[]): FlowAnswer[] =>
  flows.filter((flow) => endsSo(finding, flow) && goesToOneOf(finding.endpoints, flow));

function whyNone(finding: Finding, flows: readonly FlowAnswer[]): string {
  const count = flows.length;
  if (count === 0) return "the manifests reveal no flow at all: name one with --flow 'FROM -> HOST:PORT'";
  const { endpoints } = finding;
  const there = endpoints.length === 0 ? [] : flows.filter((flow) => goesToOneOf(endpoints, flow));
  const elsewhere = flows.filter((flow) => endsSo(finding, flow));
  const unknown = flows.filter(({ outcome }) => outcome === "unknown").length;
  return [
    `none of ${count} flow${count === 1 ? "" : "s"} in these manifests ends like this`,
    ...there.slice(0, 3).map((flow) => `by them ${describeFlow(reportFlow(flow))} ends ${describeOutcome(flow)}`),
    ...(elsewhere.length > 0
      ? [
          `to another server it does: ${elsewhere
            .slice(0, 3)
            .map((flow) => describeFlow(reportFlow(flow)))
            .join(", ")}`,
        ]
      : []),
    ...(unknown > 0 ? [`${unknown} of the flows cannot be told`] : []),
    "either these are not the objects that run, or the cause is none of them, or the flow has to be named with --flow 'FROM -> HOST:PORT'",
  ].join("; ");
}
