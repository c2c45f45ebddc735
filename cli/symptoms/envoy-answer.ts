import * as commands from "./commands";
import { accessLog, either, text, type Signature } from "./signature";

/** Answers of a proxy that tell little of themselves, or that came after a working connection. */

const ANSWER = "upstream connect error or disconnect/reset before headers.";
const EXPORT = (path: string): string =>
  `[2026-11-22T09:16:33.132Z] "POST /opentelemetry.proto.collector.${path} HTTP/2"`;
const TO_COLLECTOR = `"otel-collector.monitoring:4317" "10.0.3.7:4317" outbound|4317||otel-collector.monitoring.svc.cluster.local - - - - default`;

export const reasonHidden: Signature = {
  id: "reason-hidden",
  title: "a proxy could not connect, and this line does not say why",
  writer: "client-proxy",
  direction: "hidden",
  meaning:
    "Envoy from 1.38.1 and 1.39 on leaves the reason out of its answer: TLS into plaintext, a distrusted certificate and a refused port all read alike. The access log of the client's sidecar still has it; without \"retried\" the failure may be the server's own proxy's.",
  causes: [
    {
      cause: "TLS to a port that answers plaintext (the access log says WRONG_VERSION_NUMBER)",
      fix: "see tls-to-plaintext-port",
    },
    {
      cause: "the application behind the server's proxy does not listen (its proxy's log says UF on inbound|PORT||)",
      fix: "see server-application-refuses",
    },
    {
      cause: "a certificate that is not trusted (the access log says CERTIFICATE_VERIFY_FAILED)",
      fix: "see server-certificate-distrusted",
    },
  ],
  commands: [
    commands.CLIENT_ACCESS_LOG,
    commands.SERVER_ACCESS_LOG,
    {
      run: "kubectl get pod CLIENT_POD -n CLIENT_NS -o jsonpath='{.metadata.annotations.proxy\\.istio\\.io/config}'",
      tells:
        'runtimeValues envoy.reloadable_features.hide_transport_failure_reason_in_response_body: "false" on the pod template brings the reason back',
    },
  ],
  symptoms: [
    "wrong-version-number",
    "tls-reset",
    "certificate-verify-failed",
    "certificate-required",
    "connection-refused",
  ],
  recognise: either(
    text(/reset reason: (?:remote |local )?connection failure(?!,? ?transport)/),
    accessLog(({ flags }) => flags.has("UF")),
  ),
  samples: [
    `[otel.javaagent 2026-11-22 09:16:33:132 +0000] [OkHttp http://otel-collector.monitoring.svc.cluster.local:4317/...] ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server is UNAVAILABLE. Make sure your collector is running and reachable from this network. Full error message:${ANSWER} retried and the latest reset reason: remote connection failure`,
    `${ANSWER} reset reason: remote connection failure`,
    '"GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{remote_connection_failure} - "-"',
  ],
};

export const serverSideUnavailable: Signature = {
  id: "server-side-unavailable",
  title: "the call arrived at the server's side, and that side answered UNAVAILABLE",
  writer: "client-proxy",
  direction: "none",
  meaning:
    "via_upstream: the answer came over a working connection, so the client's TLS was accepted. The cause is in the log of the server's own proxy.",
  causes: [
    {
      cause: "the application behind the server's proxy does not listen on the pod's address",
      fix: "see server-application-refuses",
    },
    { cause: "the server itself answers UNAVAILABLE (memory, queue)", fix: "see its log" },
  ],
  commands: [commands.SERVER_ACCESS_LOG, commands.COLLECTOR_LOG, commands.LISTENS],
  symptoms: ["connection-refused"],
  recognise: accessLog(({ flags, reason }) => flags.has("URX") && /^via.upstream/.test(reason)),
  samples: [
    `${EXPORT("trace.v1.TraceService/Export")} 200 URX via_upstream - "-" 1021 0 71 - "-" "-" "-" ${TO_COLLECTOR}`,
  ],
};

export const protocolError: Signature = {
  id: "protocol-error",
  title: "the two ends speak different protocols: HTTP/2 and HTTP/1.1, or something that is no HTTP",
  writer: "proxy",
  direction: "none",
  meaning: "The connection stood, and what came over it is not what the name of the Service's port promises.",
  causes: [
    {
      cause: "the port's name or appProtocol does not fit what it speaks",
      fix: "grpc-… or appProtocol: grpc for 4317, http-… for 4318",
    },
    { cause: "the application itself expects TLS on the port", fix: "name it tls-…, or take the TLS away" },
    { cause: "gRPC sent to the OTLP/HTTP port, or the reverse", fix: "4317 for grpc, 4318 for http/protobuf" },
  ],
  commands: [commands.SERVICE_PORTS, commands.AGENT_ENVIRONMENT],
  symptoms: ["protocol-error"],
  recognise: either(
    text(/reset reason: protocol error/),
    accessLog(({ flags }) => flags.has("UPE") || flags.has("DPE")),
  ),
  samples: [
    `${ANSWER} reset reason: protocol error`,
    `"POST /v1/traces HTTP/1.1" 502 UPE upstream_reset_before_response_started{protocol_error} - "-" 10 87 2`,
    '"- - HTTP/2" 0 DPE http2.invalid.header.field - "-" 0 0 1',
  ],
};

export const slowOrGone: Signature = {
  id: "slow-or-gone",
  title: "the call took too long, or the caller hung up first",
  writer: "proxy",
  direction: "none",
  meaning: "UT: the server did not answer in time. DC: the client gave up; the Java agent does after 10 s.",
  causes: [
    { cause: "the server or what is behind it is slow", fix: "see the collector's queue and its backend" },
    { cause: "the client was stopped or restarted", fix: "nothing, when it happens only during rollouts" },
  ],
  commands: [commands.COLLECTOR_LOG],
  symptoms: [],
  recognise: either(
    accessLog(({ flags, reason }) => flags.has("UT") || (flags.has("DC") && /downstream/.test(reason))),
    text(/upstream request timeout/),
  ),
  samples: [
    '"POST /v1/traces HTTP/1.1" 504 UT response_timeout - "-" 10 24 15000',
    "408 UT response_timeout",
    '"POST /v1/traces HTTP/1.1" 0 DC downstream_remote_disconnect - "-" 10 0 10002',
  ],
};

export const envoyCutOff: Signature = {
  id: "envoy-answer-cut-off",
  title: "a proxy answered that it could not reach the server, and the line ends before the reason",
  writer: "client-proxy",
  direction: "hidden",
  meaning:
    '"upstream connect error" is Envoy\'s own answer: the traffic did go through a proxy. Everything else stands in the part that is missing.',
  causes: [
    {
      cause: "the line was cut off, or gives a reason that is not known here",
      fix: "get the whole line; see the access log",
    },
  ],
  commands: [commands.CLIENT_ACCESS_LOG],
  symptoms: [],
  recognise: text(/upstream connect error or disc/),
  samples: [
    "Full error message:upstream connect error or disconnect/reset before headers. retri",
    `${ANSWER} reset reason: overflow`,
  ],
};
