import * as commands from "./commands";
import { either, exporting, text, type Signature } from "./signature";

/** What a client's own network library says: no proxy has answered. */

const AGENT =
  "[otel.javaagent 2026-11-22 09:16:33:132 +0000] [OkHttp http://otel-collector.monitoring.svc.cluster.local:4317/...] ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. The request could not be executed.";
const HTTP =
  "ERROR io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. The request could not be executed.";
const GO = "traces export: rpc error: code = Unavailable desc = connection error: desc =";

export const endpointIsLocalhost: Signature = {
  id: "endpoint-is-localhost",
  title: "the exporter dials localhost: no endpoint is set",
  writer: "client",
  direction: "none",
  meaning: "4317 and 4318 on localhost are the SDKs' defaults; nothing listens there in the client's pod.",
  causes: [
    {
      cause: "OTEL_EXPORTER_OTLP_ENDPOINT is not set, or not in the container that needs it",
      fix: "set it to http://SERVICE.NAMESPACE:4317 (grpc) or :4318 (http/protobuf)",
    },
    { cause: "a collector that was meant to be a sidecar is not there", fix: "add it" },
  ],
  commands: [commands.AGENT_ENVIRONMENT],
  symptoms: [],
  recognise: exporting(
    /(?:localhost|127\.0\.0\.1|\[::1\])\S{0,40}:?431[78]/,
    /Failed to connect|refused|Failed to establish/i,
  ),
  samples: [
    `${HTTP} Full error message: Failed to connect to localhost/[0:0:0:0:0:0:0:1]:4318`,
    `${GO} "transport: Error while dialing: dial tcp 127.0.0.1:4317: connect: connection refused"`,
  ],
};

export const connectionRefused: Signature = {
  id: "connection-refused",
  title: "the client was refused by TCP, and no proxy answered",
  writer: "client",
  direction: "none",
  meaning:
    "Either the client's own sidecar does not run yet (its traffic is redirected to a port where nothing listens), or there is none and the server does not listen.",
  causes: [
    {
      cause: "the application started before its sidecar",
      fix: "native sidecars, or holdApplicationUntilProxyStarts: true",
    },
    {
      cause: "the receiver binds localhost, or the server is down",
      fix: "bind the pod's address; see the server's pods",
    },
    { cause: "a wrong port, or a Service without endpoints and no mesh", fix: "correct the port or the selector" },
  ],
  commands: [commands.CLIENT_PROXY, commands.ENDPOINTS, commands.LISTENS],
  symptoms: ["connection-refused"],
  recognise: either(
    exporting(/Failed to connect to|ConnectException|connect(?:ion)?:? (?:ECONN)?refused|ECONNREFUSED/i),
    // A port that is named and is none of OTLP's is somebody else's.
    text(/curl: \(7\)(?!.*\bport (?!431[78]\b)\d)/),
  ),
  samples: [
    `${AGENT} Error message: Failed to connect to otel-collector.monitoring.svc.cluster.local/10.96.4.4:4317`,
    `${GO} "transport: Error while dialing: dial tcp 10.96.4.4:4317: connect: connection refused"`,
    'failed to upload metrics: max retry time elapsed: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.4.4:4317: connect: connection refused"',
    "curl: (7) Failed to connect to otel-collector.monitoring port 4318 after 3 ms: Connection refused",
  ],
};

