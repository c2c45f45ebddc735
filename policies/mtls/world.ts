import { addressesOf, nowhere, OUTSIDE_HOST, reached, reachedEndpoint, type Address } from "./client/address";
import { endpointGetsMtls } from "./client/auto-mtls";
import type { Cluster } from "./client/cluster";
import { isSelective, type Context } from "./client/context";
import { departureOf, type Departure } from "./client/departure";
import { resolveHost, type Dialled } from "./client/dialled";
import { endpointsOf, tlsModeOf } from "./client/endpoints";
import { portOf } from "./client/registry";
import { hopsFor, type Hop } from "./client/route";
import { isSelected, podLabelsPlace } from "./client/selected";
import { remember } from "./explore";
import type { Undecided } from "./flow";
import { isUnknown } from "./known";
import { meet, nobody, sending, UNTESTED, type Question, type Traced } from "./meeting";
import type { Workload } from "./mesh";
import type { Endpoint } from "./mesh-index";
import { planeOf, portModeOf } from "./reception";
import type { Wire } from "./verdict";

/**
 * The answer to one question in one of the ways that what is unknown can go: whom the client reaches, by which way, and how each
 * meeting ends.
 */
export interface WorldAnswer {
  readonly dialled: Dialled;
  readonly departure: Departure;
  readonly servers: readonly Traced[];
  /** Fields that would tell more. */
  readonly undecided: readonly Undecided[];
}

class World {
  constructor(
    private readonly context: Context,
    private readonly question: Question,
  ) {}

  answer(): WorldAnswer {
    const { context, question } = this;
    const dialled = resolveHost(context, question.host);
    const servers: Traced[] = [];
    let departure: Departure | undefined;
    for (const to of addressesOf(context, dialled, question.port)) {
      departure = departureOf(context, to, question.port);
      servers.push(...this.from(departure, dialled, to));
    }
    departure ??= departureOf(context, undefined, question.port);
    if (servers.length === 0) servers.push(...this.toNobody(departure, dialled));
    return { dialled, departure, servers: distinct(servers), undecided: servers.flatMap(({ undecided }) => undecided) };
  }

  /** DNS lists no address for the name. What the proxy refuses or routes elsewhere it would, whatever the address. */
  private toNobody(departure: Departure, dialled: Dialled): readonly Traced[] {
    const { port } = this.question;
    if (departure !== "captured") return [nobody("connection-refused", port)];
    const host = dialled.kind === "service" ? dialled.service.host : "";
    const routed = this.throughProxy(dialled, nowhere(host, port));
    return routed.length > 0 ? routed : [nobody("no-healthy-upstream", port)];
  }

  private from(departure: Departure, dialled: Dialled, to: Address): readonly Traced[] {
    if (to.kind === "loopback") return this.directly(to, false, { via: "loopback", to });
    if (departure !== "captured") return this.directly(to, departure === "ambient", undefined);
    const { indexes, client, settle } = this.context;
    const { namespace, isGateway } = client.scope;
    const isOfAll = to.kind === "cluster-ip" && !isGateway && !isSelective(indexes, namespace);
    if (!isOfAll) return this.throughProxy(dialled, to);
    const { host, port, protocol, tls, serverSpeaks = "" } = this.question;
    const key = `${namespace}|${host}|${port}|${protocol}|${tls}|${serverSpeaks}`;
    return remember(indexes.ways, key, settle, (asked) =>
      new World({ ...this.context, settle: asked }, this.question).throughProxy(dialled, to),
    );
  }

  /** As it leaves the application; ztunnel wraps it in HBONE where the server has a ztunnel too. */
  private directly(to: Address, ambient: boolean, hop: Hop | undefined): readonly Traced[] {
    if (isNowhere(to)) return [];
    const found = reached(this.context, to);
    if (found.length === 0) return [this.nobodyAt(to, hop)];
    const throughProxy = hop?.via === "passthrough";
    return found.map((server) => {
      const wire = ambient && this.isAmbient(server.workload) ? "hbone" : "plaintext";
      return this.meet(server, sending(wire, this.question.tls, throughProxy, UNTESTED, hop));
    });
  }

  private throughProxy(dialled: Dialled, to: Address): readonly Traced[] {
    const { tls, protocol, port } = this.question;
    const bytes = { isHttp: protocol !== "tcp", isTls: tls };
    return hopsFor(this.context, bytes, dialled, to, port).flatMap((hop) => {
      switch (hop.via) {
        case "black-hole":
          return [nobody("black-hole", port, hop)];
        case "missing-cluster":
          return [nobody("cluster-not-found", port, hop)];
        case "passthrough":
        case "loopback":
          return this.directly(hop.to, false, hop);
        case "cluster":
          return hop.cluster.isOriginalDestination
            ? this.toOriginalDestination(hop.cluster, hop.to, hop)
            : this.toEndpoints(hop.cluster, hop);
      }
    });
  }

