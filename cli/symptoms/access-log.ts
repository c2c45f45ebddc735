/** A line of Envoy's access log, as Istio configures it: text or JSON. Blanks may stand as `_`, as Envoy writes them. */
export interface AccessLog {
  /** HTTP status; 0 for TCP, `undefined` when the line does not begin there. */
  readonly code: number | undefined;
  /** Response flags as a set: versions order them differently. */
  readonly flags: ReadonlySet<string>;
  /** Details and transport failure, blanks restored. */
  readonly reason: string;
  /** Name of the upstream cluster; `""` when the line has none. */
  readonly cluster: string;
  /** On which side of the connection the proxy stands; `undefined` when the line does not tell. */
  readonly side: "client" | "server" | undefined;
  /** The call is gRPC: a failure of the proxy's own is logged as 200 then. */
  readonly grpc: boolean;
}

// https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (RESPONSE_FLAGS)
const FLAG =
  "(?:DC|DF|DI|DO|DPE|DR|DT|FI|IH|LH|LR|NC|NFCF|NR|OM|RFCF|RL|RLSE|SI|UAEX|UC|UDO|UF|UH|UMSDR|UO|UPE|UR|URX|UT|DNR)";
const DETAILS = "[a-z][a-z0-9]*[._][\\w.]*(?:\\{[^}]*\\}?)?(?:\\[[^\\]]*\\]?)?";
const LINE = new RegExp(`(?:^|[\\s"'])(?:(\\d{1,3}) )?(${FLAG}(?:,${FLAG})*|-) (${DETAILS})`);
/** Istio before 1.9 put the failure behind the flags at once, without details. */
const OLD_LINE = new RegExp(`HTTP/[\\d.]+" (\\d{1,3}) "?(${FLAG}(?:,${FLAG})*|-)"? "([^"]*)" "([^"]*)"`);
const CLUSTER =
  /\b(?:(?:inbound|outbound)\|\d*\|[^|\s]*\|[^\s"]*|InboundPassthroughCluster\w*|PassthroughCluster|BlackHoleCluster)/;
const GRPC_PATH = /"POST \/[\w.]+\/\w+ HTTP\/2/;

/** Reads a line of text; `undefined` when it is no access log. */
export function readAccessLog(line: string): AccessLog | undefined {
  const match = LINE.exec(line) ?? OLD_LINE.exec(line);
  if (match === null) return undefined;
  const [, code, flags = "-", details = "", more = ""] = match;
  const behind = line.slice(match.index + match[0].length);
  const reason = `${details} ${more} ${/"[^"]*TLS_error[^"]*"/.exec(behind)?.[0] ?? ""}`;
  return accessLog(code, flags, reason, CLUSTER.exec(line)?.[0] ?? "", GRPC_PATH.test(line));
}

/** Reads a line in Istio's JSON encoding, by its field names. */
export function readJsonAccessLog(object: Readonly<Record<string, unknown>>): AccessLog | undefined {
  const field = (name: string): string => {
    const value = object[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  if (!("response_flags" in object)) return undefined;
  const reason = `${field("response_code_details")} ${field("upstream_transport_failure_reason")}`;
  const grpc = /^\/[\w.]+\/\w+$/.test(field("path")) && field("protocol") === "HTTP/2";
  return accessLog(field("response_code"), field("response_flags"), reason, field("upstream_cluster"), grpc);
}

function accessLog(code: string | undefined, flags: string, reason: string, cluster: string, grpc: boolean): AccessLog {
  return {
    code: code === undefined || code === "" ? undefined : Number(code),
    flags: new Set(flags.split(",").filter((flag) => flag !== "-" && flag !== "")),
    // Envoy wrote `_` for every blank; those inside names of BoringSSL, all in capitals, are their own.
    reason: reason.replace(/(?<![A-Z])_|_(?![A-Z])/g, " ").trim(),
    cluster,
    side: sideOf(cluster),
    grpc,
  };
}

function sideOf(cluster: string): AccessLog["side"] {
  if (/^(?:inbound\||InboundPassthrough)/.test(cluster)) return "server";
  return cluster === "" ? undefined : "client";
}
