import type { Assessment } from "../mtls/assess";
import { groupBy } from "../mtls/discovery/lookup";
import type { FlowAnswer, ServerAnswer } from "../mtls/flow";
import { describeRef } from "../mtls/objects";
import { symptomText } from "../mtls/symptoms/index";
import type { Finding, Rule } from "./rule";
import {
  BARE_COLLECTOR,
  CLIENT,
  COLLECTOR,
  COLLECTOR_SERVICE,
  KEEP_STRICT,
  MESH,
  client,
  collectorDeployment,
  documents,
  record,
} from "./support/background";
import { blame, type Blame } from "./support/blame";
import { findingOn } from "./support/objects";
import { otlpFlows } from "./support/otlp-flows";
import { describeFlow, enumerate, someOf } from "./support/texts";

interface Disagreement {
  readonly flow: FlowAnswer;
  readonly server: ServerAnswer | undefined;
  readonly at: Blame;
}

const SENT: Readonly<Record<ServerAnswer["sends"], string>> = {
  mtls: "sends Istio mTLS",
  tls: "sends TLS of its proxy's own",
  plaintext: "sends plaintext",
  "app-tls": "sends its application's own TLS",
  blocked: "reaches nobody",
  unknown: "sends what is not known",
};

const describe = ({ flow, server }: Disagreement): string => {
  const accepts = server?.accepts ?? [];
  const accepted = accepts.length === 0 ? "" : `, accepted is ${enumerate(accepts)}`;
  return `${describeFlow(flow)} ${SENT[server?.sends ?? "unknown"]}${accepted} (${flow.symptom ?? "refused"})`;
};

/** What the users of the flows see, each text once. */
const texts = (disagreements: readonly Disagreement[]): string => {
  const seen = new Set(
    disagreements.flatMap(({ flow }) => (flow.symptom === undefined ? [] : [symptomText(flow.symptom)])),
  );
  return [...seen].map((text) => `"${text}"`).join(" or ");
};

const reasons = ({ because }: FlowAnswer): string =>
  because.map(({ object, says }) => (object === undefined ? says : `${object}: ${says}`)).join("; ");

function findingFor({ mesh }: Assessment, all: readonly Disagreement[]): Finding[] {
  const [first] = all;
  if (first === undefined) return [];
  const { at, flow } = first;
  const message = `Refused because of ${describeRef(at.on)}: ${someOf(all.map(describe))}. What the client sees: ${texts(all)}. Because ${reasons(flow)}.`;
  return [findingOn(mesh, at.on, at.path, message)];
}

const rule = (host: string, mode: string, namespace = "istio-system"): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: otlp, namespace: ${namespace} }
spec:
  host: "${host}"
  trafficPolicy: { tls: { mode: ${mode} } }
`;
const HOST = "otel-collector.monitoring.svc.cluster.local";

export const clientAndCollectorDisagree: Rule = {
  id: "MTLS102",
  name: "client-and-collector-disagree",
  severity: "error",
  layer: "stack",
  why: "A client sends its telemetry in a way that the collector's port does not understand: nothing arrives, and the exporter logs an error.",
  fix: "Change the object named here so that what is sent is among what is accepted; `meshtls explain` shows the whole chain.",
  good: [
    { title: "both in a STRICT mesh: auto mTLS", given: MESH, yaml: documents(COLLECTOR, CLIENT, record(KEEP_STRICT)) },
    {
      title: "a collector without a sidecar: auto mTLS sends plaintext",
      given: MESH,
      yaml: documents(BARE_COLLECTOR, CLIENT),
    },
  ],
  bad: [
    {
      title: "a rule makes the client send mTLS to a collector without a sidecar",
      given: documents(MESH, BARE_COLLECTOR, CLIENT),
      yaml: rule("*.local", "ISTIO_MUTUAL"),
    },
    {
      title: "a rule makes the client send plaintext to a STRICT port",
      given: documents(MESH, COLLECTOR, CLIENT),
      yaml: rule(HOST, "DISABLE", "monitoring"),
    },
    {
      title: "a client outside the mesh",
      given: documents(MESH, COLLECTOR),
      yaml: client({ labels: 'sidecar.istio.io/inject: "false"' }),
    },
    {
      title: "clients are told of a sidecar that does not get the port",
      given: documents(MESH, COLLECTOR_SERVICE, CLIENT),
      yaml: collectorDeployment({ annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "4317"' }),
    },
    {
      title: "TLS of the agent's own inside the mesh",
      given: documents(MESH, COLLECTOR),
      yaml: client({ endpoint: `https://${HOST}:4317` }),
    },
  ],
  check: ({ assessment, settings }) => {
    const refused = otlpFlows(assessment, settings).filter(({ outcome }) => outcome === "refused");
    const disagreements = refused.map((flow): Disagreement => {
      const server = flow.servers.find(({ outcome }) => outcome === "refused");
      return { flow, server, at: blame(assessment.mesh, flow, server) };
    });
    const causes = groupBy(disagreements, ({ at }) => `${describeRef(at.on)}\n${at.path}`);
    return [...causes.values()].flatMap((all) => findingFor(assessment, all));
  },
};
