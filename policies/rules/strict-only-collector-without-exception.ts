import type { Assessment } from "../mtls/assess";
import { groupBy } from "../mtls/discovery/lookup";
import type { FlowAnswer } from "../mtls/flow";
import { describeRef } from "../mtls/objects";
import { symptomText } from "../mtls/symptoms/index";
import type { Finding, Rule } from "./rule";
import {
  CLIENT,
  COLLECTOR,
  KEEP_STRICT,
  MESH,
  NAMESPACES,
  PERMISSIVE_PORTS,
  documents,
  record,
} from "./support/background";
import { collectorPorts, type CollectorPort } from "./support/collectors";
import { exceptionsFor, flowsTo } from "./support/coverage";
import { findingOn } from "./support/objects";
import { describeFlow, enumerate, someOf } from "./support/texts";

interface Gap {
  readonly port: CollectorPort;
  readonly says: string;
}

/** Why no exception covers the port; `undefined` when one does: while it takes mTLS alone, only `keep-strict` can. */
function gapOf(assessment: Assessment, { collector, port }: CollectorPort): string | undefined {
  const standing = exceptionsFor(assessment, collector, port);
  if (standing.length === 0) return "no exception covers that";
  const kept = standing.filter(({ contract }) => contract.mode === "keep-strict");
  if (kept.some(({ state }) => state === "used")) return undefined;
  if (kept.length > 0) return "keep-strict is not proved: not every declared client gets mTLS";
  const names = standing.map(({ contract, state }) => `${contract.name} (${contract.mode}, ${state})`);
  return `the exception ${enumerate(names)} does not open them`;
}

const outcomeOf = ({ outcome, symptom }: FlowAnswer): string =>
  symptom === undefined ? outcome : `${outcome}, ${symptom}`;

const clientsOf = (assessment: Assessment, ports: readonly CollectorPort[]): string => {
  const flows = ports.flatMap(({ collector, port }) => flowsTo(assessment, collector, [port]));
  if (flows.length === 0) return "No client of it is known here.";
  return `Known clients: ${someOf([...new Set(flows.map((flow) => `${describeFlow(flow)} (${outcomeOf(flow)})`))])}.`;
};

const modeBy = ({ server }: CollectorPort): string => {
  const by = server.because.find(({ step }) => step === "peer-authentication")?.object;
  return by === undefined ? "the mesh is STRICT, as `facts.meshMode` states or by default" : `STRICT by ${by}`;
};

function findingFor(assessment: Assessment, gaps: readonly Gap[]): Finding[] {
  const [first] = gaps;
  if (first === undefined) return [];
  const ports = gaps.map(({ port }) => port);
  const { collector } = first.port;
  const message = [
    `${describeRef(collector.ref)} accepts nothing but Istio mTLS on its OTLP ports ${enumerate(ports.map(({ port }) => port))}`,
    ` (${modeBy(first.port)}), and ${first.says}. ${clientsOf(assessment, ports)}`,
    ` A client outside the mesh is refused ("${symptomText("connection-reset")}"), and so is one whose proxy sends plaintext`,
    ` ("${symptomText("connection-termination")}").`,
  ].join("");
  return [findingOn(assessment.mesh, collector.ref, "", message)];
}

const GIVEN = documents(MESH, COLLECTOR);

export const strictOnlyCollectorWithoutException: Rule = {
  id: "MTLS101",
  name: "strict-only-collector-without-exception",
  severity: "error",
  layer: "component",
  why: "Telemetry of every client that does not send Istio mTLS is refused, and nobody has decided that there is no such client.",
  fix: "Give the collector an OtelMtlsException: `permissive` when clients are outside the mesh, `keep-strict` when every client is in it.",
  good: [
    { title: "open to plaintext on the OTLP ports", given: GIVEN, yaml: documents(PERMISSIVE_PORTS, record()) },
    {
      title: "STRICT on purpose: the one declared client gets mTLS",
      given: documents(GIVEN, CLIENT),
      yaml: record(KEEP_STRICT),
    },
  ],
  bad: [
    { title: "no exception", given: MESH, yaml: documents(COLLECTOR, CLIENT) },
    {
      title: "keep-strict for a client outside the mesh",
      given: GIVEN,
      yaml: record({ ...KEEP_STRICT, clients: "batch-hosts=10.20.0.0/24" }),
    },
    { title: "an exception that has expired", given: GIVEN, yaml: record({ expires: "2026-11-23" }) },
    {
      title: "a mesh whose mode is stated, not shown",
      given: NAMESPACES,
      yaml: COLLECTOR,
      settings: { facts: { meshMode: "STRICT" } },
    },
  ],
  check: ({ assessment, settings }) => {
    const gaps = collectorPorts(assessment.mesh, settings)
      .filter(({ server: { accepts } }) => accepts?.length === 1 && accepts[0] === "mtls")
      .flatMap((port): Gap[] => {
        const says = gapOf(assessment, port);
        return says === undefined ? [] : [{ port, says }];
      });
    const causes = groupBy(gaps, ({ port }) => describeRef(port.collector.ref));
    return [...causes.values()].flatMap((ofCollector) => findingFor(assessment, ofCollector));
  },
};
