import { addressesOf, nowhere, outside, OUTSIDE_HOST, reached, reachedEndpoint, type Address } from "./client/address";
import { endpointGetsMtls } from "./client/auto-mtls";
import { clusterFor, type Cluster } from "./client/cluster";
import type { Asked, Client, Context } from "./client/context";
import { departureOf, staysInPod, type Departure } from "./client/departure";
import { resolveHost, type Dialled } from "./client/dialled";
import { isLookedUp } from "./client/entry-endpoints";
import { endpointsOf, tlsModeOf } from "./client/endpoints";
import { isPassthrough } from "./client/registry";
import { forwardedPortOf } from "./client/service-ports";
import { hopsFor, type Hop } from "./client/route";
import { isSelected, podLabelsPlace } from "./client/selected";
import { remember } from "./explore";
import { meet, nobody, sending, UNTESTED, type Question, type Traced } from "./meeting";
import type { Workload } from "./mesh";
import type { Endpoint } from "./mesh-index";
import { endpointModeOf, planeOf } from "./reception";
import { Servers } from "./servers";
import type { Wire } from "./verdict";

/**
 * The answer to one question in one of the ways that what is unknown can go: whom the client reaches, by which way, and how each
 * meeting ends.
 */
export interface WorldAnswer {
  readonly dialled: Dialled;
  readonly departure: Departure;
  readonly servers: Servers;
}

/** A Service by its address, or a name that is nobody's here, as the clients of a namespace find it. */
export interface Approach {
  readonly dialled: Dialled;
  readonly to: Address;
}

/** All that a question asks but the host. */
const manner = ({ port, protocol, tls, serverSpeaks, subset }: Question): string =>
  `${port}|${protocol}|${tls}|${serverSpeaks ?? ""}|${subset ?? ""}`;

const keyOf = ({ scope }: Client, question: Question): string =>
  `${scope.namespace}|${question.host}|${manner(question)}`;

/**
 * The answer to a question that another client of the namespace has asked, where no field that is not known had a part in it and both
 * send all they send through their proxies, or have none; else `undefined`, and the question has to be worked out.
 */
export function answeredBefore({ indexes, client }: Asked, question: Question): WorldAnswer | undefined {
  if (!client.isLikeOthers || !(client.sendsAllThroughSidecar || client.hasNoProxy)) return undefined;
  const approach = indexes.approaches.get(keyOf(client, question));
  if (approach === undefined || staysInPod(approach.to)) return undefined;
  return (client.hasNoProxy ? indexes.waysWithoutProxy : indexes.ways).get(approach);
}

/** `undefined` for an address, and for a Service whose clients connect to pods: some of them may be the client itself. */
function approachTo(context: Context, { host, port }: Question): Approach | undefined {
  const dialled = resolveHost(context, host);
  if (dialled.kind === "elsewhere") return { dialled, to: outside(dialled.host, port, dialled.inCluster) };
  if (dialled.kind !== "service" || isPassthrough(dialled.service, context.settle)) return undefined;
  return { dialled, to: { kind: "cluster-ip", service: dialled.service, port } };
}

class World {
  constructor(
    private readonly context: Context,
    private readonly question: Question,
  ) {}

  answer(): WorldAnswer {
    const shared = this.asOthersDo();
    if (shared !== undefined) return shared;
    const { context, question } = this;
    const dialled = resolveHost(context, question.host);
    const servers: Traced[] = [];
    let departure: Departure | undefined;
    for (const to of addressesOf(context, dialled, question.port)) {
      departure = departureOf(context, to, question.port);
      for (const server of this.from(departure, dialled, to)) servers.push(server);
    }
    departure ??= departureOf(context, undefined, question.port);
    if (servers.length === 0) servers.push(...this.toNobody(departure, dialled));
    return { dialled, departure, servers: new Servers(servers) };
  }

  /** What every client of the namespace gets that asks the same of a Service through its proxy: worked out once for all of them. */
  private asOthersDo(): WorldAnswer | undefined {
    const { context, question } = this;
    const { indexes, client, settle } = context;
    if (!client.isLikeOthers) return undefined;
    const key = keyOf(client, question);
    const approach = remember(indexes.approaches, key, settle, (asked) =>
      approachTo({ ...context, settle: asked }, question),
    );
    if (approach === undefined) return undefined;
    if (client.hasNoProxy)
      return remember(indexes.waysWithoutProxy, approach, settle, (asked) =>
        new World({ ...context, settle: asked }, question).by("direct", approach),
      );
    if (departureOf(context, approach.to, question.port) !== "captured") return undefined;
    return remember(indexes.ways, approach, settle, (asked) =>
      new World({ ...context, settle: asked }, question).captured(approach),
    );
  }

  private by(departure: Departure, { dialled, to }: Approach): WorldAnswer {
    const servers = this.from(departure, dialled, to);
    return {
      dialled,
      departure,
      servers: new Servers(servers.length > 0 ? servers : this.toNobody(departure, dialled)),
    };
  }

