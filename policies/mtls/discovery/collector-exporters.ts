import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Mesh } from "../mesh";
import type { AppProtocol } from "../vocabulary";
import { dialledPort, hostOf, isLoopback, parseAddress, type AddressResult } from "./address";
import type { ConfiguredCollector } from "./collector";
import type { CollectorConfiguration } from "./collector-configuration";
import { componentType } from "./collector-receivers";
import { flowFrom, NOTHING, type Discovery, type Origin } from "./discovered";
import { own } from "./fields";
import { loadBalancingTargets } from "./collector-load-balancing";

/** Exporters that speak OTLP over gRPC: `otlp` until 0.143, `otlp_grpc` since. */
const GRPC_TYPES = new Set(["otlp", "otlp_grpc"]);
const LOAD_BALANCING_TYPES = new Set(["loadbalancing", "load_balancing"]);

/** Exporters that take URLs, and the fields these stand in. Source: README of each exporter. */
const URL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  otlphttp: ["endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint", "profiles_endpoint"],
  otlp_http: ["endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint", "profiles_endpoint"],
  prometheusremotewrite: ["endpoint"],
  prometheus_remote_write: ["endpoint"],
  zipkin: ["endpoint"],
  loki: ["endpoint"],
};

/** Names of gRPC that do not change who is dialled. Source: grpc/grpc, doc/naming.md. */
const GRPC_RESOLVER = /^(?:dns|passthrough):(?:\/\/[^/]*\/)?/;

/**
 * Whether a gRPC client of the collector speaks TLS: unless `tls.insecure` is set and no authority is given.
 * Source: configtls `ClientConfig.LoadTLSConfig`, in opentelemetry-collector config/configtls.
 */
function grpcClientTls(config: CollectorConfiguration, ...keys: readonly string[]): Known<boolean> {
  if (isUnknown(config.at(...keys, "tls"))) return UNKNOWN;
  const insecure = config.flag(...keys, "tls", "insecure") ?? false;
  if (isUnknown(insecure)) return UNKNOWN;
  const hasAuthority = ["ca_file", "ca_pem"].some((name) => {
    const text = config.text(...keys, "tls", name);
    return text !== undefined && text.text !== "";
  });
  return !insecure || hasAuthority;
}

interface Target {
  readonly address: AddressResult;
  /** Why parts of the address are not known. */
  readonly missing: readonly string[];
  readonly tls: Known<boolean>;
  readonly protocol: AppProtocol;
  readonly origin: Origin;
}

const unknown = (origin: Origin, reason: string): Discovery => ({
  flows: [],
  undiscovered: [{ ...origin, reason: `exporter endpoint: ${reason}` }],
});

function toFlow(from: string, { address, missing, tls, protocol, origin }: Target): Discovery {
  if ("problem" in address) return unknown(origin, address.problem);
  const host = hostOf(address);
  const port = dialledPort(address);
  if (isUnknown(host) || isUnknown(port) || isUnknown(tls))
    return unknown(
      origin,
      `it is not known: ${[...missing, ...(isUnknown(tls) ? ["tls is not known"] : [])].join("; ")}`,
    );
  if (port === undefined) return unknown(origin, `"${host}" has no port`);
  return isLoopback(host)
    ? NOTHING
    : { flows: [{ flow: { from, host, port, protocol, tls }, origin }], undiscovered: [] };
}

/** `https://` is TLS whatever `tls` says; `http://` changes nothing. Source: configgrpc `ClientConfig`. */
function grpcFlow(config: CollectorConfiguration, from: string, component: string): Discovery {
  const keys = ["exporters", component];
  const origin = config.place(...keys, "endpoint");
  const endpoint = config.text(...keys, "endpoint");
  if (endpoint === undefined) return unknown(origin, "it is not set");
  if (endpoint.text.startsWith("unix:")) return NOTHING;
  const isHttps = endpoint.text.startsWith("https://");
  const bare = endpoint.text.replace(/^https?:\/\//, "").replace(GRPC_RESOLVER, "");
  return toFlow(from, {
    address: parseAddress({ text: bare, missing: endpoint.missing }),
    missing: endpoint.missing,
    tls: isHttps || grpcClientTls(config, ...keys),
    protocol: "grpc",
    origin,
  });
}

function urlFlows(config: CollectorConfiguration, from: string, component: string): readonly Discovery[] {
  const keys = ["exporters", component];
  const fields = own(URL_FIELDS, componentType(component)) ?? [];
  if (isUnknown(config.at(...keys))) return [unknown(config.place(...keys), "it is not known yet")];
  return fields.flatMap((name) => {
    const endpoint = config.text(...keys, name);
    if (endpoint === undefined) return [];
    const origin = config.place(...keys, name);
    const address = parseAddress(endpoint);
    if ("problem" in address) return [unknown(origin, address.problem)];
    const { scheme } = address;
    if (!isUnknown(scheme) && scheme !== "http" && scheme !== "https")
      return [unknown(origin, `its scheme is ${scheme === undefined ? "missing" : `"${scheme}"`}; http or https`)];
    const tls = isUnknown(scheme) ? UNKNOWN : scheme === "https";
    return [toFlow(from, { address, missing: endpoint.missing, tls, protocol: "http", origin })];
  });
}

/** Flows of the exporters that the pipelines of a collector use. */
export function exporterFlows(
  mesh: Mesh,
  { workload, configuration, used }: ConfiguredCollector,
): readonly Discovery[] {
  const from = flowFrom(workload.ref);
  return used.exporters.flatMap((component): readonly Discovery[] => {
    const type = componentType(component);
    if (GRPC_TYPES.has(type)) return [grpcFlow(configuration, from, component)];
    if (LOAD_BALANCING_TYPES.has(type)) {
      const keys = ["exporters", component];
      const tls = grpcClientTls(configuration, ...keys, "protocol", "otlp");
      return loadBalancingTargets(mesh, workload, configuration, component).map((target) =>
        "reason" in target ? unknown(target.origin, target.reason) : toFlow(from, { ...target, tls, protocol: "grpc" }),
      );
    }
    return urlFlows(configuration, from, component);
  });
}
