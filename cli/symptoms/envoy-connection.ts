import * as commands from "./commands";
import { accessLog, either, text, type Signature } from "./signature";

/** Connections that a proxy could not make or keep, where no reason of TLS is told. */

const ANSWER = "upstream connect error or disconnect/reset before headers.";
const EXPORT = (path: string): string =>
  `[2026-11-22T09:16:33.132Z] "POST /opentelemetry.proto.collector.${path} HTTP/2"`;
const TO_COLLECTOR = `"otel-collector.monitoring:4317" "10.0.3.7:4317" outbound|4317||otel-collector.monitoring.svc.cluster.local - - - - default`;

export const plaintextToStrict: Signature = {
  id: "plaintext-to-strict",
  title: "the client's proxy sent plaintext, and the other end closed the connection: most likely STRICT",
  writer: "client-proxy",
  direction: "plaintext-to-tls",
  meaning:
    "The connection came up and was closed before an answer. A STRICT port does just this with plaintext; its own log then says NR filter_chain_not_found.",
  causes: [
    {
      cause: "a DestinationRule with DISABLE (or an empty tls block) in front of a STRICT port",
      fix: "remove the rule, or make exactly that port PERMISSIVE",
    },
    {
      cause:
        "the client dials a pod's address, or a Service that its proxy does not know (Sidecar, exportTo, discoverySelectors): PassthroughCluster, plaintext",
      fix: "dial the Service, and let the proxy see it",
    },
    {
      cause:
        "PeerAuthentication DISABLE nearer to some pods than STRICT to others, or a headless Service with mixed pods",
      fix: "give all its pods one mode",
    },
    { cause: "TLS without a client certificate in front of a STRICT port", fix: "use ISTIO_MUTUAL" },
    {
      cause: "the server closed an idle connection or was stopped",
      fix: "nothing, when it happens only during rollouts",
    },
  ],
  commands: [
    commands.SERVER_ACCESS_LOG,
    commands.CLIENT_ACCESS_LOG,
    commands.CLIENT_TLS,
    commands.DESTINATION_RULES,
    commands.PEER_AUTHENTICATIONS,
  ],
  symptoms: ["connection-termination", "certificate-required"],
  recognise: either(
    accessLog(({ flags, side }) => flags.has("UC") && side !== "server"),
    text(/reset reason: connection termination/),
  ),
  samples: [
    `ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server is UNAVAILABLE. Make sure your collector is running and reachable from this network. Full error message:${ANSWER} reset reason: connection termination`,
    `${EXPORT("trace.v1.TraceService/Export")} 200 UC upstream_reset_before_response_started{connection_termination} - "-" 1021 0 3 - "-" "-" "-" ${TO_COLLECTOR}`,
    "503 UC upstream_reset_before_response_started{connection_termination}",
    '"GET / HTTP/1.1" 503 UC,URX upstream_reset_before_response_started{connection_termination} - "-"',
  ],
};

export const strictRefusedPlaintext: Signature = {
  id: "strict-refused-plaintext",
  title:
    "the server's proxy got bytes that no filter chain of the port takes: plaintext under STRICT, or a foreign TLS",
  writer: "server-proxy",
  direction: "plaintext-to-tls",
  meaning:
    "Under STRICT only Istio's mutual TLS finds a filter chain; plaintext is cut off here and the client sees a reset or a connection termination.",
  causes: [
    {
      cause: "the client has no sidecar, started before it, or goes past it",
      fix: "inject the client, or make exactly this port PERMISSIVE",
    },
    {
      cause: "a DestinationRule with DISABLE on the client's side",
      fix: "remove it, or make exactly this port PERMISSIVE",
    },
    {
      cause:
        "the application's own TLS, or a SIMPLE rule, in front of a port that is declared http or grpc (an SNI is logged then)",
      fix: "let the proxies do the TLS, or name the port tls-…",
    },
  ],
  commands: [
    {
      run: "kubectl get pods -A -o wide | grep DOWNSTREAM_ADDRESS",
      tells: "the client: the address stands near the end of the line, before the SNI",
    },
    commands.CLIENT_PROXY,
    commands.PEER_AUTHENTICATIONS,
    commands.DESTINATION_RULES,
  ],
  symptoms: ["connection-termination", "connection-reset", "tls-reset"],
  recognise: either(
    accessLog(({ flags, reason }) => flags.has("NR") && /filter.chain.not.found/.test(reason)),
    text(/NR filter_chain_not_found/),
  ),
  samples: [
    `[2026-11-22T09:16:33.132Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" - - 10.0.3.7:4317 10.0.1.9:41234 - -`,
    "NR filter_chain_not_found",
  ],
};

