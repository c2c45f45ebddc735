import { groupBy } from "../mtls/discovery/lookup";
import type { FlowAnswer, ServerAnswer } from "../mtls/flow";
import { isUnknown } from "../mtls/known";
import type { AuthorizationPolicy, Mesh, Workload } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule, RuleInput } from "./rule";
import { refusedBy, type Call } from "./support/authorization";
import { CLIENT, EXCEPTED_COLLECTOR, client, documents } from "./support/background";
import { otlpFlows } from "./support/otlp-flows";
import { describeFlow, someOf } from "./support/texts";

interface Refused {
  readonly by: AuthorizationPolicy;
  readonly says: string;
}

/** The call as the collector's proxy sees it: with the client's identity only when it comes by mTLS. */
function callOf(mesh: Mesh, { from }: FlowAnswer, { targetPort, outcome }: ServerAnswer, withIdentity: boolean): Call {
  const client = indexMesh(mesh).workload(from);
  const nobody = {
    principal: undefined,
    namespace: undefined,
    serviceAccount: undefined,
    ip: undefined,
    port: targetPort,
  };
  if (client === undefined || isUnknown(client.serviceAccount)) return nobody;
  if (outcome !== "mtls" && !withIdentity) return nobody;
  const serviceAccount = client.serviceAccount;
  const { namespace } = from;
  return {
    ...nobody,
    namespace,
    serviceAccount,
    principal: `${mesh.config.trustDomain}/ns/${namespace}/sa/${serviceAccount}`,
  };
}

function refusal(mesh: Mesh, flow: FlowAnswer, server: ServerAnswer, collector: Workload): Refused | undefined {
  // Where no proxy reads the connection no policy is asked; a refused flow never comes that far.
  if (server.outcome !== "mtls" && server.outcome !== "plaintext") return undefined;
  if (server.accepts === null || !server.accepts.includes("mtls")) return undefined;
  const by = refusedBy(mesh, collector, callOf(mesh, flow, server, false));
  if (by === undefined) return undefined;
  const lacksIdentity =
    server.outcome === "plaintext" && refusedBy(mesh, collector, callOf(mesh, flow, server, true)) === undefined;
  const why = lacksIdentity ? "comes in plaintext and so has no identity" : `comes by ${server.outcome}`;
  return { by, says: `${describeFlow(flow)} (${why})` };
}

const refusalsOf = ({ assessment, settings }: RuleInput): Refused[] =>
  otlpFlows(assessment, settings).flatMap((flow) =>
    flow.servers.flatMap((server) => {
      const { workload } = server;
      const collector = workload === null ? undefined : indexMesh(assessment.mesh).workload(workload);
      return collector === undefined ? [] : (refusal(assessment.mesh, flow, server, collector) ?? []);
    }),
  );

function findingFor(refused: readonly Refused[]): Finding[] {
  const [first] = refused;
  if (first === undefined) return [];
  const { ref, source, action } = first.by;
  const message =
    `${describeRef(ref)} ${action === "DENY" ? "denies" : "lets in others than"} ${someOf([...new Set(refused.map(({ says }) => says))])}. ` +
    'Exporters log "Server responded with gRPC status code 7" or "HTTP status code 403", with "RBAC: access denied".';
  return [{ on: ref, path: "spec.rules", message, ...(source === undefined ? {} : { source }) }];
}

const policy = (rules: string, action = "ALLOW"): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: otel-collector, namespace: monitoring }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }
  action: ${action}
  rules:
${rules}
`;

const GIVEN = documents(EXCEPTED_COLLECTOR, CLIENT);
const NO_PROXY = client({ labels: 'sidecar.istio.io/inject: "false"' });

export const authorizationShutsOutOtlp: Rule = {
  id: "MTLS114",
  name: "authorization-shuts-out-otlp",
  severity: "error",
  layer: "stack",
  why: "Client and collector agree on mTLS, and the collector's proxy still answers 403: a policy does not name the client, or names an identity that plaintext does not carry.",
  fix: "Let the clients in on the OTLP ports: by principal or namespace when they come by mTLS, by ipBlocks when they come in plaintext.",
  good: [
    {
      title: "the client's namespace",
      given: GIVEN,
      yaml: policy(
        '    - from: [{ source: { namespaces: [staging-webs] } }]\n      to: [{ operation: { ports: ["4317"] } }]',
      ),
    },
    {
      title: "plaintext, and anyone on the OTLP port",
      given: documents(EXCEPTED_COLLECTOR, NO_PROXY),
      yaml: policy('    - to: [{ operation: { ports: ["4317", "4318"] } }]'),
    },
  ],
  bad: [
    {
      title: "another namespace only",
      given: GIVEN,
      yaml: policy("    - from: [{ source: { namespaces: [istio-system] } }]"),
    },
    {
      title: "the OTLP port forgotten",
      given: GIVEN,
      yaml: policy('    - to: [{ operation: { ports: ["8888"] } }]'),
    },
    {
      title: "an identity that a client without a sidecar does not have",
      given: documents(EXCEPTED_COLLECTOR, NO_PROXY),
      yaml: policy("    - from: [{ source: { principals: [cluster.local/ns/staging-webs/sa/default] } }]"),
    },
    {
      title: "plaintext denied on purpose",
      given: documents(EXCEPTED_COLLECTOR, NO_PROXY),
      yaml: policy('    - from: [{ source: { notPrincipals: ["*"] } }]', "DENY"),
    },
  ],
  check: (input) => [...groupBy(refusalsOf(input), ({ by }) => describeRef(by.ref)).values()].flatMap(findingFor),
};
