import { isUnknown } from "../known";
import type { Sidecar } from "../mesh";
import type { EndpointAddress } from "./address";
import type { Context } from "./context";
import { mayListenPerEndpoint } from "./entry-address";
import { byRegistration, isPassthrough, serviceHost, servicesOf, type Registered } from "./registry";
import { portOf, portsOf, type RegisteredPort } from "./service-ports";
import { merged, ofOneNamespace, type Merged } from "./same-host";
import type { Target } from "./shared-listener";
import { isImportedBy, portsNamedBy, type RouteTarget } from "./virtual-service";
import { egressOf, imports, isPublic, isVisible, ownListener, type Egress, type ListenedPort } from "./visibility";

/**
 * Of which services the proxy of a client is told, and what its clusters are made for.
 * Sources: `collectImportedServices` in pilot/pkg/model/sidecar.go; `initServiceRegistry` in pilot/pkg/model/push_context.go.
 */
export class Told {
  constructor(
    private readonly context: Context,
    private readonly sidecar: Sidecar | undefined,
  ) {}

  /** Whether the proxy is told of the service, on that port. */
  sees(service: Registered, number: number, as: ListenedPort["as"] = "host"): boolean {
    const rivals = servicesOf(this.context.indexes.registry, service.host);
    return rivals.length > 1
      ? this.of(rivals, number, as).includes(service)
      : this.isImported(service, number, this.sidecar, as);
  }

  /** Whether a Sidecar imports it; without one whatever is exported to the client is. */
  isImported(
    service: Registered,
    number: number,
    sidecar: Sidecar | undefined,
    as: ListenedPort["as"] = "host",
  ): boolean {
    const { client, indexes, mesh, settle } = this.context;
    const protocol = () => portOf(indexes.registry, service, number, settle)?.protocol;
    return isVisible(service, { number, as, protocol }, client.scope, sidecar, mesh, settle);
  }

  /** Of several services of a host those of which the proxy is told, in istiod's order. */
  of(rivals: readonly Registered[], number: number, as: ListenedPort["as"]): readonly Registered[] {
    return this.ofNamespace(rivals.filter((service) => this.isImported(service, number, this.sidecar, as)));
  }

  private ofNamespace(services: readonly Registered[]): readonly Registered[] {
    const sorted = [...services].sort((a, b) => this.compare(a, b));
    return ofOneNamespace(sorted, this.context.client.scope.namespace);
  }

  /** Those that an egress entry imports; `undefined` imports all that is exported. */
  importedBy(hosts: readonly string[] | undefined, rivals: readonly Registered[]): readonly Registered[] {
    const { namespace } = this.context.client.scope;
    const imported = rivals.filter(
      (service) =>
        this.isImported(service, 0, undefined) &&
        (hosts === undefined || imports(hosts, service.host, service.ref.namespace, namespace)),
    );
    return this.ofNamespace(imported);
  }

  /** What an egress entry imports of services of a host. */
  private explicit(egress: Egress | undefined, rivals: readonly Registered[]): readonly Merged[] {
    const having =
      egress?.port === undefined ? rivals : rivals.filter((service) => this.portsUnder(egress, service).length > 0);
    return this.importedBy(egress?.hosts, having).map((service) => ({
      service,
      ports: this.portsUnder(egress, service),
    }));
  }

  /** An egress entry for a port alone knows nothing of other ports. */
  private portsUnder(egress: Egress | undefined, service: Registered): readonly RegisteredPort[] {
    const all = portsOf(this.context.indexes.registry, service, this.context.settle);
    return egress?.port === undefined ? all : all.filter(({ number }) => number === egress.port);
  }

  /** What the clusters of a host are made for, as far as the proxy is told of it. */
  private clustersOf(host: string): Merged | undefined {
    const rivals = servicesOf(this.context.indexes.registry, host);
    return merged(egressOf(this.sidecar).flatMap((egress) => this.explicit(egress, rivals)));
  }

  /** The service that a route names comes along with the VirtualService: no egress list hides it, nor exportTo one of the own namespace. */
  private implied(egress: Egress | undefined, { host, from }: RouteTarget): readonly Merged[] {
    const { client, mesh, indexes } = this.context;
    const { namespace } = client.scope;
    if (from !== undefined && !isImportedBy(from, egress?.hosts, client.scope, mesh)) return [];
    const named = servicesOf(indexes.registry, host).filter(
      (service) =>
        (service.ref.namespace === namespace && !client.scope.isGateway) || this.isImported(service, 0, undefined),
    );
    const service = ofOneNamespace(named, namespace)[0];
    if (service === undefined) return [];
    const ports = this.portsUnder(egress, service);
    if (egress?.port !== undefined) return ports.length > 0 ? [{ service, ports }] : [];
    const numbers = from === undefined ? undefined : portsNamedBy(from, host, namespace, mesh);
    if (numbers === undefined) return [{ service, ports }];
    const matching = ports.filter(({ number }) => numbers.has(number));
    return matching.length > 0 ? [{ service, ports: matching }] : [];
  }

  /** What the clusters of the host that a route names are made for. */
  routedTo(target: RouteTarget): Merged | undefined {
    const rivals = servicesOf(this.context.indexes.registry, target.host);
    return merged(
      egressOf(this.sidecar).flatMap((egress) => [...this.explicit(egress, rivals), ...this.implied(egress, target)]),
    );
  }

  /** The service and port that the cluster to which a listener leads is made for; `undefined`: there is no such cluster. */
  clusterOf(target: Target): Target | undefined {
    const { service, port } = target;
    if (servicesOf(this.context.indexes.registry, service.host).length < 2) return target;
    const found = this.clustersOf(service.host);
    const owned = found?.ports.find(({ number, isUdp }) => number === port.number && !isUdp);
    return found === undefined || owned === undefined ? undefined : { service: found.service, port: owned };
  }

  /** Services without an address of their own that may have an endpoint there: clients' proxies listen for them at their endpoints. */
  withoutAddress(to: EndpointAddress): readonly Registered[] {
    const { index, indexes, settle } = this.context;
    const { registry, listed } = indexes;
    const addresses = to.kind === "pod" ? to.workload.podIps : [to.host];
    const hosts = new Set(addresses.flatMap((ip) => listed().get(ip) ?? []));
    if (to.kind === "pod") {
      for (const { service } of index.servicesSelecting(to.workload))
        hosts.add(serviceHost(service, this.context.mesh.config.clusterDomain));
      for (const { entry } of index.entriesSelecting(to.workload))
        for (const host of isUnknown(entry.hosts) ? [] : entry.hosts) hosts.add(host);
    }
    return [...hosts]
      .flatMap((host) => servicesOf(registry, host))
      .filter((service) =>
        service.kind === "ServiceEntry" ? mayListenPerEndpoint(service.object) : isPassthrough(service, settle),
      );
  }

  /** The egress entry for the port alone that imports it. */
  own(service: Registered, number: number) {
    return ownListener(this.sidecar, number, service, this.context.client.scope.namespace);
  }

  /** istiod's order: what is not exported to everybody before the rest, then the older. */
  compare(a: Registered, b: Registered): number {
    const { mesh, settle } = this.context;
    const rank = (service: Registered): number => (isPublic(service, mesh, settle) ? 1 : 0);
    return rank(a) - rank(b) || byRegistration(a, b);
  }
}
