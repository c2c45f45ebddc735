import type { Assessment } from "../mtls/assess";
import type { ExceptionContract } from "../mtls/exception";
import type { Rule } from "./rule";
import type { Settings } from "./settings";
import { BARE_COLLECTOR, COLLECTOR, MESH, PERMISSIVE_PORTS, documents, record } from "./support/background";
import { collectorPorts } from "./support/collectors";
import { answerFor, isFor } from "./support/coverage";
import { describeException, onRecord, recordsOf } from "./support/records";
import { enumerate, shortName } from "./support/texts";

/** What is there instead of what the mode says. */
function observed({ mesh }: Assessment, settings: Settings, contract: ExceptionContract): string {
  const ports = collectorPorts(mesh, settings).filter(({ collector }) => isFor(contract, collector));
  const [first] = ports;
  if (first === undefined) return "no collector among these objects is the one it is for";
  const listed = ports.filter(({ port }) => contract.ports.includes(port));
  if (listed.length === 0)
    return `${shortName(first.collector.ref)} does not listen on ${enumerate(contract.ports)} but on ${enumerate(ports.map(({ port }) => port))}`;
  return listed
    .map(({ collector, port, server }) => {
      const by = server.because.find(({ step }) => step === "peer-authentication")?.object;
      const accepts = server.accepts === null ? "what is not known" : enumerate(server.accepts);
      return `${shortName(collector.ref)} accepts ${accepts} on ${port}${by === undefined ? "" : ` (${by})`}`;
    })
    .join("; ");
}

const SHADOW = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: all-strict, namespace: monitoring }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }
  mtls: { mode: STRICT }
`;

export const exceptionWithoutEffect: Rule = {
  id: "MTLS105",
  name: "exception-without-effect",
  severity: "error",
  layer: "stack",
  why: "An exception that changes nothing lets everyone believe that the collector is open: its clients are refused all the same.",
  fix: "Make what is there what the exception's mode says (selector, target ports, no older policy in front of it), or remove the exception.",
  good: [
    {
      title: "the ports are PERMISSIVE",
      given: documents(MESH, COLLECTOR),
      yaml: documents(PERMISSIVE_PORTS, record()),
    },
    {
      title: "no-sidecar, and there is none",
      given: MESH,
      yaml: documents(BARE_COLLECTOR, record({ mode: "no-sidecar" })),
    },
  ],
  bad: [
    { title: "a record, and nothing else", given: documents(MESH, COLLECTOR), yaml: record() },
    {
      title: "an older policy in front of it",
      given: documents(MESH, COLLECTOR),
      yaml: documents(SHADOW, PERMISSIVE_PORTS, record()),
    },
    { title: "for a collector that is not there", given: MESH, yaml: record() },
    {
      title: "no-sidecar, and the pods have one",
      given: documents(MESH, COLLECTOR),
      yaml: record({ mode: "no-sidecar" }),
    },
  ],
  check: ({ assessment, settings }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract === undefined || answerFor(assessment, contract)?.state !== "unused") return [];
      const message = `${describeException(exception)} (mode ${contract.mode}) has no effect: ${observed(assessment, settings, contract)}.`;
      return [onRecord(exception, "mode", message)];
    }),
};
