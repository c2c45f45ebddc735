import { addressesOf, MISSING_SERVICE, reached, reachedEndpoint, type Address, type Reached } from "./client/address";
import { endpointGetsMtls, type Trust } from "./client/auto-mtls";
import type { Cluster } from "./client/cluster";
import type { Context } from "./client/context";
import { resolveHost, type Dialled } from "./client/dialled";
import { endpointsOf, tlsModeOf } from "./client/endpoints";
import { hopsFor, type Hop } from "./client/route";
import { portOf } from "./client/registry";
import { isSelected, podLabelsPlace } from "./client/selected";
import type { ServerAnswer, Undecided } from "./flow";
import { isUnknown } from "./known";
import type { Workload } from "./mesh";
import type { Endpoint } from "./mesh-index";
import type { ObjectRef } from "./objects";
import { codeFor, planeOf, portModeOf, type Reception } from "./reception";
import { direct, type Code } from "./server/codes";
import { PROXY_CONTAINER } from "./server/injection";
import { outboundCaptured } from "./server/interception";
import { serverSide } from "./server-side";
import { sendsOf, verdict, type Application, type Wire } from "./verdict";
import type { Accepts, AppProtocol, Symptom } from "./vocabulary";

/**
 * The answer to one question in one of the ways that what is unknown can go: who is reached, what is sent, what is accepted, and how
 * that ends.
 */

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly protocol: AppProtocol;
  readonly tls: boolean;
  readonly serverSpeaks: "plaintext" | "tls" | undefined;
}

/** How the client's bytes leave it. */
export type Departure = "direct" | "captured" | "ambient";

/** A server with all that led to its answer, for those who explain it. */
export interface Traced {
  readonly answer: ServerAnswer;
  /** The way through the client's proxy; `undefined` without one. */
  readonly hop: Hop | undefined;
  readonly reception: Reception | undefined;
  readonly application: Application | undefined;
  /** What had to be assumed of the server. */
  readonly assumption?: string;
}

export interface WorldAnswer {
  readonly dialled: Dialled;
  readonly departure: Departure;
  readonly servers: readonly Traced[];
  /** What nobody among the objects can tell. */
  readonly undecided: readonly Undecided[];
}

/** What the client's side contributes to a meeting. */
interface Sending {
  readonly wire: Wire;
  readonly inner: boolean;
  readonly clientProxy: boolean;
  readonly trust: Trust;
  readonly hop: Hop | undefined;
}

/** Where no proxy originates TLS nobody checks. */
const UNTESTED: Trust = "anyone";

const nothing = (symptom: Symptom, port: number, hop?: Hop): Traced => ({
  answer: { workload: null, targetPort: port, sends: "blocked", accepts: null, outcome: "refused", symptom },
  hop,
  reception: undefined,
  application: undefined,
});

/** The application's own TLS goes as it is where the proxy adds none, and inside where it does. */
const sending = (wire: Wire, tls: boolean, rest: Omit<Sending, "wire" | "inner">): Sending =>
  tls && wire === "plaintext" ? { ...rest, wire: "app-tls", inner: false } : { ...rest, wire, inner: tls };

class World {
  constructor(
    private readonly context: Context,
    private readonly question: Question,
  ) {}

  answer(): WorldAnswer {
    const { context, question } = this;
    const dialled = resolveHost(context, question.host);
    const addresses = addressesOf(context, dialled, question.port);
    const departures = addresses.map((to) => this.departure(to));
    const servers = addresses.flatMap((to, at) =>
      departures[at] === "captured" ? this.throughProxy(dialled, to) : this.directly(to, departures[at] === "ambient"),
    );
    const departure = departures[0] ?? this.departure(undefined);
    const answered = servers.length > 0 ? servers : [this.nobody(departure)];
    const missing = answered.flatMap(({ answer: { workload } }) =>
      workload?.kind === MISSING_SERVICE ? [{ object: workload, path: "" }] : [],
    );
    return { dialled, departure, servers: distinct(answered), undecided: missing };
  }

  private nobody(departure: Departure): Traced {
    return nothing(departure === "captured" ? "no-healthy-upstream" : "connection-refused", this.question.port);
  }