export const tlsAtPlaintextListener: Signature = {
  id: "tls-at-plaintext-listener",
  title:
    "the server's proxy reads the port as plaintext HTTP and got bytes that are none: the other half of WRONG_VERSION_NUMBER",
  writer: "server-proxy",
  direction: "tls-to-plaintext",
  meaning:
    "The proxy in front of the server does not expect TLS there, answered 400 in plaintext, and the client's proxy took that for a broken TLS.",
  causes: [
    {
      cause: "PeerAuthentication DISABLE on the port, and clients whose DestinationRule forces ISTIO_MUTUAL",
      fix: "make the two agree: STRICT or PERMISSIVE on the port, or no rule",
    },
    {
      cause: "a client that speaks something else than HTTP to a port named http",
      fix: "name the port by what it speaks",
    },
  ],
  commands: [commands.PEER_AUTHENTICATIONS, commands.DESTINATION_RULES, commands.SERVICE_PORTS],
  symptoms: ["wrong-version-number", "tls-to-plaintext-app"],
  recognise: accessLog(({ code, flags, reason }) => code === 400 && flags.has("DPE") && /codec.error/.test(reason)),
  samples: [
    `[2026-11-22T09:16:33.132Z] "- - HTTP/1.1" 400 DPE http1.codec_error - "-" 0 11 0 - "-" "-" "-" "-" "-" inbound|4317|| - 10.0.3.7:4317 10.0.1.9:41234 - -`,
  ],
};

export const serverApplicationRefuses: Signature = {
  id: "server-application-refuses",
  title: "the server's proxy got the call and nothing listens behind it",
  writer: "server-proxy",
  direction: "none",
  meaning: "mTLS did its part; the application does not listen on the pod's address at that port.",
  causes: [
    {
      cause: "the receiver binds localhost (the collector's default since 0.104)",
      fix: "bind ${env:MY_POD_IP}:4317 or 0.0.0.0:4317",
    },
    { cause: "a targetPort that the container does not listen on", fix: "correct the Service" },
    { cause: "the application is starting or has stopped", fix: "wait for readiness" },
  ],
  commands: [commands.LISTENS, commands.SERVICE_PORTS],
  symptoms: ["connection-refused"],
  recognise: accessLog(
    ({ flags, reason, side }) => side === "server" && flags.has("UF") && /delayed connect error|refused/i.test(reason),
  ),
  samples: [
    `[2026-11-22T09:16:33.132Z] "POST /opentelemetry.proto.collector.trace.v1.TraceService/Export HTTP/2" 200 UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused} - "delayed_connect_error:_Connection_refused" 1021 0 1 - "-" "-" "-" "otel-collector.monitoring:4317" "10.0.3.7:4317" inbound|4317|| - 10.0.3.7:4317 10.0.1.9:41234 outbound_.4317_._.otel-collector.monitoring.svc.cluster.local default`,
    `"POST /v1/traces HTTP/1.1" 503 UF upstream_reset_before_response_started{remote_connection_failure,delayed_connect_error:_111} - "delayed_connect_error:_111" inbound|4318||`,
  ],
};

