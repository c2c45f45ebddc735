import type { LogRecord } from "../symptoms/signature";

/** Where a record was printed; its words may be somebody else's. */
const CARRIERS: readonly (readonly [RegExp, string])[] = [
  [/GrpcExporter/, "logged by the OpenTelemetry Java agent (OTLP/gRPC)"],
  [/HttpExporter/, "logged by the OpenTelemetry Java agent (OTLP/HTTP)"],
  [/otel\.javaagent|javaagent\.OpenTelemetryAgent/, "logged by the OpenTelemetry Java agent"],
  [/StatusCode\.[A-Z]|Failed to export \w+ batch/, "logged by a Python exporter"],
  [/(?:traces|metrics|logs) export: |failed to upload |failed to send to https?:/, "logged by a Go exporter"],
  [/Exporting failed\./, "logged by the collector's exporter"],
  [/^curl: /, "printed by curl"],
];

/** `logged by the OpenTelemetry Java agent (OTLP/gRPC)`; `undefined` when the record does not tell. */
export function carrierOf({ text, access }: LogRecord): string | undefined {
  if (access !== undefined && !/Exporter/.test(text))
    return access.side === undefined ? "an access log" : `the access log of the ${access.side}'s proxy`;
  return CARRIERS.find(([pattern]) => pattern.test(text))?.[1];
}

/** The server that the client meant. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const PATTERNS = [
  /OkHttp https?:\/\/([\w.-]+):(\d+)/,
  /\boutbound\|(?<port>\d+)\|[^|\s]*\|(?<host>[\w.-]+)/,
  /exporting \w+ to ([\w.-]+):(\d+)|Failed to export \w+ to ([\w.-]+):(\d+)/,
  /Failed to connect to ([\w.-]+)\/[^\s:]+:(\d+)/,
  /failed to send to https?:\/\/([\w.-]+):(\d+)/,
  /"([a-z][\w.-]*):(\d+)" "[^"]*" (?:outbound|PassthroughCluster|BlackHoleCluster)/,
];

/** Host and port as far as the record names them. */
export function endpointOf({ text, access }: LogRecord): Endpoint | undefined {
  for (const pattern of PATTERNS) {
    const match = pattern.exec(pattern.source.includes("outbound\\|") ? (access?.cluster ?? text) : text);
    if (match === null) continue;
    const [first, second] = match.slice(1).filter((part) => part !== undefined);
    const { host = first, port = second } = match.groups ?? {};
    if (host !== undefined && port !== undefined) return { host, port: Number(port) };
  }
  return undefined;
}
