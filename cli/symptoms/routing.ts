import * as commands from "./commands";
import { accessLog, either, text, type Signature } from "./signature";

/** Where a proxy sends a call, or that it may not. */

export const blackHole: Signature = {
  id: "black-hole",
  title: "the client's proxy does not know the server and may not let unknown traffic out",
  writer: "client-proxy",
  direction: "none",
  meaning:
    "BlackHoleCluster: the mesh says REGISTRY_ONLY, or a Sidecar's egress leaves the server out; the answer is an empty 502.",
  causes: [
    {
      cause: "a Sidecar whose egress hosts do not name the collector's namespace",
      fix: "add MONITORING_NAMESPACE/* to its hosts",
    },
    {
      cause: "outboundTrafficPolicy REGISTRY_ONLY and a host that is no Service and has no ServiceEntry",
      fix: "correct the host, or add a ServiceEntry",
    },
  ],
  commands: [
    { run: "kubectl get sidecars -A -o yaml", tells: "the egress hosts that apply to the client" },
    {
      run: "istioctl proxy-config cluster CLIENT_POD.CLIENT_NS --fqdn HOST",
      tells: "no row: this proxy does not know the host",
    },
    commands.CLIENT_ACCESS_LOG,
  ],
  symptoms: ["black-hole", "cluster-not-found"],
  recognise: either(
    text(/BlackHoleCluster/),
    text(/HTTP status code 502\b.*Bad Gateway/),
    text(/GrpcExporter/, /Server is UNAVAILABLE\..*Full error message:["',\s}]*$/),
  ),
  samples: [
    `"POST /v1/traces HTTP/1.1" 502 - direct_response - "-" 10 0 0 - "-" "-" "-" "otel-collector.monitoring:4318" "-" BlackHoleCluster - 10.96.4.4:4318 10.0.1.9:41234 - block_all`,
    "[otel.javaagent 2026-11-22 09:16:33:132 +0000] [OkHttp http://otel-collector.monitoring:4317/...] ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server is UNAVAILABLE. Make sure your collector is running and reachable from this network. Full error message:",
    "WARN io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. Server responded with HTTP status code 502. Error message: Unable to parse response body, HTTP status message: Bad Gateway",
  ],
};

export const passthrough: Signature = {
  id: "passthrough",
  title: "the client's proxy does not know the server and passes the bytes on as they are",
  writer: "client-proxy",
  direction: "plaintext-to-tls",
  meaning:
    "PassthroughCluster: no DestinationRule and no auto mTLS apply; plaintext stays plaintext, and a STRICT port cuts it off.",
  causes: [
    { cause: "the client dials a pod's address", fix: "dial the Service" },
    {
      cause: "the Service is hidden from the client: Sidecar egress, exportTo, discoverySelectors",
      fix: "let the client's proxy see it",
    },
  ],
  commands: [
    {
      run: "istioctl proxy-config cluster CLIENT_POD.CLIENT_NS --fqdn HOST",
      tells: "no row: this proxy does not know the host",
    },
    { run: "kubectl get sidecars -A -o yaml", tells: "the egress hosts that apply to the client" },
    commands.SERVER_ACCESS_LOG,
  ],
  symptoms: ["connection-termination", "connection-reset"],
  recognise: accessLog(
    ({ cluster, flags, code }) => cluster === "PassthroughCluster" && (flags.size > 0 || code === 0),
  ),
  samples: [
    `[2026-11-22T09:16:33.132Z] "- - -" 0 UR via_upstream - "-" 0 0 2 - "-" "-" "-" "-" "10.0.3.7:4317" PassthroughCluster 10.0.1.9:5 10.0.3.7:4317 10.0.1.9:41234 - -`,
  ],
};

export const routeNotFound: Signature = {
  id: "route-not-found",
  title: "the client's proxy has no route for this Host",
  writer: "client-proxy",
  direction: "none",
  meaning: "The port is known, and the host in the request is none of those that the proxy has a virtual host for.",
  causes: [
    {
      cause: "a host name that the Service does not have: a pod's address, another domain",
      fix: "dial SERVICE.NAMESPACE",
    },
    { cause: "a VirtualService whose matches leave the path of OTLP out", fix: "add a route without match" },
  ],
  commands: [
    {
      run: "istioctl proxy-config routes CLIENT_POD.CLIENT_NS --name PORT -o json",
      tells: "the domains of its virtual hosts",
    },
  ],
  symptoms: ["cluster-not-found"],
  recognise: either(
    accessLog(({ flags, reason }) => (flags.has("NR") && /route.not.found/.test(reason)) || flags.has("NC")),
    text(/Server responded with UNIMPLEMENTED\./, /Full error message:["',\s}]*$/),
  ),
  samples: [
    '"POST /v1/traces HTTP/1.1" 404 NR route_not_found - "-" 0 0 0',
    '"POST /v1/traces HTTP/1.1" 503 NC cluster_not_found - "-" 0 0 0',
    'ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export metrics. Server responded with UNIMPLEMENTED. This usually means that your collector is not configured with an otlp receiver in the "pipelines" section of the configuration. Full error message:',
  ],
};

export const rbacDenied: Signature = {
  id: "authorization-denied",
  title: "the server's proxy denied the call: no AuthorizationPolicy allows it",
  writer: "server-proxy",
  direction: "none",
  meaning:
    "The connection and its TLS are in order. A client that came in plaintext has no identity, so no policy by principal or namespace can match it.",
  causes: [
    {
      cause:
        "a policy by principals, namespaces or serviceAccounts, and a client without mTLS (a DestinationRule with DISABLE, or no sidecar)",
      fix: "bring mTLS back, or allow the client's addresses on the OTLP ports",
    },
    { cause: "a policy that does not name this client or this port", fix: "add the client; ports are container ports" },
  ],
  commands: [
    commands.AUTHORIZATION,
    commands.CLIENT_TLS,
    { run: "istioctl experimental authz check SERVER_POD.SERVER_NS", tells: "the policies that apply to the server" },
  ],
  symptoms: [],
  recognise: either(
    text(/RBAC: ?access denied(?! (?:to|for|in|by)\b)/i),
    text(/rbac[_ ]access[_ ]denied/),
    text(/(?:Grpc|Http)Exporter.*(?:HTTP status code 403|gRPC status code 7)\b/),
  ),
  samples: [
    "WARN io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server responded with gRPC status code 7. Error message: RBAC: access denied",
    "WARN io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. Server responded with HTTP status code 403. Error message: Unable to parse response body, HTTP status message: Forbidden",
    `"POST /v1/traces HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 19 0 - "-" "-" "-" "otel-collector.monitoring:4318" "-" inbound|4318|| - 10.0.3.7:4318 10.0.1.9:41234 - default`,
  ],
};

export const deniedByZtunnel: Signature = {
  id: "denied-by-ztunnel",
  title: "ztunnel denied the connection by policy",
  writer: "ztunnel",
  direction: "plaintext-to-tls",
  meaning: "istio_converted_static_strict is STRICT itself: the client came without HBONE, so without identity.",
  causes: [
    {
      cause: "the client is in no mesh and the server's PeerAuthentication is STRICT",
      fix: "put the client in the mesh, or make the workload PERMISSIVE",
    },
    { cause: "an AuthorizationPolicy that denies this client", fix: "see the policy that the line names" },
  ],
  commands: [
    commands.PEER_AUTHENTICATIONS,
    commands.AUTHORIZATION,
    { run: "istioctl ztunnel-config workloads", tells: "the protocol of the client: TCP is no mesh, HBONE is" },
  ],
  symptoms: ["denied-by-ztunnel"],
  recognise: text(/connection closed due to policy rejection/),
  samples: [
    'error access connection complete src.addr=10.0.1.9:41234 dst.addr=10.0.3.7:4317 direction="inbound" error="connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict"',
  ],
};
