import { isUnknown, UNKNOWN, type Known } from "../known";
import type { ServicePort } from "../mesh";

/**
 * Which protocol a port says it speaks. Sources: `ConvertProtocol` in pkg/config/kube/conversion.go, `Parse` in
 * pkg/config/protocol/instance.go, `ModelProtocolToListenerProtocol` in pilot/pkg/networking/networking.go.
 */

/**
 * HTTP includes HTTP/2 and gRPC; TLS includes HTTPS: the proxy does not look into it, and `tcp` routes do not apply; AUTO is detected per
 * connection.
 */
export type PortProtocol = "HTTP" | "TCP" | "TLS" | "AUTO";

const HTTP = new Set(["http", "http2", "http_proxy", "grpc", "grpc-web"]);
const TLS = new Set(["https", "tls"]);
const TCP = new Set(["tcp", "mongo", "redis", "mysql", "udp"]);

/** Ports that are never sniffed: SMTP, DNS, MySQL, MongoDB. */
const NEVER_SNIFFED = new Set([25, 53, 3306, 27017]);

/** Protocols in which the server may speak first. */
const SERVER_FIRST = ["mongo", "mysql"] as const;
export type ServerFirst = (typeof SERVER_FIRST)[number];

/** Which of them a port says that it speaks, written out; `undefined`: none of them. */
export const serverFirst = (protocol: string): ServerFirst | undefined =>
  SERVER_FIRST.find((name) => name === protocol.toLowerCase());

/** What a Service port says that it speaks, lower case: the text before the first dash; nothing where that is not known. */
export function saidProtocol({ name = "", appProtocol = name }: Pick<ServicePort, "name" | "appProtocol">): string {
  return isUnknown(appProtocol) ? "" : (appProtocol.split("-")[0] ?? "").toLowerCase();
}

/** What Kubernetes itself gives names to; not for port names. */
const KUBERNETES: ReadonlyMap<string, PortProtocol> = new Map([
  ["kubernetes.io/h2c", "HTTP"],
  ["kubernetes.io/ws", "HTTP"],
  ["kubernetes.io/wss", "TLS"],
]);

/** Protocol of a ServiceEntry or Sidecar port, which is written out. */
export function writtenProtocol(protocol: string): PortProtocol {
  const name = protocol.toLowerCase();
  if (HTTP.has(name)) return "HTTP";
  if (TLS.has(name)) return "TLS";
  return TCP.has(name) ? "TCP" : "AUTO";
}

/** By the text before the first dash. */
const named = (name: string, port: Known<number>): Known<PortProtocol> => {
  if (name.toLowerCase().startsWith("grpc-web")) return "HTTP";
  const protocol = writtenProtocol(name.split("-")[0] ?? "");
  if (protocol !== "AUTO") return protocol;
  return isUnknown(port) ? UNKNOWN : NEVER_SNIFFED.has(port) ? "TCP" : "AUTO";
};

/** Protocol of a Service port: `appProtocol`, else its name. */
export function portProtocol(
  port: Pick<ServicePort, "name" | "appProtocol" | "port" | "protocol">,
): Known<PortProtocol> {
  if (port.protocol === "UDP") return "TCP";
  const { appProtocol } = port;
  if (appProtocol === undefined) return named(port.name ?? "", port.port);
  if (isUnknown(appProtocol)) return UNKNOWN;
  return KUBERNETES.get(appProtocol) ?? named(appProtocol, port.port);
}