  private departure(to: Address | undefined): Departure {
    const { index, client, settle } = this.context;
    if (client.workload === null) return "direct";
    if (client.scope.isGateway) return "captured";
    const plane = planeOf(index, client.workload, settle);
    if (plane !== "sidecar") return plane === "ambient" ? "ambient" : "direct";
    const ip = addressOf(to);
    const uid = userOf(client.workload);
    const { captured, undecided } = outboundCaptured(index, client.workload, {
      port: this.question.port,
      ...(ip === undefined ? {} : { ip }),
      ...(uid === undefined ? {} : { uid }),
    });
    const service = to?.kind === "cluster-ip" ? to.service.ref : client.ref;
    const [blamed = { object: service, path: "spec.clusterIP" }, ...also] = undecided;
    return settle<boolean>(captured, [true, false], blamed.object, blamed.path, { also }) ? "captured" : "direct";
  }

  /** As it leaves the application; ztunnel wraps it in HBONE where the server has a ztunnel too. */
  private directly(to: Address, ambient: boolean, hop?: Hop): readonly Traced[] {
    const found = reached(this.context, to);
    if (found.length === 0)
      return [
        nothing(
          to.kind === "cluster-ip" && this.hasPort(to) ? "connection-refused" : "connection-timeout",
          to.port,
          hop,
        ),
      ];
    return found.map((server) => {
      const wire = ambient && this.isAmbient(server.workload) ? "hbone" : "plaintext";
      return this.meet(
        server,
        sending(wire, this.question.tls, { clientProxy: hop?.via === "passthrough", trust: UNTESTED, hop }),
      );
    });
  }

  private isAmbient(workload: Workload | null): boolean {
    return workload !== null && planeOf(this.context.index, workload, this.context.settle) === "ambient";
  }

  private throughProxy(dialled: Dialled, to: Address): readonly Traced[] {
    const { tls, protocol, port } = this.question;
    const bytes = { isHttp: protocol !== "tcp", isTls: tls };
    return hopsFor(this.context, bytes, dialled, to, port).flatMap((hop) => {
      switch (hop.via) {
        case "black-hole":
          return [nothing("black-hole", port, hop)];
        case "missing-cluster":
          return [nothing("cluster-not-found", port, hop)];
        case "passthrough":
        case "loopback":
          return this.directly(hop.to, false, hop);
        case "cluster":
          return this.throughCluster(hop.cluster, hop.to, hop);
      }
    });
  }

  private throughCluster(cluster: Cluster, to: Address, hop: Hop): readonly Traced[] {
    const rest = { clientProxy: true, trust: cluster.socket.kind === "tls" ? cluster.socket.trust : UNTESTED, hop };
    const wireOf = (): Wire => (cluster.socket.kind === "per-endpoint" ? "plaintext" : cluster.socket.kind);
    if (cluster.isOriginalDestination) {
      const found = reached(this.context, to);
      if (found.length === 0) return [nothing("no-healthy-upstream", to.port, hop)];
      return found.map((server) => this.meet(server, sending(wireOf(), this.question.tls, rest)));
    }
    const endpoints = this.endpointsOf(cluster);
    if (endpoints.length === 0)
      return isResolvedByName(cluster) ? this.byName(cluster, hop) : [nothing("no-healthy-upstream", to.port, hop)];
    return endpoints.map((endpoint) =>
      this.meet(reachedEndpoint(endpoint), sending(this.wireTo(endpoint, cluster), this.question.tls, rest)),
    );
  }

  private endpointsOf({ port, subset }: Cluster): readonly Endpoint[] {
    const { index, settle } = this.context;
    const endpoints = endpointsOf(this.context, port);
    if (subset === undefined) return endpoints;
    return endpoints.filter(({ workload }) => {
      if (workload === null) return true;
      const labelsAt = podLabelsPlace(workload);
      return isSelected(subset, labelsAt, index.labelsOf(workload), labelsAt, settle);
    });
  }

  /** A ServiceEntry that is resolved by DNS and lists no endpoints leads to its own host. */
  private byName({ service, port, socket }: Cluster, hop: Hop): readonly Traced[] {
    const wire = socket.kind === "per-endpoint" ? "plaintext" : socket.kind;
    const server = {
      workload: null,
      ref: { kind: "Host", namespace: "", name: service.host },
      port: port.number,
      byService: true,
    };
    const rest = { clientProxy: true, trust: UNTESTED, hop };
    return [this.meet(server, sending(wire, this.question.tls, rest))];
  }

  /** HBONE comes first where the endpoint has a ztunnel and no sidecar. */
  private wireTo(endpoint: Endpoint, { socket, endpointMode }: Cluster): Wire {
    const { workload } = endpoint;
    const tlsMode = tlsModeOf(this.context, endpoint);
    if (tlsMode !== "istio" && this.isAmbient(workload)) return "hbone";
    if (socket.kind !== "per-endpoint") return socket.kind;
    return endpointGetsMtls(endpointMode, tlsMode, () => this.modeOf(endpoint)) ? "mtls" : "plaintext";
  }