export const unknownHost: Signature = {
  id: "unknown-host",
  title: "the collector's name does not resolve",
  writer: "client",
  direction: "none",
  meaning: "DNS comes before everything else. Agent 2.11 does not try again after this failure; later ones do.",
  causes: [
    {
      cause: "a wrong name or namespace in the endpoint",
      fix: "SERVICE.NAMESPACE or SERVICE.NAMESPACE.svc.cluster.local",
    },
    { cause: "the Service does not exist yet", fix: "create the collector first" },
    {
      cause: "DNS is blocked by a NetworkPolicy, or the sidecar is not up yet",
      fix: "allow port 53; start the proxy first",
    },
  ],
  commands: [
    commands.AGENT_ENVIRONMENT,
    {
      run: "kubectl exec CLIENT_POD -n CLIENT_NS -- getent hosts HOST",
      tells: "nothing: the name does not resolve in the client's pod",
    },
    { run: "kubectl get services -A | grep -E '431[78]'", tells: "the names that exist" },
  ],
  symptoms: [],
  recognise: either(
    exporting(
      /UnknownHostException|Name or service not known|no such host|nodename nor servname|Name does not resolve|DNS resolution failed|Could not resolve host/i,
    ),
    text(
      /(?:Grpc|Http)Exporter/,
      /could not be executed\. (?:Full error|Error) message: ?[a-z0-9][a-z0-9.-]*(?:["',\s}]*$| (?:java|at )|: (?:Name|Temporary|nodename))/,
    ),
  ),
  samples: [
    `${AGENT} Error message: otel-collector.monitoring.svc.cluster.local java.net.UnknownHostException: otel-collector.monitoring.svc.cluster.local`,
    `${AGENT} Error message: otel-collector.monitoring.svc.cluster.local`,
    `${AGENT} Error message: otel-collector.monitoring.svc.cluster.local: Name or service not known`,
    `${GO} "transport: Error while dialing: dial tcp: lookup otel-collector.monitoring on 10.96.0.10:53: no such host"`,
  ],
};

export const clientTimeout: Signature = {
  id: "export-timeout",
  title: "the export took longer than the exporter waits",
  writer: "client",
  direction: "none",
  meaning:
    "The exporter's budget (10 s) includes its retries: packets are dropped, or the collector is slow, or each try failed fast and was tried again.",
  causes: [
    { cause: "a NetworkPolicy or a security group drops the packets", fix: "open 4317 and 4318 for the client" },
    { cause: "the collector or its backend is slow", fix: "see its log; raise the timeout last" },
  ],
  commands: [commands.NETWORK_POLICIES, commands.CLIENT_ACCESS_LOG, commands.COLLECTOR_LOG],
  symptoms: ["connection-timeout"],
  recognise: exporting(
    /message: ?timeout|InterruptedIOException|SocketTimeoutException|context deadline exceeded|DEADLINE_EXCEEDED|batch due to timeout|connect timed out/i,
  ),
  samples: [
    `${AGENT} Error message: timeout java.io.InterruptedIOException: timeout`,
    `${AGENT} Error message: timeout`,
    "traces export: context deadline exceeded",
    "Failed to export span batch due to timeout, max retries or shutdown.",
  ],
};

export const notHttp2: Signature = {
  id: "grpc-to-http1-port",
  title: "a gRPC client got an answer in HTTP/1.1",
  writer: "client",
  direction: "none",
  meaning: 'FRAME_SIZE_ERROR 4740180 is the text "HTT" read as a number: whoever answered does not speak HTTP/2.',
  causes: [
    { cause: "gRPC sent to 4318, the OTLP/HTTP port", fix: "4317 for grpc" },
    { cause: "a Service port for gRPC that is named http", fix: "name it grpc-…, or appProtocol: grpc" },
  ],
  commands: [commands.AGENT_ENVIRONMENT, commands.SERVICE_PORTS],
  symptoms: ["protocol-error"],
  recognise: either(
    text(/FRAME_SIZE_ERROR: 4740180/),
    text(/server preface: http2: (?:frame too large|failed reading the frame payload)/),
    exporting(/Required SETTINGS preface not received/),
  ),
  samples: [
    "WARN io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server responded with gRPC status code 2. Error message: FRAME_SIZE_ERROR: 4740180",
    `${GO} "error reading server preface: http2: frame too large"`,
    `${AGENT} Error message: Required SETTINGS preface not received`,
  ],
};

export const connectionReset: Signature = {
  id: "connection-reset-without-proxy",
  title: "the connection was reset, and no proxy of the client's answered: plaintext from outside the mesh met STRICT",
  writer: "client",
  direction: "plaintext-to-tls",
  meaning:
    "With a sidecar the application would have read Envoy's words. Without one a STRICT port resets plaintext; its proxy then logs NR filter_chain_not_found.",
  causes: [
    {
      cause: "the client has no sidecar (not injected, a Job or host outside the mesh) and the port is STRICT",
      fix: "inject the client, or make exactly this port PERMISSIVE",
    },
    {
      cause: "the client goes past its sidecar: excludeOutboundPorts, excludeOutboundIPRanges, user 1337",
      fix: "remove the exclusion",
    },
    {
      cause: "the application's own TLS, or TLS of a rule, met a port that is declared http or grpc",
      fix: "let the proxies do the TLS",
    },
    { cause: "the other end stopped, or does not speak HTTP/2", fix: "see its log" },
  ],
  commands: [commands.CLIENT_PROXY, commands.SERVER_ACCESS_LOG, commands.PEER_AUTHENTICATIONS],
  symptoms: ["connection-reset", "denied-by-ztunnel"],
  recognise: either(
    exporting(/Connection reset|connection reset by peer|unexpected end of stream|ECONNRESET/i),
    text(/error reading server preface: /),
    text(/curl: \((?:52|56)\).*(?:reset|Empty reply)/),
  ),
  samples: [
    `${AGENT} Error message: Connection reset by peer java.net.SocketException: Connection reset by peer`,
    `${AGENT} Error message: Connection reset`,
    `${AGENT} Error message: unexpected end of stream on http://otel-collector.monitoring:4317/...`,
    `${GO} "error reading server preface: EOF"`,
    `${GO} "error reading server preface: read tcp 10.0.1.9:41234->10.0.3.7:4317: read: connection reset by peer"`,
    "curl: (56) Recv failure: Connection reset by peer",
  ],
};
