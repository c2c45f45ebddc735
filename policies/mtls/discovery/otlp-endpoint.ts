import { isUnknown, type Known } from "../known";
import type { ObjectRef } from "../objects";
import type { AppProtocol } from "../vocabulary";
import { dialledPort, hostOf, isLoopback, parseAddress } from "./address";
import { flowFrom, NOTHING, type Discovery, type Origin } from "./discovered";
import { isComplete, piece, type PartialText } from "./partial-text";
import type { JavaAgent } from "./sdk-settings";

export const SIGNALS = ["traces", "metrics", "logs"] as const;
export type Signal = (typeof SIGNALS)[number];

export const OTLP_PROTOCOLS = ["grpc", "http/protobuf", "http/json"] as const;
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

/** Where the SDK or agent of one container sends its telemetry. */
export interface OtlpEndpoint {
  readonly client: ObjectRef;
  /** Name of the container. */
  readonly container: string;
  readonly signals: readonly Signal[];
  /** As it is set (without a user's name and password), or the default. */
  readonly url: Known<string>;
  readonly host: Known<string>;
  /** The written port, else what the scheme says: 80 for http, 443 for https. */
  readonly port: Known<number>;
  readonly protocol: Known<OtlpProtocol>;
  /** False when nobody set it: then it is what the agent's version or the port suggests. */
  readonly protocolExplicit: boolean;
  /** Whether the SDK itself speaks TLS. */
  readonly tls: Known<boolean>;
  /** File of the authority that the SDK trusts; `undefined` when not set. */
  readonly certificate: Known<string> | undefined;
  readonly origin: Origin;
  /** Absent for other languages, and for a Java SDK without the agent. */
  readonly agent?: JavaAgent;
  /** Why the exporter cannot work, or why it cannot be told where it sends; `undefined` when all is known and well formed. */
  readonly problem: string | undefined;
}

/** Port of a protocol when nothing says otherwise. Source: opentelemetry-specification, "OpenTelemetry Protocol Exporter". */
export const defaultUrl = (protocol: OtlpProtocol): string =>
  protocol === "grpc" ? "http://localhost:4317" : "http://localhost:4318";

/** Where an endpoint leads, with what is wrong about it. */
export type Target = Pick<OtlpEndpoint, "url" | "host" | "port" | "tls" | "problem">;

export interface TargetOptions {
  readonly protocol: Known<OtlpProtocol>;
  /** What a gRPC endpoint without a scheme does; no scheme at all is wrong for the others. */
  readonly withoutScheme: { readonly insecure: Known<boolean> } | "invalid";
  /** The Java SDK refuses a gRPC endpoint with a path. */
  readonly grpcPathAllowed: boolean;
}

const withoutUser = (url: string): string => url.replace(/\/\/[^/@]*@/, "//");

const becauseOf = ({ missing }: PartialText): string => (missing.length === 0 ? "" : `: ${missing.join("; ")}`);

function schemeProblem(scheme: Known<string> | undefined, options: TargetOptions): string | undefined {
  if (isUnknown(scheme) || scheme === "http" || scheme === "https") return undefined;
  if (scheme !== undefined) return `its scheme is "${scheme}"; http or https`;
  const refused = options.withoutScheme === "invalid" || !(isUnknown(options.protocol) || options.protocol === "grpc");
  return refused ? "it has no scheme; http:// or https://" : undefined;
}

function tlsOf(scheme: Known<string> | undefined, { withoutScheme }: TargetOptions): Known<boolean> {
  if (isUnknown(scheme)) return scheme;
  if (scheme !== undefined) return scheme === "https";
  if (withoutScheme === "invalid") return false;
  return isUnknown(withoutScheme.insecure) ? withoutScheme.insecure : !withoutScheme.insecure;
}

/**
 * Reads an OTLP endpoint as SDKs do: https is TLS, http is none, and without a scheme (gRPC only) `insecure` decides.
 * Source: opentelemetry-specification, "OpenTelemetry Protocol Exporter"; opentelemetry-java OtlpConfigUtil#validateEndpoint.
 */
export function readTarget(endpoint: PartialText, options: TargetOptions): Target {
  const known = piece(endpoint.text);
  const url = isUnknown(known) ? known : withoutUser(known);
  const address = parseAddress(endpoint);
  if ("problem" in address) return { url, host: "", port: 0, tls: false, problem: address.problem };
  const { scheme, path } = address;
  const tls = tlsOf(scheme, options);
  const host = hostOf(address);
  const port = dialledPort(address) ?? (isUnknown(tls) ? tls : tls ? 443 : 80);
  const isGrpc = !isUnknown(options.protocol) && options.protocol === "grpc";
  const hasPath = !isUnknown(path) && path !== "" && path !== "/";
  const problem =
    schemeProblem(scheme, options) ??
    (isGrpc && hasPath && !options.grpcPathAllowed ? `it has a path, ${path}, which gRPC does not take` : undefined);
  if (problem !== undefined) return { url, host, port, tls, problem };
  if (isComplete(endpoint) && !isUnknown(tls)) return { url, host, port, tls, problem: undefined };
  const unknownPart = isUnknown(host)
    ? "its host"
    : isUnknown(port)
      ? "its port"
      : isUnknown(tls)
        ? "its scheme"
        : undefined;
  return {
    url,
    host,
    port,
    tls,
    problem: unknownPart === undefined ? undefined : `${unknownPart} is not known${becauseOf(endpoint)}`,
  };
}

const APP_PROTOCOL: Readonly<Record<OtlpProtocol, AppProtocol>> = {
  grpc: "grpc",
  "http/protobuf": "http",
  "http/json": "http",
};

/** The flow that an endpoint means; none when it stays in the pod. */
export function flowOf(endpoint: OtlpEndpoint): Discovery {
  const { client, origin, host, port, tls, protocol, problem } = endpoint;
  if (problem !== undefined) return { flows: [], undiscovered: [{ ...origin, reason: `OTLP endpoint: ${problem}` }] };
  if (isUnknown(host) || isUnknown(port) || isUnknown(tls) || isLoopback(host)) return NOTHING;
  const spoken = isUnknown(protocol) ? {} : { protocol: APP_PROTOCOL[protocol] };
  return { flows: [{ flow: { from: flowFrom(client), host, port, tls, ...spoken }, origin }], undiscovered: [] };
}