  private modeOf({ workload, targetPort }: Endpoint): string {
    const { index, settle } = this.context;
    if (workload === null || isUnknown(targetPort)) return "PERMISSIVE";
    return portModeOf(index, workload, targetPort, settle);
  }

  private hasPort(to: Address): boolean {
    return (
      to.kind === "cluster-ip" &&
      portOf(this.context.indexes.registry, to.service, to.port, this.context.settle) !== undefined
    );
  }

  /** What the client sends meets what the port accepts. */
  private meet({ workload, ref, port, byService }: Reached, sent: Sending): Traced {
    if (workload === null) return this.meetOutside(ref, isUnknown(port) ? this.question.port : port, sent);
    if (isUnknown(port)) return unknownServer(ref, this.question.port, sent);
    const { protocol, serverSpeaks } = this.question;
    const side = serverSide(this.context, workload, { port, byService, protocol, serverSpeaks });
    const { application } = side;
    // What a pod sends to its own address meets no proxy.
    const isOwn = sent.hop?.via === "loopback";
    const reception = isOwn ? undefined : side.reception;
    const accepts = isOwn && application !== "nothing" ? direct(application) : side.accepts;
    const code = codeFor(reception ?? BARE, sent.wire);
    const answer = this.conclude(ref, port, accepts, application, code, reception?.readsHttp ?? false, sent);
    return { answer, hop: sent.hop, reception, application };
  }

  /** A host outside speaks what its client means it to speak, unless the question says otherwise. */
  private meetOutside(ref: ObjectRef, port: number, sent: Sending): Traced {
    if (ref.kind === MISSING_SERVICE) return unknownServer(ref, port, sent);
    const asked = this.question.serverSpeaks;
    const application = asked ?? (sent.wire === "tls" || sent.wire === "app-tls" ? "tls" : "plaintext");
    const code = sent.wire === "plaintext" ? "ok" : "raw";
    const answer = this.conclude(ref, port, direct(application), application, code, false, {
      ...sent,
      trust: UNTESTED,
    });
    const assumption = `${ref.name}:${port} is outside and speaks ${application === "tls" ? "TLS" : "plaintext"}`;
    return { answer, hop: sent.hop, reception: undefined, application, ...(asked === undefined ? { assumption } : {}) };
  }

  private conclude(
    workload: ObjectRef,
    targetPort: number,
    accepts: Accepts,
    application: Application,
    reception: Code,
    readsHttp: boolean,
    { wire, inner, clientProxy, trust }: Sending,
  ): ServerAnswer {
    const notHttp = this.question.protocol === "tcp";
    const result = verdict({ wire, inner, clientProxy, trust, reception, application, notHttp, readsHttp });
    return { workload, targetPort, sends: sendsOf(wire), accepts, ...result };
  }
}

/** No proxy in between. */
const BARE = { codes: null, isAmbient: false };

const unknownServer = (workload: ObjectRef, targetPort: number, { wire, hop }: Sending): Traced => ({
  answer: { workload, targetPort, sends: sendsOf(wire), accepts: null, outcome: "unknown" },
  hop,
  reception: undefined,
  application: undefined,
});

/** A ServiceEntry that the client's proxy resolves by DNS. */
const isResolvedByName = ({ service }: Cluster): boolean =>
  service.kind === "ServiceEntry" && !isUnknown(service.object.resolution) && service.object.resolution.includes("DNS");

/** The address that the client's kernel sees; `undefined` when no object tells. */
const addressOf = (to: Address | undefined): string | undefined => {
  if (to?.kind === "cluster-ip") return to.service.object.clusterIps[0];
  return to?.kind === "pod" ? to.workload.podIps[0] : undefined;
};

/** The user of the application's processes, when all its containers run as the same one. */
function userOf({ containers }: Workload): number | undefined {
  if (isUnknown(containers)) return undefined;
  const users = new Set(
    containers.filter(({ name, init }) => name !== PROXY_CONTAINER && !init).map(({ runAsUser }) => runAsUser),
  );
  const [only] = users;
  return users.size === 1 && only !== undefined && !isUnknown(only) ? only : undefined;
}

/** Each server once: what several ways lead to alike is one answer. */
const distinct = (servers: readonly Traced[]): readonly Traced[] =>
  servers.length < 2
    ? servers
    : [...new Map(servers.map((server) => [JSON.stringify(server.answer), server])).values()];

export const answerInOneWay = (context: Context, question: Question): WorldAnswer =>
  new World(context, question).answer();
