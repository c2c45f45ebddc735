import * as commands from "./commands";
import { either, ENVOY_ANSWER, exporting, text, type Recogniser, type Signature } from "./signature";

/** TLS that the client itself speaks: its library's words. */

const HTTP =
  "ERROR io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. The request could not be executed. Full error message:";

const own = (...patterns: readonly RegExp[]): Recogniser => {
  const said = text(...patterns);
  return (record) => (ENVOY_ANSWER.test(record.text) ? undefined : said(record));
};

export const exporterTlsToBackend: Signature = {
  id: "tls-to-plaintext-backend",
  title: "a Go client (the collector's exporter, a Go service) spoke TLS to a port that answered plaintext",
  writer: "client",
  direction: "tls-to-plaintext",
  meaning: "The client's own TLS, not a proxy's: gRPC exporters of the collector speak TLS unless told otherwise.",
  causes: [
    {
      cause: "tls.insecure: true is missing in the collector's exporter",
      fix: "set it, and let the proxies do the TLS",
    },
    { cause: "https:// in an endpoint whose server speaks plaintext", fix: "http://" },
  ],
  commands: [commands.COLLECTOR_CONFIG],
  symptoms: ["tls-to-plaintext-app"],
  // A server that got plaintext says it too: "TLS handshake error from …", "rejected connection".
  recognise: either(
    own(/authentication handshake failed: tls: first record does not look like a TLS handshake/),
    exporting(
      /^(?!.*(?:TLS handshake error from|rejected connection)).*first record does not look like a TLS handshake/,
    ),
  ),
  samples: [
    'Exporting failed. Will retry the request after interval. {"error": "rpc error: code = Unavailable desc = connection error: desc = \\"transport: authentication handshake failed: tls: first record does not look like a TLS handshake\\""}',
  ],
};

export const applicationTlsToPlaintext: Signature = {
  id: "application-tls-to-plaintext",
  title: "the application itself spoke TLS to a port that answered plaintext",
  writer: "client",
  direction: "tls-to-plaintext",
  meaning:
    'The error is of the client\'s own TLS library; a proxy that originates TLS would have answered "upstream connect error".',
  causes: [
    { cause: "https:// in the endpoint, and a collector that speaks plaintext", fix: "http://: the proxies encrypt" },
    {
      cause: "the application's TLS into a Service port that is named http or grpc",
      fix: "http://, or TLS in the collector and a port named tls-…",
    },
    { cause: "a gRPC channel with credentials where an insecure one is meant", fix: "insecure: true" },
  ],
  commands: [commands.AGENT_ENVIRONMENT, commands.SERVICE_PORTS, commands.COLLECTOR_CONFIG],
  symptoms: ["tls-to-plaintext-app"],
  recognise: either(
    // The library of gRPC, and curl, which people ask with.
    own(/(?:ssl_handshake|handshake failed|ssl_transport_security|SSL_ERROR_SSL)[^]*WRONG_VERSION_NUMBER/i),
    own(/curl: \(35\).*wrong version number/),
    exporting(
      /Unsupported or unrecognized SSL message|\[SSL: WRONG_VERSION_NUMBER\]|SSL routines:[\w:]*:wrong version number|tls: oversized record received/i,
    ),
  ),
  samples: [
    `${HTTP} Unsupported or unrecognized SSL message javax.net.ssl.SSLException: Unsupported or unrecognized SSL message`,
    "E1122 09:16:33.132 ssl_transport_security.cc:1884] Handshake failed with error SSL_ERROR_SSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
    "curl: (35) error:0A00010B:SSL routines::wrong version number",
  ],
};

export const plaintextToTlsApplication: Signature = {
  id: "plaintext-to-tls-application",
  title: "plaintext HTTP was sent to an application that speaks TLS",
  writer: "client",
  direction: "plaintext-to-tls",
  meaning: "The words are those of a Go server; no proxy took part in the refusal.",
  causes: [
    {
      cause: "http:// in the endpoint of a collector whose receiver has a tls block",
      fix: "https:// and its authority, or no TLS in the receiver",
    },
  ],
  commands: [commands.COLLECTOR_CONFIG, commands.AGENT_ENVIRONMENT],
  symptoms: ["plaintext-to-tls-app"],
  recognise: own(/Client sent an HTTP request to an HTTPS server/),
  samples: ["400 Bad Request: Client sent an HTTP request to an HTTPS server."],
};

export const authorityUnknown: Signature = {
  id: "certificate-authority-unknown",
  title: "the application does not know the authority of the certificate it was shown",
  writer: "client",
  direction: "tls-distrusted",
  meaning:
    "The application's own TLS met a certificate: the collector's, or Istio's where a proxy answered in its place.",
  causes: [
    { cause: "the authority was not given to the exporter", fix: "OTEL_EXPORTER_OTLP_CERTIFICATE" },
    {
      cause: "the application's TLS ends at the server's proxy, which shows Istio's certificate",
      fix: "http://, or the port out of mTLS (PeerAuthentication DISABLE, name tls-…)",
    },
  ],
  commands: [
    {
      run: "kubectl run tls --rm -it --image=alpine/openssl -- s_client -connect HOST:PORT -showcerts",
      tells: "whose certificate it is: a URI spiffe://… is Istio's",
    },
    commands.AGENT_ENVIRONMENT,
  ],
  symptoms: ["certificate-verify-failed"],
  recognise: exporting(
    /PKIX path building failed|x509: certificate signed by unknown authority|unable to get local issuer certificate/i,
  ),
  samples: [
    `${HTTP} PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target`,
    'traces export: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
  ],
};

export const hostNotVerified: Signature = {
  id: "certificate-name-mismatch",
  title: "the certificate is not made out to the name that the application dialled",
  writer: "client",
  direction: "tls-distrusted",
  meaning: "The authority is known, the name is missing among the certificate's.",
  causes: [
    {
      cause: "the name as dialled is not among dnsNames of the certificate",
      fix: "add SERVICE, SERVICE.NAMESPACE, SERVICE.NAMESPACE.svc and the full name",
    },
  ],
  commands: [
    {
      run: "kubectl get certificate -n SERVER_NS -o jsonpath='{.items[*].spec.dnsNames}'",
      tells: "the names (cert-manager)",
    },
    commands.AGENT_ENVIRONMENT,
  ],
  symptoms: ["certificate-verify-failed"],
  recognise: exporting(
    /Hostname \S+ not verified|No subject alternative (?:DNS )?names? matching|x509: certificate is valid for .*, not |Hostname mismatch, certificate is not valid/,
  ),
  samples: [
    `${HTTP} Hostname otel-collector.monitoring.svc.cluster.local not verified:`,
    `${HTTP} No subject alternative names matching IP address 10.96.4.4 found`,
  ],
};
