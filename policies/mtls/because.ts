import type { SocketReason } from "./client/auto-mtls";
import type { Cluster } from "./client/cluster";
import type { Asked } from "./client/context";
import type { Hop, PassthroughReason } from "./client/route";
import type { Reason } from "./flow";
import { describeRef, type ObjectRef } from "./objects";
import { dataPlane, dataPlaneReason } from "./server/injection";
import { outboundCaptured } from "./server/interception";
import type { Departure } from "./client/departure";
import type { Traced } from "./meeting";

/** The chain that led to a verdict, in plain words: what decided on the client's side, then on the server's. */

const PASSTHROUGH: Readonly<Record<PassthroughReason, string>> = {
  "not-visible": "the client's proxy is not told about it, so what is sent passes through as it is",
  "no-such-port": "it has no such port, so what is sent passes through as it is",
  "udp-port": "its port is named as UDP, which clients' proxies do not know, so what is sent passes through as it is",
  "no-service":
    "the address belongs to no service that the client's proxy knows, so what is sent passes through as it is",
  "app-tls": "the port is declared HTTP and the application sends TLS, so it passes through as it is",
  "not-http": "the port is declared HTTP and the application sends something else, so it passes through as it is",
  "not-tls":
    "the host is found by the name in a TLS handshake and the application sends none, so it passes through as it is",
  "refused-listener":
    "the tls routes of VirtualServices overlap, Envoy refuses the listener, and what is sent passes through as it is",
};

const PLAIN = "the client's proxy sends plaintext";
const MUTUAL = "the client's proxy sends mutual TLS";

/** Where a rule decided, `{mode}` stands for what it says. */
const SOCKET: Readonly<Record<SocketReason, Readonly<Record<Cluster["socket"]["kind"], string>>>> = {
  rule: {
    plaintext: `is DISABLE: ${PLAIN}`,
    mtls: `is ISTIO_MUTUAL: ${MUTUAL}, whatever the server can do`,
    tls: "makes the client's proxy originate TLS of its own",
    "per-endpoint": "",
  },
  "rule-credential-ignored": same(`names a credential, which a rule without workloadSelector may not: ${PLAIN}`),
  "rule-without-certificate": same(`is MUTUAL without certificate and key: ${PLAIN}`),
  "mesh-external": same(`the service is outside the mesh: ${PLAIN}`),
  "auto-mtls-off": same(`enableAutoMtls is false and no rule says otherwise: ${PLAIN}`),
  "namespace-disabled": same(`mutual TLS is disabled for the namespace of the service: ${PLAIN}`),
  "endpoint-without-sidecar": same(
    `a pod of the service has no proxy, and clients connect to pods directly: ${PLAIN} to all`,
  ),
  "auto-mtls": {
    plaintext: "",
    mtls: `auto mTLS: ${MUTUAL} to every pod of the service`,
    tls: "",
    "per-endpoint": "",
  },
};

function same(text: string): Readonly<Record<Cluster["socket"]["kind"], string>> {
  return { plaintext: text, mtls: text, tls: text, "per-endpoint": text };
}

const reason = (step: string, says: string, object?: ObjectRef): Reason =>
  object === undefined ? { step, says } : { step, object: describeRef(object), says };

function ofCluster({ socket, rule, rulePath, service, namespacePolicy }: Cluster, { answer }: Traced): Reason {
  const text = SOCKET[socket.why][socket.kind];
  if (rule !== undefined && socket.why.startsWith("rule"))
    return reason("destination-rule", `${rulePath} ${text}`, rule.policyFrom.ref);
  if (socket.why !== "auto-mtls") return reason("auto-mtls", text, namespacePolicy ?? service.ref);
  if (socket.kind !== "per-endpoint") return reason("auto-mtls", text, service.ref);
  const sent =
    answer.sends === "mtls"
      ? `auto mTLS: the server's pods are labelled for it, so ${MUTUAL}`
      : `auto mTLS: the server's pods are not labelled for it or disable it, so ${PLAIN}`;
  return reason("auto-mtls", sent, answer.workload ?? service.ref);
}

function ofHop(hop: Hop | undefined, traced: Traced): readonly Reason[] {
  if (hop === undefined) return [];
  switch (hop.via) {
    case "cluster":
      return [
        ...(hop.by === undefined ? [] : [reason("virtual-service", "routes the traffic", hop.by.ref)]),
        ofCluster(hop.cluster, traced),
      ];
    case "passthrough":
      return [reason("route", PASSTHROUGH[hop.why], hop.service?.ref)];
    case "loopback":
      return [reason("route", "the pod calls its own address, which no proxy captures")];
    case "black-hole":
      return [
        reason("route", "nothing among the services that the proxy knows fits, and REGISTRY_ONLY drops the rest"),
      ];
    case "missing-cluster": {
      const subset = hop.target.subset === undefined ? "" : `subset ${hop.target.subset} of `;
      const says = `leads to ${subset}${hop.target.host}, for which the client's proxy has no cluster`;
      return [reason(hop.target.from === undefined ? "route" : "virtual-service", says, hop.target.from?.ref)];
    }
  }
}

/** How what the client sends leaves its pod. */
export function reasonsOfClient({ client, index }: Asked, departure: Departure, port: number): readonly Reason[] {
  if (client.workload === null) return [reason("injection", "the client is outside the mesh", client.ref)];
  const plane = dataPlane(index, client.workload);
  if (departure !== "direct" || plane.mode !== "sidecar") return [dataPlaneReason(index, client.workload)];
  return [outboundCaptured(index, client.workload, { port }).because];
}

/** Of the server's reasons those that bear on this verdict: the declared protocol only where it made a difference. */
function ofServer({ reception, application, answer }: Traced): readonly Reason[] {
  if (answer.workload === null) return [reason("endpoints", "nothing answers there")];
  const protocolMatters = answer.symptom !== undefined && PROTOCOL_SYMPTOMS.has(answer.symptom);
  const told = (reception?.because ?? []).filter(
    ({ step }) => step !== "declared-protocol" || (protocolMatters && reception?.codes !== null),
  );
  const speaks = application === "nothing" ? "nothing listens there" : `the application speaks ${application}`;
  const isApplications =
    reception?.codes === null || answer.symptom === undefined || PROTOCOL_SYMPTOMS.has(answer.symptom);
  return application === undefined || !isApplications || answer.outcome !== "refused"
    ? told
    : [...told, reason("application", speaks, answer.workload)];
}

/** Symptoms that depend on how the port is declared, and on what the application speaks. */
const PROTOCOL_SYMPTOMS: ReadonlySet<string> = new Set([
  "tls-reset",
  "protocol-error",
  "wrong-version-number",
  "tls-to-plaintext-app",
  "plaintext-to-tls-app",
  "certificate-verify-failed",
  "connection-refused",
]);

/** The way to a server, and the server's part; the client's own part is left out. */
export const reasonsOf = (traced: Traced): readonly Reason[] => [...ofHop(traced.hop, traced), ...ofServer(traced)];
