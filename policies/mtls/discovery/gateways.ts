import { coversHost, expandShortName } from "../client/hosts";
import { isUnknown } from "../known";
import type { Gateway, Mesh, ServicePort, VirtualService, Workload } from "../mesh";
import type { AppProtocol } from "../vocabulary";
import {
  flowFrom,
  join,
  originOf,
  type DiscoveredFlow,
  type Discovery,
  type Origin,
  type Undiscovered,
} from "./discovered";
import { perMesh, serviceByHost, workloadsLabelled, type Selection } from "./lookup";

/**
 * Flows of gateways: from the pods that a Gateway selects to every destination of a VirtualService that is bound to it.
 * Source: istio.io, "Gateway" and "Virtual Service"; a gateway is found in any namespace unless istiod is told otherwise.
 */

const gatewaysByName = perMesh(
  (mesh) => new Map(mesh.gateways.map((gateway) => [`${gateway.ref.namespace}/${gateway.ref.name}`, gateway])),
);

const selected = perMesh(() => new Map<Gateway, Selection<Workload>>());

function workloadsOf(mesh: Mesh, gateway: Gateway): Selection<Workload> {
  const known = selected(mesh).get(gateway);
  if (known !== undefined) return known;
  // An empty selector is every pod of the mesh: nobody means that, and Istio's validation warns of it.
  const isEmpty = !isUnknown(gateway.selector) && Object.keys(gateway.selector).length === 0;
  const found = isEmpty ? { items: [], complete: true } : workloadsLabelled(mesh, gateway.selector, undefined);
  selected(mesh).set(gateway, found);
  return found;
}

/** A server's host may have a namespace before it: `./shop.example.com`. */
const serves = (gateway: Gateway, hosts: readonly string[]): boolean =>
  gateway.servers.some((server) =>
    server.hosts.some((written) => {
      const pattern = written.slice(written.lastIndexOf("/") + 1);
      return hosts.some((host) => coversHost(pattern, host) || coversHost(host, pattern));
    }),
  );

type Route = VirtualService["routes"][number];

/** A gateway speaks to a port as the port is declared: `appProtocol`, else the first word of its name. */
function spoken(type: Route["type"], port: ServicePort | undefined): AppProtocol {
  if (type !== "http") return "tcp";
  const { appProtocol = port?.name } = port ?? {};
  return appProtocol !== undefined && !isUnknown(appProtocol) && /^grpc(-(?!web)|$)/i.test(appProtocol)
    ? "grpc"
    : "http";
}

interface Destination {
  readonly host: string;
  readonly port: number;
  readonly protocol: AppProtocol;
  readonly tls: boolean;
  readonly subset?: string;
}

/** A destination without a port means the only port of its Service. */
function destinationOf(
  mesh: Mesh,
  service: VirtualService,
  type: Route["type"],
  destination: Route["destinations"][number],
): Destination | string {
  const { namespace } = service.ref;
  if (destination.host === "") return "the host of the destination is not known";
  const host = expandShortName(destination.host, namespace, mesh.config.clusterDomain);
  const target = serviceByHost(mesh, host, namespace);
  const ports = target === undefined || isUnknown(target.ports) ? [] : target.ports;
  const [only] = ports;
  const port = destination.port ?? (ports.length === 1 && only !== undefined ? only.port : undefined);
  if (port === undefined || isUnknown(port)) return `the port of ${host} is not known`;
  const servicePort = ports.find((candidate) => candidate.port === port);
  const { subset } = destination;
  const found = { host, port, protocol: spoken(type, servicePort), tls: type === "tls" };
  return subset === undefined ? found : { ...found, subset };
}

/** A route holds for a gateway when none of its matches names others only. */
const holdsFor = ({ match }: Route, name: string, namespace: string): boolean =>
  match.length === 0 ||
  match.some(
    ({ gateways }) => gateways.length === 0 || gateways.some((written) => qualified(written, namespace) === name),
  );

const qualified = (name: string, namespace: string): string => (name.includes("/") ? name : `${namespace}/${name}`);

function routesThrough(mesh: Mesh, service: VirtualService, gateway: Gateway): Discovery {
  const name = `${gateway.ref.namespace}/${gateway.ref.name}`;
  const clients = workloadsOf(mesh, gateway);
  const flows: DiscoveredFlow[] = [];
  const undiscovered: Undiscovered[] = [];
  const counts = { http: 0, tcp: 0, tls: 0 };
  for (const route of service.routes) {
    const index = counts[route.type]++;
    if (!holdsFor(route, name, service.ref.namespace)) continue;
    for (const [at, destination] of route.destinations.entries()) {
      const place = `spec.${route.type}[${index}].route[${at}].destination`;
      const origin: Origin = originOf(service.ref, place);
      const found = destinationOf(mesh, service, route.type, destination);
      if (typeof found === "string") {
        if (clients.items.length > 0) undiscovered.push({ ...origin, reason: found });
        continue;
      }
      for (const client of clients.items) flows.push({ flow: { from: flowFrom(client.ref), ...found }, origin });
    }
  }
  if (!clients.complete)
    undiscovered.push({
      ...originOf(gateway.ref, "spec.selector"),
      reason: "which workloads it selects depends on labels that are not known",
    });
  return { flows, undiscovered };
}

/** Validation wants servers with hosts, and routes: where there are none, they are not known. */
const unsaid = (gateway: Gateway, service: VirtualService): Undiscovered[] => [
  ...(gateway.servers.every(({ hosts }) => hosts.length > 0) && gateway.servers.length > 0
    ? []
    : [{ ...originOf(gateway.ref, "spec.servers"), reason: "which hosts it serves is not known" }]),
  ...(service.routes.length > 0 ? [] : [{ ...originOf(service.ref, "spec"), reason: "its routes are not known" }]),
];

function boundTo(mesh: Mesh, service: VirtualService): readonly Discovery[] {
  const { gateways, hosts, ref } = service;
  if (isUnknown(gateways) || isUnknown(hosts)) {
    const path = isUnknown(gateways) ? "spec.gateways" : "spec.hosts";
    const reason = "it is not known yet, so neither is which gateways route by it";
    return mesh.gateways.length === 0 ? [] : [{ flows: [], undiscovered: [{ ...originOf(ref, path), reason }] }];
  }
  return gateways.flatMap((name) => {
    const gateway = gatewaysByName(mesh).get(qualified(name, ref.namespace));
    if (gateway === undefined) return [];
    const undiscovered = workloadsOf(mesh, gateway).items.length === 0 ? [] : unsaid(gateway, service);
    return [{ flows: [], undiscovered }, ...(serves(gateway, hosts) ? [routesThrough(mesh, service, gateway)] : [])];
  });
}

/** Flows of the gateways among the workloads; a gateway whose pods are elsewhere has none. */
export const gatewayFlows = (mesh: Mesh): Discovery =>
  join(mesh.virtualServices.flatMap((service) => boundTo(mesh, service)));
