import { describeRef } from "../mtls/objects";
import type { Rule } from "./rule";
import { CLIENT, collectorDeployment, documents, EXCEPTED_COLLECTOR, MESH } from "./support/background";
import { inertDestinationRules } from "./support/inert-destination-rule";
import { inertPeerAuthentication } from "./support/inert-peer-authentication";
import { findingOn } from "./support/objects";

const policy = (name: string, namespace: string, spec: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;

const rule = (host: string, namespace = "monitoring"): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: collector, namespace: ${namespace} }
spec: { host: ${host}, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
`;

const SELECTOR = "selector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }";
const GIVEN = documents(EXCEPTED_COLLECTOR, CLIENT);

const MAPPED_SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: otel-collector, namespace: monitoring }
spec:
  selector: { app.kubernetes.io/name: opentelemetry-collector }
  ports: [{ name: grpc-otlp, port: 14317, targetPort: 4317 }]
`;

export const objectWithoutEffect: Rule = {
  id: "MTLS202",
  name: "object-without-effect",
  severity: "warning",
  layer: "stack",
  why: "An object that changes nothing is believed in all the same: by the next reader, and in the next outage.",
  fix: "Correct what it says (the message tells what Istio makes of it), or delete it.",
  good: [
    { title: "a rule that clients follow", given: GIVEN, yaml: rule("otel-collector.monitoring.svc.cluster.local") },
  ],
  bad: [
    {
      title: "a selector in the root namespace",
      given: GIVEN,
      yaml: policy("collector", "istio-system", `{ ${SELECTOR}, mtls: { mode: STRICT } }`),
    },
    {
      title: "a second policy for the same pods",
      given: GIVEN,
      yaml: policy("zzz", "monitoring", `{ ${SELECTOR}, mtls: { mode: STRICT } }`),
    },
    {
      title: "a selector that matches nothing",
      given: GIVEN,
      yaml: policy("collector", "monitoring", "{ selector: { matchLabels: { app: otel } }, mtls: { mode: STRICT } }"),
    },
    {
      title: "a port of the Service instead of the pods'",
      given: documents(MESH, collectorDeployment(), MAPPED_SERVICE),
      yaml: policy("collector", "monitoring", `{ ${SELECTOR}, portLevelMtls: { 14317: { mode: STRICT } } }`),
    },
    {
      title: "pods without a proxy",
      given: documents(MESH, collectorDeployment({ labels: 'sidecar.istio.io/inject: "false"' })),
      yaml: policy("collector", "monitoring", `{ ${SELECTOR}, mtls: { mode: STRICT } }`),
    },
    { title: "a dotted host that does not expand", given: GIVEN, yaml: rule("otel-collector.monitoring") },
    { title: "a host that is not there", given: GIVEN, yaml: rule("collector.monitoring.svc.cluster.local") },
    {
      title: "a rule in a namespace where nobody looks",
      given: GIVEN,
      yaml: rule("otel-collector.monitoring.svc.cluster.local", "platform"),
    },
  ],
  check: ({ assessment: { mesh, flows } }) => [
    ...mesh.peerAuthentications.flatMap((peer) =>
      inertPeerAuthentication(mesh, peer).map(({ path, says }) =>
        findingOn(mesh, peer.ref, path, `${describeRef(peer.ref)} ${says}.`),
      ),
    ),
    ...inertDestinationRules(mesh, flows).map(({ rule: { ref }, inert: { path, says } }) =>
      findingOn(mesh, ref, path, `${describeRef(ref)} ${says}.`),
    ),
  ],
};
