import * as commands from "./commands";
import { either, text, type Signature } from "./signature";
import { anyTlsError, tlsReason, tlsSystemError } from "./tls-error";

/** TLS that a proxy originated and that failed: Envoy names BoringSSL's reason. */

const WV = "TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end";
const ANSWER = "upstream connect error or disconnect/reset before headers.";

export const tlsToPlaintextPort: Signature = {
  id: "tls-to-plaintext-port",
  title: "the client's proxy sent TLS to a port that answered plaintext, not the reverse",
  writer: "client-proxy",
  direction: "tls-to-plaintext",
  meaning:
    "The client's proxy began TLS, and the first bytes that came back were no TLS at all; it then answered the application itself. Plaintext that meets STRICT never gives this text, and neither do two different versions of TLS.",
  causes: [
    {
      cause:
        "a DestinationRule that covers the server (its own host, *.NAMESPACE.svc.cluster.local or *.local) forces ISTIO_MUTUAL, and the server's pods have no sidecar",
      fix: "inject the server, or remove or narrow the rule: auto mTLS then sends plaintext by itself",
    },
    {
      cause:
        "the server is injected (its pods are labelled tlsMode istio), but the port is not intercepted: excludeInboundPorts, includeInboundPorts without it, interceptionMode NONE, a redirect that failed",
      fix: "let the proxy intercept the port, or set DISABLE for that port in a DestinationRule",
    },
    {
      cause: "PeerAuthentication DISABLE on the port, and a DestinationRule that forces ISTIO_MUTUAL",
      fix: "make the two agree: STRICT or PERMISSIVE on the port, or no rule",
    },
    {
      cause: "the label security.istio.io/tlsMode: istio on pods without a sidecar, copied by hand or by a template",
      fix: "remove the label",
    },
    {
      cause:
        "a headless Service, whose TLS is one for all its pods, in front of a port with PeerAuthentication DISABLE",
      fix: "use PERMISSIVE instead of DISABLE, or a DestinationRule with DISABLE for the port",
    },
    {
      cause: "a DestinationRule with SIMPLE or MUTUAL in front of an application that speaks plaintext",
      fix: "remove its tls block",
    },
  ],
  commands: [
    commands.CLIENT_TLS,
    commands.DESTINATION_RULES,
    commands.SERVER_PODS,
    commands.INTERCEPTION,
    commands.PEER_AUTHENTICATIONS,
    commands.PAST_THE_PROXY,
  ],
  symptoms: ["wrong-version-number"],
  recognise: either(
    tlsReason(247),
    text(/WRONG[ _]VERSION[ _]NUMBER/, /upstream connect error|reset reason|TLS[ _]error/),
  ),
  samples: [
    `[otel.javaagent 2026-11-22 09:16:33:132 +0000] [OkHttp http://otel-collector.monitoring.svc.cluster.local:4317/...] ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export metrics. Server is UNAVAILABLE. Make sure your collector is running and reachable from this network. Full error message:${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: ${WV}`,
    `${ANSWER} reset reason: connection failure, transport failure reason: TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER`,
    `[2026-11-22T09:16:33.132Z] "POST /opentelemetry.proto.collector.trace.v1.TraceService/Export HTTP/2" 200 URX,UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end} - "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end" 1021 0 212 - "-" "OTel-OTLP-Exporter-Java/1.45.0" "7a2f" "otel-collector.monitoring.svc.cluster.local:4317" "10.0.3.7:4317" outbound|4317||otel-collector.monitoring.svc.cluster.local - 10.96.4.4:4317 10.0.1.9:41234 - default`,
    `Failed to export traces to otel-collector.monitoring:4317, error code: StatusCode.UNAVAILABLE, error details: ${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: ${WV}`,
  ],
};

export const serverCertificateDistrusted: Signature = {
  id: "server-certificate-distrusted",
  title: "TLS on both sides, and the client's proxy does not trust the server's certificate",
  writer: "client-proxy",
  direction: "tls-distrusted",
  meaning:
    "The server answered with TLS; its certificate has another root, another trust domain or another name than the client's proxy demands.",
  causes: [
    {
      cause: "a DestinationRule with SIMPLE in front of a port that speaks Istio's mTLS",
      fix: "use ISTIO_MUTUAL, or no tls block at all",
    },
    {
      cause: "pods of before a change of the root certificate or of the trust domain",
      fix: "restart the workloads; align cacerts and trustDomain of the control planes",
    },
    {
      cause: "subjectAltNames of the DestinationRule do not name the server's identity",
      fix: "correct or remove them",
    },
  ],
  commands: [
    commands.CLIENT_TLS,
    {
      run: "istioctl proxy-config secret CLIENT_POD.CLIENT_NS && istioctl proxy-config secret SERVER_POD.SERVER_NS",
      tells: "two different ROOTCA rows: different roots; the validity says which is old",
    },
    commands.DESTINATION_RULES,
  ],
  symptoms: ["certificate-verify-failed"],
  recognise: tlsReason(125),
  samples: [
    `${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end`,
    `Full error message:${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed: X509_verify_cert: certificate verification error at depth 1: self signed certificate in certificate chain:TLS_error_end`,
    `${ANSWER} reset reason: remote connection failure, transport failure reason: TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed: verify SAN list:TLS_error_end`,
  ],
};

