import type { Symptom } from "../../policies/mtls/vocabulary";
import type { AccessLog } from "./access-log";

/** Who made the words of a line, whatever program printed them in the end. */
export const WRITERS = {
  "client-proxy": "the client's own proxy (Envoy in its istio-proxy container)",
  "server-proxy": "the server's proxy (Envoy in its istio-proxy container)",
  proxy: "a proxy on the way (Envoy)",
  agent: "the OpenTelemetry Java agent in the client's JVM",
  jvm: "the JVM itself, before the application's first line",
  client: "the client itself: its own network or TLS library, no proxy",
  collector: "the OpenTelemetry Collector",
  "istio-agent": "istio-agent (pilot-agent), beside the proxy",
  "istio-cni": "Istio's check that the pod's traffic is redirected",
  "api-server": "the Kubernetes API server, about Istio's injector",
  kubelet: "the kubelet",
  ztunnel: "ztunnel, the node's proxy in ambient mode",
} as const;
export type Writer = keyof typeof WRITERS;

/** Which way the TLS went, as far as the line alone tells. */
export const DIRECTIONS = {
  "tls-to-plaintext": "TLS was sent to a port that answered in plaintext",
  "plaintext-to-tls": "plaintext was sent to a port that takes only TLS",
  "tls-cut-off": "TLS was sent and the connection was cut before an answer",
  "tls-distrusted": "TLS on both sides, and one side does not accept the other's certificate or terms",
  hidden: "the line does not tell whether TLS failed",
  none: "TLS plays no part in it",
} as const;
export type Direction = keyof typeof DIRECTIONS;

export interface Cause {
  readonly cause: string;
  readonly fix: string;
}

/** `run` holds places in capitals (CLIENT_NS, CLIENT_POD, SERVER_NS, SERVER_POD, HOST, PORT) for what a line does not tell. */
export interface Command {
  readonly run: string;
  /** How to read what it prints. */
  readonly tells: string;
}

/** One log record, whole and without the quoting around it. */
export interface LogRecord {
  readonly text: string;
  /** Present when the text is a line of Envoy's access log, or reads like a part of one. */
  readonly access?: AccessLog;
}

/** What a recogniser found; `detail` tells apart what shares a signature, for example the code of a TLS error. */
export interface Recognised {
  readonly detail?: string;
}

export type Recogniser = (record: LogRecord) => Recognised | undefined;

/** A kind of log line: how it is recognised and what it means. */
export interface Signature {
  /** Stable; used in JSON and as anchor in docs/log-lines.md. */
  readonly id: string;
  readonly title: string;
  readonly writer: Writer;
  readonly direction: Direction;
  readonly meaning: string;
  /** Most likely first; empty for a line that is no fault. */
  readonly causes: readonly Cause[];
  /** Commands that tell the causes apart. */
  readonly commands: readonly Command[];
  /** Symptoms of the engine that show as this line. */
  readonly symptoms: readonly Symptom[];
  readonly recognise: Recogniser;
  /** Real lines: tested, and printed in docs/log-lines.md. */
  readonly samples: readonly string[];
}

/** Recognises a text in which every pattern is found. */
export const text =
  (...patterns: readonly RegExp[]): Recogniser =>
  (record) =>
    patterns.every((pattern) => pattern.test(record.text)) ? {} : undefined;

/** Recognises lines of the access log. */
export const accessLog =
  (holds: (log: AccessLog) => boolean): Recogniser =>
  ({ access }) =>
    access !== undefined && holds(access) ? {} : undefined;

export const either =
  (...recognisers: readonly Recogniser[]): Recogniser =>
  (record) => {
    for (const recognise of recognisers) {
      const recognised = recognise(record);
      if (recognised !== undefined) return recognised;
    }
    return undefined;
  };

/** A program that exports telemetry: words like "connection refused" or "unknown authority" alone are everybody's. */
const TELEMETRY =
  /(?:Grpc|Http)Exporter|\bexporter\w*[./]|Failed to export|Exporting failed|(?:traces|metrics|logs) export|failed to upload (?:metrics|logs|traces)|\bot(?:lp|el)|opentelemetry|exporting (?:traces|metrics|logs) to|Full error message:|could not be executed\. |:431[78]\b|curl: .*\bport 431[78]\b/i;

/** Recognises what an exporter's own network or TLS library says; where a proxy has answered, the words are the proxy's. */
export const exporting = (...patterns: readonly RegExp[]): Recogniser => {
  const said = text(TELEMETRY, ...patterns);
  return (record) => (ENVOY_ANSWER.test(record.text) ? undefined : said(record));
};

/** The text that Envoy answers with, whole or from its middle on. */
export const ENVOY_ANSWER = /upstream connect error|reset reason: |transport failure reason: /i;