  /** What a gateway gets is not redirected, so it has no original destination. */
  private toOriginalDestination({ socket }: Cluster, to: Address, hop: Hop): readonly Traced[] {
    if (isNowhere(to)) return [];
    if (this.context.client.scope.isGateway) return [nobody("no-healthy-upstream", to.port, hop)];
    const found = reached(this.context, to);
    if (found.length === 0) return [this.nobodyAt(to, hop)];
    return found.map((server) => this.meet(server, this.sending(wireOf(socket), socket, hop)));
  }

  private toEndpoints(cluster: Cluster, hop: Hop): readonly Traced[] {
    const endpoints = this.endpointsOf(cluster);
    const { service, port, socket } = cluster;
    if (endpoints.length > 0)
      return endpoints.map((endpoint) =>
        this.meet(reachedEndpoint(endpoint), this.sending(this.wireTo(endpoint, cluster), socket, hop)),
      );
    if (!isResolvedByName(cluster)) return [nobody("no-healthy-upstream", port.number, hop)];
    const ref = { kind: OUTSIDE_HOST, namespace: "", name: service.host };
    const server = { workload: null, ref, port: port.target, byService: true, undecided: [] };
    return [this.meet(server, this.sending(wireOf(socket), socket, hop))];
  }

  private sending(wire: Wire, socket: Cluster["socket"], hop: Hop) {
    return sending(wire, this.question.tls, true, socket.kind === "tls" ? socket.trust : UNTESTED, hop);
  }

  private meet(server: Parameters<typeof meet>[2], sent: Parameters<typeof meet>[3]): Traced {
    return meet(this.context, this.question, server, sent);
  }

  private endpointsOf({ service, port, subset }: Cluster): readonly Endpoint[] {
    const { index, settle } = this.context;
    const endpoints = endpointsOf(this.context, port);
    if (subset === undefined) return endpoints;
    return endpoints.filter(({ workload, labels }) => {
      const at = workload === null ? { ref: service.ref, path: "spec" } : podLabelsPlace(workload);
      const own = labels ?? (workload === null ? {} : index.labelsOf(workload));
      return isSelected(subset, at, own, at, settle);
    });
  }

  /** HBONE comes first where the endpoint has a ztunnel and no sidecar. */
  private wireTo(endpoint: Endpoint, { socket, endpointMode }: Cluster): Wire {
    const tlsMode = tlsModeOf(this.context, endpoint);
    if (tlsMode !== "istio" && this.isAmbient(endpoint.workload)) return socket.kind === "tls" ? "hbone-tls" : "hbone";
    if (socket.kind !== "per-endpoint") return socket.kind;
    return endpointGetsMtls(endpointMode, tlsMode, () => this.modeOf(endpoint)) ? "mtls" : "plaintext";
  }

  private modeOf(endpoint: Endpoint): string {
    const { workload, targetPort } = endpoint;
    if (workload === null || isUnknown(targetPort)) return "PERMISSIVE";
    const { index, indexes, settle } = this.context;
    return remember(indexes.endpointModes, endpoint, settle, (asked) => portModeOf(index, workload, targetPort, asked));
  }

  private isAmbient(workload: Workload | null): boolean {
    return workload !== null && planeOf(this.context.index, workload, this.context.settle) === "ambient";
  }

  /** kube-proxy rejects connections to a Service without endpoints, and knows nothing of ports that a Service does not have. */
  private nobodyAt(to: Address, hop: Hop | undefined): Traced {
    return nobody(this.hasPort(to) ? "connection-refused" : "connection-timeout", to.port, hop);
  }

  private hasPort(to: Address): boolean {
    const { indexes, settle } = this.context;
    return to.kind === "cluster-ip" && portOf(indexes.registry, to.service, to.port, settle) !== undefined;
  }
}

const isNowhere = (to: Address): boolean => to.kind === "outside" && to.isNowhere === true;

/** An original destination says nothing about itself, so nothing is decided per endpoint. */
const wireOf = ({ kind }: Cluster["socket"]): Wire => (kind === "per-endpoint" ? "plaintext" : kind);

/** A ServiceEntry that the client's proxy resolves by DNS: without endpoints it leads to its own host. */
const isResolvedByName = ({ service }: Cluster): boolean =>
  service.kind === "ServiceEntry" && !isUnknown(service.object.resolution) && service.object.resolution.includes("DNS");

/** Each server once: what several ways lead to alike is one answer. */
const distinct = (servers: readonly Traced[]): readonly Traced[] =>
  servers.length < 2
    ? servers
    : [...new Map(servers.map((server) => [JSON.stringify(server.answer), server])).values()];

export const answerInOneWay = (context: Context, question: Question): WorldAnswer =>
  new World(context, question).answer();
