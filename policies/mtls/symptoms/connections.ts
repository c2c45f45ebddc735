import type { Symptom } from "../vocabulary";
import type { SymptomEntry } from "./index";
import { HIDES_REASON, NO_CHAIN, reset, resetAfterRetries, SHOWS_REASON } from "./texts";

type ConnectionSymptom = Extract<
  Symptom,
  "connection-termination" | "connection-reset" | "protocol-error" | "connection-refused" | "denied-by-ztunnel"
>;

const REFUSED = "delayed connect error: Connection refused";
const JAVA_RESET = "Failed to export spans. The request could not be executed. Error message: Connection reset by peer";

/** The connection is made, and closed by someone who does not want what is sent. */
export const FAILED_CONNECTIONS: Readonly<Record<ConnectionSymptom, SymptomEntry>> = {
  "connection-termination": {
    title: "Plaintext from a proxy to a STRICT port",
    meaning: "The client's proxy sent plaintext, and the server's proxy takes mutual TLS only.",
    application: [
      { text: reset("connection termination"), when: "HTTP or gRPC through the proxy" },
      { text: JAVA_RESET, when: "the proxy handles the port as TCP, or passes it through" },
    ],
    clientProxy: [{ text: "UC upstream_reset_before_response_started{connection_termination}" }],
    server: [{ text: NO_CHAIN }],
  },
  "connection-reset": {
    title: "Plaintext from outside the mesh to a STRICT port",
    meaning:
      "Nothing of the mesh is on the client's side of the connection, and the server's proxy takes mutual TLS only.",
    application: [
      { text: JAVA_RESET, when: "Java agent" },
      { text: "java.net.SocketException: Connection reset", when: "Java" },
      { text: "Recv failure: Connection reset by peer", when: "curl" },
    ],
    clientProxy: [],
    server: [{ text: NO_CHAIN }],
  },
  "protocol-error": {
    title: "Bytes of another protocol",
    meaning: "The connection stands, and the server does not speak the protocol that it is asked in.",
    application: [{ text: reset("protocol error"), when: "HTTP or gRPC through the proxy" }],
    clientProxy: [{ text: "UPE upstream_reset_before_response_started{protocol_error}" }],
    server: [
      { text: "DPE http2.codec_error", when: "a proxy that reads the port as HTTP" },
      { text: "tls: first record does not look like a TLS handshake", when: "an application that speaks TLS" },
    ],
  },
  "connection-refused": {
    title: "Nothing listens on the port",
    meaning: "The server's host answered that nothing listens there; this is not about TLS.",
    application: [
      { text: resetAfterRetries("remote connection failure", REFUSED), when: SHOWS_REASON },
      { text: resetAfterRetries("remote connection failure"), when: HIDES_REASON },
      { text: "java.net.ConnectException: Connection refused", when: "no proxy" },
    ],
    clientProxy: [
      { text: "URX,UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error}" },
    ],
    server: [{ text: `UF ${REFUSED}`, when: "a proxy in front of the application" }],
  },
  "denied-by-ztunnel": {
    title: "Refused by ztunnel",
    meaning:
      "The server is in ambient and takes connections with an identity of the mesh only; the client showed none.",
    application: [
      { text: JAVA_RESET, when: "Java agent" },
      { text: "Recv failure: Connection reset by peer", when: "curl" },
    ],
    clientProxy: [],
    server: [
      {
        text: "connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict",
        when: "ztunnel",
      },
    ],
  },
};
