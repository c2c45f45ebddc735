import type { Symptom } from "../../mtls/vocabulary";

const ENVOY = "upstream connect error or disconnect/reset before headers";

const TEXTS: Readonly<Record<Symptom, string>> = {
  "wrong-version-number": `${ENVOY}. retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end`,
  "connection-termination": `${ENVOY}. reset reason: connection termination`,
  "connection-reset": "java.net.SocketException: Connection reset",
  "tls-reset": `${ENVOY}. retried and the latest reset reason: remote connection failure`,
  "certificate-required": `${ENVOY}. reset reason: connection termination (the server: PEER_DID_NOT_RETURN_A_CERTIFICATE)`,
  "certificate-verify-failed": `${ENVOY}. retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end`,
  "black-hole": "UNAVAILABLE without a message, HTTP 502 without a body",
  "tls-to-plaintext-app": "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
  "plaintext-to-tls-app": "Client sent an HTTP request to an HTTPS server.",
  "protocol-error": `${ENVOY}. reset reason: protocol error`,
  "connection-refused": "java.net.ConnectException: Connection refused",
  "no-healthy-upstream": "no healthy upstream",
  "cluster-not-found": "HTTP 503 without a body (the proxy's log: NC cluster_not_found)",
  "connection-timeout": `${ENVOY}. reset reason: connection timeout`,
  "denied-by-ztunnel":
    "java.net.SocketException: Connection reset (ztunnel: connection closed due to policy rejection)",
};

/** What the user of a refused flow sees. */
export const symptomText = (symptom: Symptom): string => TEXTS[symptom];
