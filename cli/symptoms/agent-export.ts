import * as commands from "./commands";
import { either, exporting, text, type Signature } from "./signature";

/** What the Java agent and other exporters say of an answer they got, where the answer's own words are missing. */

const GRPC = "io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export";
const HTTP =
  "WARN io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. Server responded with HTTP status code";

export const http503: Signature = {
  id: "http-503-without-reason",
  title: "an HTTP exporter got 503, and its line does not show the answer's text",
  writer: "proxy",
  direction: "hidden",
  meaning:
    "The agent shows only texts of the collector's own kind, so this 503 is a proxy's: any of its reasons may be behind it, TLS or not. Agents from 2.31 on print the text.",
  causes: [
    {
      cause: "TLS to a port that answers plaintext, plaintext to a STRICT port, no endpoints, or nothing listening",
      fix: "the access log of the client's sidecar says which",
    },
  ],
  commands: [
    commands.CLIENT_ACCESS_LOG,
    {
      run: "kubectl exec CLIENT_POD -n CLIENT_NS -- curl -s -X POST -H 'content-type: application/json' -d '{}' http://HOST:PORT/v1/traces",
      tells: "the proxy's own words, from inside the application's container",
    },
  ],
  symptoms: [
    "wrong-version-number",
    "connection-termination",
    "tls-reset",
    "certificate-verify-failed",
    "certificate-required",
    "no-healthy-upstream",
    "connection-refused",
    "connection-timeout",
  ],
  recognise: either(
    text(/(?:Http|exporter).*HTTP status code 503\b/i),
    text(/Failed to export (?:\w+ )?(?:batch )?code: 503/),
    text(/failed to send to https?:\S+: 503|retry-able request failure/),
  ),
  samples: [
    `${HTTP} 503. Error message: Unable to parse response body, HTTP status message: Service Unavailable`,
    "Failed to export span batch code: 503, reason: Service Unavailable",
    "failed to send to http://otel-collector.monitoring:4318/v1/traces: 503 Service Unavailable (body: )",
    "traces export: retry-able request failure",
  ],
};

export const http404: Signature = {
  id: "http-404",
  title: "the path does not exist at the other end",
  writer: "proxy",
  direction: "none",
  meaning:
    "OTLP/HTTP wants /v1/traces, /v1/metrics, /v1/logs; the exporter adds them only to the base endpoint, not to one of a single signal.",
  causes: [
    {
      cause: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT without /v1/traces",
      fix: "OTEL_EXPORTER_OTLP_ENDPOINT with the base, or the whole path",
    },
    {
      cause: "a port that is not the OTLP/HTTP receiver's, or a proxy without a route",
      fix: "4318; see route-not-found",
    },
  ],
  commands: [commands.AGENT_ENVIRONMENT, commands.CLIENT_ACCESS_LOG],
  symptoms: ["cluster-not-found"],
  recognise: text(/(?:Http|exporter).*HTTP status code 404\b/i),
  samples: [`${HTTP} 404. Error message: Unable to parse response body, HTTP status message: Not Found`],
};

export const http415: Signature = {
  id: "http-to-grpc-receiver",
  title: "OTLP/HTTP was sent to the gRPC receiver",
  writer: "collector",
  direction: "none",
  meaning: "A gRPC server refuses application/x-protobuf with 415.",
  causes: [
    {
      cause: "protocol http/protobuf (the agent's default since 2.0) with port 4317",
      fix: "port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
    },
  ],
  commands: [commands.AGENT_ENVIRONMENT],
  symptoms: ["protocol-error"],
  recognise: text(/(?:Http|exporter).*HTTP status code 415\b/i),
  samples: [`${HTTP} 415. Error message: Unable to parse response body, HTTP status message: Unsupported Media Type`],
};

export const unimplemented: Signature = {
  id: "signal-without-pipeline",
  title: "the collector has no pipeline for this signal",
  writer: "collector",
  direction: "none",
  meaning: "The collector itself answered UNIMPLEMENTED: the network and its TLS are in order.",
  causes: [
    { cause: "no pipeline with an otlp receiver for metrics (or traces, or logs)", fix: "add the pipeline" },
    { cause: "the signal is not wanted at all", fix: "OTEL_METRICS_EXPORTER=none (or TRACES, LOGS)" },
  ],
  commands: [commands.COLLECTOR_CONFIG],
  symptoms: [],
  recognise: either(
    text(/unknown service opentelemetry\.proto\.collector/),
    text(/Server responded with UNIMPLEMENTED\./),
  ),
  samples: [
    `ERROR ${GRPC} metrics. Server responded with UNIMPLEMENTED. This usually means that your collector is not configured with an otlp receiver in the "pipelines" section of the configuration. If export is not desired and you are using OpenTelemetry autoconfiguration or the javaagent, disable export by setting OTEL_METRICS_EXPORTER=none. Full error message: unknown service opentelemetry.proto.collector.metrics.v1.MetricsService`,
  ],
};

