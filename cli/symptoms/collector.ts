import * as commands from "./commands";
import { text, type Signature } from "./signature";

/** What the collector says: in its own log, or as its answer in a client's. */

const GREETING =
  'grpc: Server.Serve failed to create ServerTransport: connection error: desc = "transport: http2Server.HandleStreams received bogus greeting from client:';

export const collectorGotTls: Signature = {
  id: "collector-got-tls",
  title: "the collector's plaintext receiver got TLS: the server's half of WRONG_VERSION_NUMBER",
  writer: "collector",
  direction: "tls-to-plaintext",
  meaning:
    "\\x16\\x03 begins a TLS handshake: a client or its proxy sent TLS to a receiver that speaks plaintext, and no proxy of the collector's took it off.",
  causes: [
    {
      cause:
        "a DestinationRule that forces ISTIO_MUTUAL, and a collector without a sidecar or whose port is not intercepted",
      fix: "inject the collector, or remove the rule",
    },
    { cause: "https:// in an exporter's endpoint", fix: "http://" },
  ],
  commands: [commands.DESTINATION_RULES, commands.SERVER_PODS, commands.INTERCEPTION],
  symptoms: ["wrong-version-number", "tls-to-plaintext-app"],
  recognise: text(/bogus greeting from client:? *["'\\]*x16\\*x03/),
  samples: [`[core] [Server #1] ${GREETING} \\"\\\\x16\\\\x03\\\\x01\\\\x02\\\\x00\\\\x01\\\\x00\\""`],
};

export const collectorGotHttp1: Signature = {
  id: "collector-got-http1",
  title: "the collector's gRPC receiver got HTTP/1.1",
  writer: "collector",
  direction: "none",
  meaning: "An OTLP/HTTP exporter talks to 4317. gRPC prints this only at log level debug.",
  causes: [
    {
      cause: "protocol http/protobuf (the agent's default since 2.0) with port 4317",
      fix: "port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
    },
  ],
  commands: [commands.AGENT_ENVIRONMENT, commands.SERVICE_PORTS],
  symptoms: ["protocol-error"],
  recognise: text(/bogus greeting from client:? *["'\\]*(?:POST|GET|PUT|HEAD|OPTIONS|PRI) /),
  samples: [`${GREETING} \\"POST /v1/metrics HTTP/1.\\""`],
};

export const collectorMemory: Signature = {
  id: "collector-out-of-memory",
  title: "the collector refuses data because its memory is full",
  writer: "collector",
  direction: "none",
  meaning: "memory_limiter speaks: the network and its TLS are in order.",
  causes: [
    { cause: "more data than the collector was given memory for", fix: "more memory or replicas" },
    { cause: "a backend that is slow or down, so that queues fill up", fix: "see the exporter's errors" },
  ],
  commands: [commands.COLLECTOR_LOG, { run: "kubectl top pod -n SERVER_NS", tells: "how near the limit is" }],
  symptoms: [],
  recognise: text(/data refused due to high memory usage|Memory usage is above (?:soft|hard) limit/),
  samples: [
    "Full error message:data refused due to high memory usage",
    "WARN io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. Server responded with HTTP status code 503. Error message: data refused due to high memory usage",
    "Memory usage is above soft limit. Refusing data.",
    "Memory usage is above hard limit. Forcing a GC.",
  ],
};

export const collectorQueueFull: Signature = {
  id: "collector-queue-full",
  title: "the collector's sending queue is full",
  writer: "collector",
  direction: "none",
  meaning: "Data arrives and cannot leave: the client's side is in order.",
  causes: [
    {
      cause: "the backend (Tempo, Prometheus) is slow or cannot be reached",
      fix: "see the exporter's errors; then the queue's size",
    },
  ],
  commands: [commands.COLLECTOR_LOG, commands.COLLECTOR_CONFIG],
  symptoms: [],
  recognise: text(/sending queue is full(?!, [a-z])/),
  samples: [
    "Full error message:sending queue is full",
    'error internal/queue_sender.go:50 Exporting failed. Dropping data. {"error": "sending queue is full", "dropped_items": 512}',
  ],
};

export const collectorDrops: Signature = {
  id: "collector-drops-data",
  title: "the collector loses data: its exporter gave up",
  writer: "collector",
  direction: "none",
  meaning: 'What follows "error" is the backend\'s answer.',
  causes: [
    {
      cause: "not retryable error: the backend does not take it (401, 404, a malformed batch)",
      fix: "correct endpoint, tenant or credentials",
    },
    { cause: "no more retries left: the backend was away for longer than max_elapsed_time", fix: "bring it back" },
  ],
  commands: [commands.COLLECTOR_LOG, commands.COLLECTOR_CONFIG],
  symptoms: [],
  recognise: text(/Exporting failed\. (?:Dropping|Rejecting) data\./),
  samples: [
    'error internal/queue_sender.go:50 Exporting failed. Dropping data. {"error": "no more retries left: rpc error: code = Unavailable", "dropped_items": 512}',
    'Exporting failed. Dropping data. {"error": "not retryable error: Permanent error: rpc error: code = Unimplemented"}',
    "Exporting failed. Rejecting data. Try enabling sending_queue to survive temporary failures.",
  ],
};

export const collectorRetries: Signature = {
  id: "collector-retries",
  title: "the collector's exporter failed and will try again",
  writer: "collector",
  direction: "none",
  meaning: 'Nothing is lost yet; when it goes on, see what follows "error".',
  causes: [{ cause: "the backend is restarting or overloaded", fix: "see it" }],
  commands: [commands.COLLECTOR_LOG],
  symptoms: [],
  recognise: text(/Exporting failed\. Will retry the request after interval/),
  samples: [
    'Exporting failed. Will retry the request after interval. {"error": "rpc error: code = Unavailable desc = error", "interval": "5.1s"}',
  ],
};

export const collectorConfig: Signature = {
  id: "collector-configuration",
  title: "the collector does not start: its configuration names something that it does not have",
  writer: "collector",
  direction: "none",
  meaning:
    "Component names changed in 2026 (otlphttp is otlp_http, k8sattributes is k8s_attributes), and a distribution has only some of them.",
  causes: [
    { cause: "a name that is newer or older than the image", fix: "use the image's spelling" },
    { cause: "a component of contrib with the core image", fix: "the contrib or k8s image" },
  ],
  commands: [
    { run: "kubectl exec SERVER_POD -n SERVER_NS -- /otelcol components", tells: "what this image has" },
    commands.COLLECTOR_CONFIG,
  ],
  symptoms: [],
  recognise: text(
    /references (?:exporter|receiver|processor|extension|connector) "[^"]+" which is not configured|unknown type: "[^"]+" for id:/,
  ),
  samples: [
    'Error: invalid configuration: service::pipelines::traces: references exporter "otlp_grpc" which is not configured',
    'unknown type: "k8s_attributes" for id: "k8s_attributes" (valid values: [batch memory_limiter])',
  ],
};

export const collectorPortTaken: Signature = {
  id: "collector-port-taken",
  title: "the collector does not start: an OTLP port is already taken",
  writer: "collector",
  direction: "none",
  meaning: "Two receivers, or two programs in one pod, want the same port.",
  causes: [
    {
      cause: "two otlp receivers with the same endpoint, or hostNetwork with two pods on a node",
      fix: "one port each",
    },
  ],
  commands: [commands.COLLECTOR_CONFIG],
  symptoms: [],
  recognise: text(/cannot start pipelines: |failed to start "?otlp|:431[78]\b/, /bind: address already in use/),
  samples: [
    'Error: cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:4317: bind: address already in use',
  ],
};

export const collectorReady: Signature = {
  id: "collector-ready",
  title: "the collector has started",
  writer: "collector",
  direction: "none",
  meaning: "No fault: the sign of a good start. It says nothing of whether clients get through.",
  causes: [],
  commands: [],
  symptoms: [],
  recognise: text(/Everything is ready\. Begin running and processing data\./),
  samples: [
    "2026-11-22T09:16:33.132Z info service@v0.153.0/service.go:265 Everything is ready. Begin running and processing data.",
  ],
};