export const upstreamRefused: Signature = {
  id: "upstream-refused",
  title: "the client's proxy was refused by TCP: nothing listens there",
  writer: "client-proxy",
  direction: "none",
  meaning: "The connection never came up, so no TLS was tried: errno 111 (ECONNREFUSED) from the server's address.",
  causes: [
    {
      cause: "the receiver binds localhost (the collector's default since 0.104)",
      fix: "bind ${env:MY_POD_IP}:4317 or 0.0.0.0:4317",
    },
    { cause: "a wrong targetPort", fix: "correct the Service" },
    { cause: "the server is down or starting", fix: "see its pods" },
  ],
  commands: [commands.LISTENS, commands.SERVICE_PORTS, commands.ENDPOINTS],
  symptoms: ["connection-refused"],
  recognise: either(
    text(/delayed[ _]connect[ _]error:[ _]?(?:111|Connection[ _]refused)/),
    text(/upstream connect error|reset reason: /, /(?:connection failure|failure reason)[^A-Za-z]+Connection refused/),
  ),
  samples: [
    `Full error message:${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: 111`,
    `${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused`,
    `${EXPORT("trace.v1.TraceService/Export")} 200 URX,UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused} - "delayed_connect_error:_Connection_refused" 5 0 80 - "-" "-" "-" ${TO_COLLECTOR}`,
  ],
};

export const upstreamTimeout: Signature = {
  id: "upstream-timeout",
  title: "the client's proxy got no answer at all to its connection",
  writer: "client-proxy",
  direction: "none",
  meaning: "Packets are dropped on the way: a refusal or a failure of TLS would have answered at once.",
  causes: [
    {
      cause: "a NetworkPolicy or a security group that does not allow the port",
      fix: "open 4317 and 4318 for the client",
    },
    { cause: "endpoints of pods or nodes that are gone", fix: "see the EndpointSlices" },
  ],
  commands: [commands.NETWORK_POLICIES, commands.ENDPOINTS],
  symptoms: ["connection-timeout"],
  recognise: either(
    text(/reset reason: (?:[\w ]+?[,.:] ?(?:transport failure reason: )?)?connection timeout/),
    text(/remote[ _]connection[ _]failure[^a-zA-Z]+connection[ _]timeout/),
    accessLog(({ flags, reason }) => flags.has("UF") && /connection timeout/.test(reason)),
  ),
  samples: [
    `Full error message:${ANSWER} retried and the latest reset reason: connection timeout`,
    `${ANSWER} reset reason: remote connection failure, transport failure reason: connection timeout`,
    `${EXPORT("logs.v1.LogsService/Export")} 200 UF,URX upstream_reset_before_response_started{connection_timeout} - "-" 5 0 10001 - "-" "-" "-" ${TO_COLLECTOR}`,
  ],
};

export const noHealthyUpstream: Signature = {
  id: "no-healthy-upstream",
  title: "the Service has no endpoint that the client's proxy would use",
  writer: "client-proxy",
  direction: "none",
  meaning: "No connection was tried, so mTLS has nothing to do with it.",
  causes: [
    {
      cause: "the selector of the Service fits no pod, or none of them is ready",
      fix: "correct the selector or the readiness",
    },
    { cause: "a DestinationRule subset that no pod has the labels of", fix: "correct the subset" },
    { cause: "outlier detection has ejected all endpoints", fix: "find why they failed before" },
  ],
  commands: [
    commands.ENDPOINTS,
    {
      run: "istioctl proxy-config endpoint CLIENT_POD.CLIENT_NS --cluster 'outbound|PORT||HOST'",
      tells: "what the client's proxy has: UNHEALTHY or OUTLIER CHECK FAILED name the cause",
    },
  ],
  symptoms: ["no-healthy-upstream"],
  recognise: either(
    text(/no healthy upstream(?!s| (?:servers?|hosts?|nodes?)\b)/i),
    accessLog(({ flags, cluster }) => flags.has("UH") && !cluster.startsWith("BlackHole")),
  ),
  samples: [
    "Full error message:no healthy upstream",
    `${EXPORT("trace.v1.TraceService/Export")} 200 UH no_healthy_upstream - "-" 5 0 0 - "-" "-" "-" "otel-collector.monitoring:4317" "-" outbound|4317||otel-collector.monitoring.svc.cluster.local - - - - default`,
    "503 UH no_healthy_upstream",
  ],
};