export const clientCertificateRequired: Signature = {
  id: "client-certificate-required",
  title: "the server demands a client certificate and got none that it accepts",
  writer: "proxy",
  direction: "tls-distrusted",
  meaning: "TLS without Istio's certificate, or with a foreign one, met a port that takes only mutual TLS.",
  causes: [
    {
      cause: "a DestinationRule with SIMPLE in front of a STRICT port",
      fix: "use ISTIO_MUTUAL, or no tls block at all",
    },
    { cause: "a MUTUAL rule with certificates of another authority", fix: "use ISTIO_MUTUAL" },
    {
      cause: "a client's certificate that has expired: its proxy no longer reaches istiod",
      fix: "restore the way to istiod",
    },
  ],
  commands: [commands.CLIENT_TLS, commands.DESTINATION_RULES, commands.PEER_AUTHENTICATIONS],
  symptoms: ["certificate-required", "certificate-verify-failed"],
  recognise: tlsReason(192, 1042, 1044, 1045, 1046, 1048, 1116),
  samples: [
    `${ANSWER} reset reason: remote connection failure, transport failure reason: TLS_error:|268436572:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED:TLS_error_end`,
    `[2026-11-22T09:16:33.132Z] "- - -" 0 - - - "TLS_error:|268435648:SSL_routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE:TLS_error_end" 0 0 3 - "-" "-" "-" "-" "-" - - 10.0.3.7:4317 10.0.1.9:41234 - -`,
  ],
};

export const plaintextHttpToTls: Signature = {
  id: "plaintext-http-to-tls",
  title: "plaintext HTTP arrived at a port of the server's proxy that expects TLS",
  writer: "server-proxy",
  direction: "plaintext-to-tls",
  meaning: "The first bytes of the connection were an HTTP request: the client, or its proxy, sent no TLS.",
  causes: [
    { cause: "the client has no sidecar", fix: "inject it, or make the port PERMISSIVE" },
    {
      cause: "a DestinationRule with DISABLE, or traffic past the client's proxy",
      fix: "remove the rule or the exclusion",
    },
  ],
  commands: [commands.CLIENT_PROXY, commands.CLIENT_TLS, commands.PEER_AUTHENTICATIONS],
  symptoms: ["connection-termination", "connection-reset"],
  recognise: tlsReason(156),
  samples: [
    `[2026-11-22T09:16:33.132Z] "- - -" 0 - - - "TLS_error:|268435612:SSL_routines:OPENSSL_internal:HTTP_REQUEST:TLS_error_end" 0 0 1 - "-" "-" "-" "-" "-" - - 10.0.3.7:4317 10.0.1.9:41234 - -`,
  ],
};

export const tlsCutOff: Signature = {
  id: "tls-cut-off",
  title: "the client's proxy sent TLS, and the connection was cut before any answer",
  writer: "client-proxy",
  direction: "tls-cut-off",
  meaning:
    "No filter chain of the server's proxy wants this kind of TLS on this port, or ztunnel refused the connection.",
  causes: [
    {
      cause: "a DestinationRule with SIMPLE or MUTUAL in front of a PERMISSIVE port that is declared http or grpc",
      fix: "use ISTIO_MUTUAL, or no tls block",
    },
    {
      cause: "a policy of ztunnel (ambient) denies the connection",
      fix: "see the log of ztunnel on the server's node",
    },
    { cause: "something between the two resets connections", fix: "look at network policies and middleboxes" },
  ],
  commands: [commands.CLIENT_TLS, commands.SERVER_ACCESS_LOG, commands.DESTINATION_RULES],
  symptoms: ["tls-reset"],
  recognise: tlsSystemError,
  samples: [
    `${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|33554536:system library:OPENSSL_internal:Connection reset by peer:TLS_error_end`,
  ],
};

export const tlsOtherReason: Signature = {
  id: "tls-failed",
  title: "TLS of a proxy failed",
  writer: "proxy",
  direction: "tls-distrusted",
  meaning: "The code names BoringSSL's reason; it is none of those that mTLS in a mesh usually fails with.",
  causes: [
    {
      cause: "a DestinationRule, Gateway or EnvoyFilter that sets versions, ciphers or protocols of TLS",
      fix: "compare what both sides allow",
    },
  ],
  commands: [commands.CLIENT_TLS, commands.CLIENT_ACCESS_LOG, commands.SERVER_ACCESS_LOG],
  symptoms: [],
  recognise: anyTlsError,
  samples: [
    `${ANSWER} reset reason: remote connection failure, transport failure reason: TLS_error:|268435696:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL:TLS_error_end`,
    `${ANSWER} reset reason: remote connection failure, transport failure reason: TLS_error:|268436526:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION:TLS_error_end`,
    `${ANSWER} reset reason: remote connection failure, transport failure reason: TLS_error:|268436496:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE:TLS_error_end`,
  ],
};
