import { otlpEndpoints, otlpPorts, type Origin, type OtlpEndpoint } from "../mtls/discovery/index";
import { groupBy } from "../mtls/discovery/lookup";
import type { FlowAnswer, ServerAnswer } from "../mtls/flow";
import { isUnknown } from "../mtls/known";
import type { Mesh } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { EXCEPTED_COLLECTOR, client } from "./support/background";
import { objectNamed, findingOn } from "./support/objects";

/** What the two registered ports speak where the receiver itself is not among the objects. */
const REGISTERED: Readonly<Record<number, Spoken>> = { 4317: "grpc", 4318: "http" };

type Spoken = "grpc" | "http";

const receivedAt = (mesh: Mesh, { workload, targetPort }: ServerAnswer): Spoken[] => {
  const found = workload === null ? undefined : indexMesh(mesh).workload(workload);
  const ports = found === undefined ? [] : otlpPorts(mesh, found);
  return ports.filter(({ port }) => port === targetPort).map(({ protocol }) => protocol);
};

/** What the receivers take that an endpoint leads to; nothing where the connection itself is refused: that says another rule. */
function takenBy(mesh: Mesh, flows: readonly FlowAnswer[], { port }: OtlpEndpoint): readonly Spoken[] {
  if (flows.some(({ outcome }) => outcome === "refused")) return [];
  const found = flows.flatMap(({ servers }) => servers.flatMap((server) => receivedAt(mesh, server)));
  const registered = isUnknown(port) ? undefined : REGISTERED[port];
  return found.length > 0 || registered === undefined ? found : [registered];
}

const SEEN = {
  grpc: 'its exporter logs "Failed to export … The request could not be executed" or a broken frame',
  http: 'its exporter logs "Failed to export … Server responded with HTTP status code 415", or 404',
} as const;

function mismatch({ protocol, protocolExplicit, port }: OtlpEndpoint, taken: readonly Spoken[]): string | undefined {
  const [first] = taken;
  if (first === undefined || isUnknown(protocol) || isUnknown(port)) return undefined;
  if (taken.includes(protocol === "grpc" ? "grpc" : "http")) return undefined;
  const how = protocolExplicit ? protocol : `${protocol}, the default because nothing says otherwise,`;
  return `sends ${how} to port ${port}, which takes ${first}; ${SEEN[first]}`;
}

function judge(mesh: Mesh, flows: readonly FlowAnswer[], endpoint: OtlpEndpoint): Finding[] {
  const says = mismatch(endpoint, takenBy(mesh, flows, endpoint));
  if (says === undefined) return [];
  const { origin, client: from, container } = endpoint;
  const on = objectNamed(mesh, origin.object)?.ref ?? from;
  return [findingOn(mesh, on, origin.path, `${describeRef(from)} (container ${container}) ${says}.`)];
}

const placeOf = ({ object, path }: Origin): string => `${object}\n${path}`;

const GIVEN = EXCEPTED_COLLECTOR;
const HOST = "otel-collector.monitoring.svc.cluster.local";

export const otlpProtocolMismatch: Rule = {
  id: "MTLS113",
  name: "otlp-protocol-mismatch",
  severity: "error",
  layer: "stack",
  why: "The port takes one OTLP protocol and the exporter speaks the other (agents from 2.0 on speak http/protobuf unless told otherwise): nothing arrives.",
  fix: "Set OTEL_EXPORTER_OTLP_PROTOCOL, and the port that goes with it: grpc with 4317, http/protobuf with 4318, both with http://.",
  good: [
    { title: "grpc to 4317", given: GIVEN, yaml: client() },
    {
      title: "http/protobuf to 4318",
      given: GIVEN,
      yaml: client({ endpoint: `http://${HOST}:4318`, protocol: "http/protobuf" }),
    },
  ],
  bad: [
    { title: "the agent's default to 4317", given: GIVEN, yaml: client({ protocol: "" }) },
    { title: "grpc to 4318", given: GIVEN, yaml: client({ endpoint: `http://${HOST}:4318` }) },
  ],
  check: ({ assessment: { mesh, flows } }) => {
    const byOrigin = groupBy(flows, ({ origin }) => (origin === "declared" ? "" : placeOf(origin)));
    return otlpEndpoints(mesh).flatMap((endpoint) =>
      judge(mesh, byOrigin.get(placeOf(endpoint.origin)) ?? [], endpoint),
    );
  },
};
