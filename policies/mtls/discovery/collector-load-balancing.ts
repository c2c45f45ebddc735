import { isUnknown } from "../known";
import type { Mesh, Service, Workload } from "../mesh";
import { parseAddress, readPort, type AddressResult } from "./address";
import type { CollectorConfiguration } from "./collector-configuration";
import type { Origin } from "./discovered";
import { itemsOf } from "./fields";
import { serviceByHost, workloadsBehind } from "./lookup";
import { hole, knownText, wholeText, type PartialText } from "./partial-text";
import { podHost } from "./pod-host";

/**
 * Backends of the load-balancing exporter, by its resolvers. It dials the addresses of pods, which no cluster of Istio knows by name.
 * Source: opentelemetry-collector-contrib, exporter/loadbalancingexporter README, resolver_dns.go, resolver_k8s.go.
 */

/** A backend, or why a backend of its resolver cannot be told. */
export type Backend = { readonly origin: Origin } & (
  { readonly address: AddressResult; readonly missing: readonly string[] } | { readonly reason: string }
);

const OTLP_GRPC = 4317;
const DEFAULT_PORT = knownText(String(OTLP_GRPC));

function backendAt(host: string, port: PartialText, origin: Origin): Backend {
  const number = readPort(port);
  const address: AddressResult =
    typeof number === "object" ? number : { scheme: undefined, host, port: number, path: "" };
  return { address, missing: port.missing, origin };
}

/** Backends behind a Service, each by the address of its pods. */
function podBackends(
  mesh: Mesh,
  service: Service,
  ports: readonly PartialText[],
  origin: Origin,
  hostFor: (workload: Workload) => string,
): readonly Backend[] {
  const { items, complete } = workloadsBehind(mesh, service);
  const name = `Service ${service.ref.namespace}/${service.ref.name}`;
  const backends = items.flatMap((workload) => ports.map((port) => backendAt(hostFor(workload), port, origin)));
  return complete && backends.length > 0
    ? backends
    : [...backends, { reason: `it is not known which pods are behind ${name}`, origin }];
}

function staticBackends(config: CollectorConfiguration, keys: readonly string[]): readonly Backend[] {
  const at = [...keys, "resolver", "static", "hostnames"];
  const hostnames = config.at(...at);
  const origin = config.place(...at);
  if (isUnknown(hostnames)) return [{ reason: "its hosts are not known yet", origin }];
  return itemsOf(hostnames).map((_, index): Backend => {
    const endpoint = config.text(...at, String(index)) ?? hole("it is no string");
    const address = parseAddress(endpoint);
    return {
      address: "problem" in address || address.port !== undefined ? address : { ...address, port: OTLP_GRPC },
      missing: endpoint.missing,
      origin: { object: origin.object, path: `${origin.path}[${index}]` },
    };
  });
}

/** A headless name resolves to pod addresses, which are dialled as such; any other name leads where it always leads. */
function dnsBackends(
  mesh: Mesh,
  workload: Workload,
  config: CollectorConfiguration,
  keys: readonly string[],
): readonly Backend[] {
  const at = [...keys, "resolver", "dns"];
  const origin = config.place(...at, "hostname");
  const hostname = config.text(...at, "hostname") ?? hole("it is not set");
  const port = config.text(...at, "port") ?? DEFAULT_PORT;
  const host = wholeText(hostname);
  if (isUnknown(host)) return [{ reason: `its hostname is not known: ${hostname.missing.join("; ")}`, origin }];
  const service = serviceByHost(mesh, host, workload.ref.namespace);
  if (service === undefined || service.headless === false) return [backendAt(host, port, origin)];
  if (isUnknown(service.headless)) return [{ reason: `it is not known whether ${host} is headless`, origin }];
  return podBackends(mesh, service, [port], origin, podHost);
}

/** Endpoints of a Service, headless or not; with `return_hostnames` the names of a StatefulSet's pods (the first stands for all). */
function kubernetesBackends(
  mesh: Mesh,
  workload: Workload,
  config: CollectorConfiguration,
  keys: readonly string[],
): readonly Backend[] {
  const at = [...keys, "resolver", "k8s"];
  const origin = config.place(...at, "service");
  const name = config.text(...at, "service") ?? hole("it is not set");
  const host = wholeText(name);
  if (isUnknown(host)) return [{ reason: `its service is not known: ${name.missing.join("; ")}`, origin }];
  const service = serviceByHost(mesh, host, workload.ref.namespace);
  if (service === undefined) return [{ reason: `Service ${host} is not among the objects`, origin }];
  const listed = itemsOf(config.at(...at, "ports")).map(
    (_, index) => config.text(...at, "ports", String(index)) ?? hole("it is no port"),
  );
  const ports = listed.length === 0 ? [DEFAULT_PORT] : listed;
  const byName = config.flag(...at, "return_hostnames") ?? false;
  if (isUnknown(byName)) return [{ reason: "return_hostnames is not known", origin }];
  const suffix = `${service.ref.name}.${service.ref.namespace}.svc.${mesh.config.clusterDomain}`;
  const hostFor = byName ? ({ ref }: Workload) => `${ref.name}-0.${suffix}` : podHost;
  return podBackends(mesh, service, ports, origin, hostFor);
}

/** Backends of one load-balancing exporter, by the resolver that counts: `k8s`, then `dns`, then `static`. */
export function loadBalancingTargets(
  mesh: Mesh,
  workload: Workload,
  config: CollectorConfiguration,
  component: string,
): readonly Backend[] {
  const keys = ["exporters", component];
  const has = (resolver: string): boolean => config.at(...keys, "resolver", resolver) !== undefined;
  if (has("k8s")) return kubernetesBackends(mesh, workload, config, keys);
  if (has("dns")) return dnsBackends(mesh, workload, config, keys);
  if (has("static")) return staticBackends(config, keys);
  return [{ reason: "its resolver is none of static, dns and k8s", origin: config.place(...keys, "resolver") }];
}
