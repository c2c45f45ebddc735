import type { Symptom } from "../vocabulary";
import type { SymptomEntry } from "./index";
import { HIDES_REASON, NO_CHAIN, OLD_SPELLING, reset, resetAfterRetries, SHOWS_REASON, SSL, tlsError } from "./texts";

type TlsSymptom = Extract<
  Symptom,
  | "wrong-version-number"
  | "tls-reset"
  | "certificate-required"
  | "certificate-verify-failed"
  | "tls-to-plaintext-app"
  | "plaintext-to-tls-app"
>;

const FAILED = "remote connection failure";
const WRONG_VERSION = tlsError(268435703, SSL, "WRONG_VERSION_NUMBER");
const NOT_VERIFIED = tlsError(268435581, SSL, "CERTIFICATE_VERIFY_FAILED");
const RESET_BY_PEER = tlsError(33554536, "system library", "Connection reset by peer");

/** The handshake fails, or one side speaks TLS and the other does not. */
export const FAILED_TLS: Readonly<Record<TlsSymptom, SymptomEntry>> = {
  "wrong-version-number": {
    title: "TLS sent to a plaintext port",
    meaning: "The client's proxy opened TLS, and what answered does not speak TLS.",
    application: [
      { text: resetAfterRetries(FAILED, WRONG_VERSION), when: SHOWS_REASON },
      { text: resetAfterRetries(FAILED), when: HIDES_REASON },
      {
        text: resetAfterRetries(
          "connection failure",
          "TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
        ),
        when: OLD_SPELLING,
      },
    ],
    clientProxy: [
      { text: `URX,UF upstream_reset_before_response_started{remote_connection_failure|${WRONG_VERSION}}` },
    ],
    server: [
      { text: "http2Server.HandleStreams received bogus greeting from client", when: "gRPC collector at debug level" },
      { text: "400 DPE http1.codec_error", when: "a proxy with mutual TLS disabled" },
    ],
  },
  "tls-reset": {
    title: "TLS that nobody takes",
    meaning:
      "The client's proxy opened TLS, and the server's proxy closed the connection because it has no place for such TLS.",
    application: [
      { text: resetAfterRetries(FAILED, RESET_BY_PEER), when: SHOWS_REASON },
      { text: resetAfterRetries(FAILED), when: HIDES_REASON },
    ],
    clientProxy: [
      { text: `URX,UF upstream_reset_before_response_started{remote_connection_failure|${RESET_BY_PEER}}` },
    ],
    server: [{ text: NO_CHAIN }],
  },
  "certificate-required": {
    title: "No certificate of the mesh",
    meaning: "The server's proxy takes mutual TLS only, and the client showed no certificate of the mesh.",
    application: [
      { text: reset("connection termination"), when: "a proxy sent the TLS" },
      { text: "javax.net.ssl.SSLHandshakeException", when: "the application sent the TLS" },
    ],
    clientProxy: [{ text: "UC upstream_reset_before_response_started{connection_termination}" }],
    server: [{ text: tlsError(268435648, SSL, "PEER_DID_NOT_RETURN_A_CERTIFICATE") }],
  },
  "certificate-verify-failed": {
    title: "The server's certificate is not trusted",
    meaning:
      "Both sides speak TLS, and the client does not trust the authority or the name in the server's certificate.",
    application: [
      { text: resetAfterRetries(FAILED, NOT_VERIFIED), when: SHOWS_REASON },
      { text: resetAfterRetries(FAILED), when: HIDES_REASON },
    ],
    clientProxy: [{ text: `URX,UF upstream_reset_before_response_started{remote_connection_failure|${NOT_VERIFIED}}` }],
    server: [{ text: tlsError(268436504, SSL, "TLSV1_ALERT_UNKNOWN_CA") }],
  },
  "tls-to-plaintext-app": {
    title: "The application's TLS meets plaintext",
    meaning: "The client's application opened TLS, and the application behind the port speaks plaintext.",
    application: [
      { text: "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message", when: "Java" },
      { text: "tls: first record does not look like a TLS handshake", when: "Go" },
    ],
    clientProxy: [],
    server: [
      { text: "http2Server.HandleStreams received bogus greeting from client", when: "gRPC collector at debug level" },
    ],
  },
  "plaintext-to-tls-app": {
    title: "Plaintext meets the application's TLS",
    meaning: "The client sent plaintext, and the application behind the port speaks TLS only.",
    application: [
      { text: "400 Client sent an HTTP request to an HTTPS server.", when: "HTTP to a Go server" },
      { text: "java.net.SocketException: Connection reset", when: "gRPC" },
    ],
    clientProxy: [],
    server: [{ text: "tls: first record does not look like a TLS handshake" }],
  },
};