  private captured({ dialled, to }: Approach): WorldAnswer {
    const hops = this.hops(dialled, to);
    const [hop] = hops;
    const isPlain = hops.length === 1 && hop?.via === "cluster" && hop.by === undefined;
    if (isPlain && !hop.cluster.isOriginalDestination)
      return { dialled, departure: "captured", servers: this.behind(hop.cluster, hop) };
    const servers = this.through(hops);
    const found = servers.length > 0 ? servers : this.toNobody("captured", dialled);
    return { dialled, departure: "captured", servers: new Servers(found) };
  }

  /** The servers of a cluster are the same for every client that has the cluster. */
  private behind(cluster: Cluster, hop: Hop): Servers {
    const { context, question } = this;
    const { behind } = context.indexes;
    const known = behind.get(cluster) ?? new Map<string, Servers>();
    behind.set(cluster, known);
    return remember(
      known,
      manner(question),
      context.settle,
      (asked) => new Servers(new World({ ...context, settle: asked }, question).toEndpoints(cluster, hop)),
    );
  }

  /** DNS lists no address for the name. What the proxy refuses or routes elsewhere it would, whatever the address. */
  private toNobody(departure: Departure, dialled: Dialled): readonly Traced[] {
    const { port } = this.question;
    if (departure !== "captured") return [nobody("connection-refused", port)];
    const host = dialled.kind === "service" ? dialled.service.host : "";
    const routed = this.through(this.hops(dialled, nowhere(host, port)));
    return routed.length > 0 ? routed : [nobody("no-healthy-upstream", port)];
  }

  private from(departure: Departure, dialled: Dialled, to: Address): readonly Traced[] {
    if (to.kind === "loopback") return this.directly(to, false, { via: "loopback", to });
    if (departure !== "captured") return this.directly(to, departure === "ambient", undefined);
    return this.through(this.hops(dialled, to));
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

  private hops(dialled: Dialled, to: Address): readonly Hop[] {
    const { tls, protocol, port, subset } = this.question;
    const hops = hopsFor(this.context, { isHttp: protocol !== "tcp", isTls: tls }, dialled, to, port);
    const asked = subset === undefined ? hops : hops.map((hop) => this.ofSubset(hop, subset));
    return asked.map((hop) => (hop.via === "cluster" ? this.ifBuilt(hop) : hop));
  }

  /** Of what proxies look up by DNS istiod builds no cluster without endpoints (`buildCluster` in cluster_builder.go). */
  private ifBuilt(hop: Hop & { readonly via: "cluster" }): Hop {
    const { cluster, by } = hop;
    const { service, port, isOriginalDestination } = cluster;
    if (service.kind !== "ServiceEntry" || !isLookedUp(service.object)) return hop;
    const isBuilt =
      endpointsOf(this.context, port).length > 0 && (isOriginalDestination || this.endpointsOf(cluster).length > 0);
    if (isBuilt) return hop;
    return { via: "missing-cluster", target: { host: service.host, subset: undefined, port: port.number, from: by } };
  }

  private ofSubset(hop: Hop, subset: string): Hop {
    if (hop.via !== "cluster") return hop;
    const { service, port } = hop.cluster;
    const cluster = clusterFor(this.context, service, port, subset);
    if (cluster !== null) return { ...hop, cluster };
    return { via: "missing-cluster", target: { host: service.host, subset, port: port.number, from: undefined } };
  }

  private through(hops: readonly Hop[]): readonly Traced[] {
    const { port } = this.question;
    return hops.flatMap((hop) => {
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
    // Settings that istiod cannot apply leave the cluster as it was before, and so without HBONE.
    const isTunnelled = socket.kind !== "plaintext" || socket.why !== "rule-without-certificate";
    if (isTunnelled && tlsMode !== "istio" && this.isAmbient(endpoint.workload))
      return socket.kind === "tls" ? "hbone-tls" : "hbone";
    if (socket.kind !== "per-endpoint") return socket.kind;
    return endpointGetsMtls(endpointMode, tlsMode, () => this.modeOf(endpoint)) ? "mtls" : "plaintext";
  }

  private modeOf(endpoint: Endpoint): string {
    const { index, indexes, settle } = this.context;
    return remember(indexes.endpointModes, endpoint, settle, (asked) => endpointModeOf(index, endpoint, asked));
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
    return to.kind === "cluster-ip" && forwardedPortOf(indexes.registry, to.service, to.port, settle) !== undefined;
  }
}

const isNowhere = (to: Address): boolean => to.kind === "outside" && to.isNowhere === true;

/** An original destination says nothing about itself, so nothing is decided per endpoint. */
const wireOf = ({ kind }: Cluster["socket"]): Wire => (kind === "per-endpoint" ? "plaintext" : kind);

/** A ServiceEntry whose proxy looks up whatever host a request names. */
const isResolvedByName = ({ service }: Cluster): boolean =>
  service.kind === "ServiceEntry" && service.object.resolution === "DYNAMIC_DNS";

export const answerInOneWay = (context: Context, question: Question): WorldAnswer =>
  new World(context, question).answer();