export const messageTooLarge: Signature = {
  id: "message-too-large",
  title: "one export is larger than the receiver takes",
  writer: "collector",
  direction: "none",
  meaning: "The collector's gRPC receiver takes 4 MiB unless told otherwise.",
  causes: [{ cause: "a batch of more than 4 MiB", fix: "smaller batches, or max_recv_msg_size_mib in the receiver" }],
  commands: [commands.COLLECTOR_CONFIG],
  symptoms: [],
  recognise: either(
    text(/gRPC status code 8\b.*received message larger than max/),
    exporting(/received message larger than max/),
  ),
  samples: [
    `WARN ${GRPC} spans. Server responded with gRPC status code 8. Error message: grpc: received message larger than max (5242880 vs. 4194304)`,
  ],
};

export const throttled: Signature = {
  id: "log-throttled",
  title: "from here on the agent logs one error a minute",
  writer: "agent",
  direction: "none",
  meaning: "Silence after this line is no success.",
  causes: [{ cause: "an exporter that keeps failing", fix: "see the failures before this line" }],
  commands: [
    {
      run: "kubectl logs CLIENT_POD -n CLIENT_NS | grep -iE 'GrpcExporter|HttpExporter' | head",
      tells: "the failures before the throttle",
    },
  ],
  symptoms: [],
  recognise: text(/Too many log messages detected\. Will only log/),
  samples: [
    "[otel.javaagent 2026-11-22 09:16:33:132 +0000] [OkHttp http://otel-collector.monitoring:4317/...] WARN io.opentelemetry.exporter.internal.grpc.GrpcExporter - Too many log messages detected. Will only log once per minute from now on.",
  ],
};

export const protocolAndPort: Signature = {
  id: "protocol-and-port-disagree",
  title: "the agent finds that port and protocol of its endpoint do not go together",
  writer: "agent",
  direction: "none",
  meaning: "Since agent 2.0 the default protocol is http/protobuf, whose port is 4318.",
  causes: [{ cause: "port 4317 without OTEL_EXPORTER_OTLP_PROTOCOL=grpc", fix: "set the protocol, or port 4318" }],
  commands: [commands.AGENT_ENVIRONMENT],
  symptoms: ["protocol-error"],
  recognise: text(/OTLP exporter endpoint port is likely incorrect for protocol/),
  samples: [
    'WARN io.opentelemetry.exporter.otlp.internal.OtlpConfigUtil - OTLP exporter endpoint port is likely incorrect for protocol version "http/protobuf". The endpoint http://otel-collector:4317 has port 4317. Typically, the "http/protobuf" version of OTLP uses port 4318.',
  ],
};

export const unavailableWithoutReason: Signature = {
  id: "unavailable-without-reason",
  title: "an exporter got UNAVAILABLE, and the line does not show why",
  writer: "client",
  direction: "hidden",
  meaning: 'The words behind "Full error message" or "error details" name the cause; they are missing here.',
  causes: [
    {
      cause: "the line was cut off or wrapped, or this exporter does not print details",
      fix: "get the whole line; see the access log",
    },
  ],
  commands: [commands.CLIENT_ACCESS_LOG, commands.CLIENT_PROXY],
  symptoms: [],
  recognise: either(
    text(/Failed to export (?:metrics|spans|logs)\. Server is UNAVAILABLE/),
    text(
      /Failed to export \w+ to \S+,? error code: StatusCode\.\w+|Transient error StatusCode\.\w+ encountered while exporting/,
    ),
    text(/(?:Grpc|Http)Exporter - Failed to export/),
  ),
  samples: [
    `ERROR ${GRPC} metrics. Server is UNAVAILABLE. Make sure your coll`,
    "Transient error StatusCode.UNAVAILABLE encountered while exporting traces to otel-collector.monitoring:4317, retrying in 1s.",
    `WARN ${GRPC} spans. Server responded with gRPC status code 13. Error message: internal`,
  ],
};
