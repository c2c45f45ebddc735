import type { Settle } from "../explore";
import { UNKNOWN, type Known } from "../known";
import { once } from "../memo";
import type { Labels, Mesh, Workload } from "../mesh";
import type { Endpoint, MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";
import { indexNodePorts, type NodePorts } from "./address";
import type { ServerSide } from "../server-side";
import type { Servers } from "../servers";
import type { Approach, WorldAnswer } from "../world";
import type { Cluster } from "./cluster";
import { sendsAllThroughSidecar } from "./departure";
import type { Dialled } from "./dialled";
import type { ConsolidatedRule } from "./destination-rule-merge";
import { indexDestinationRules, type DestinationRuleIndex } from "./destination-rule-index";
import { indexListed, type ListedAddresses } from "./listed";
import { indexRegistry, type Registry } from "./registry";
import { type RegisteredPort } from "./service-ports";
import { podLabelsPlace, type Place } from "./selected";
import type { Chain } from "./shared-listener";
import { isGatewayProxy } from "./gateway";
import { dataPlane } from "../server/injection";
import type { NamespaceModeAnswer } from "../server/peer-authentication";
import { indexVirtualServices, type VirtualServiceIndex } from "./virtual-service";
import { indexSidecars, type Scope, type SidecarIndex } from "./visibility";

/** Who asks: a workload, or hosts outside the mesh. */
export interface Client {
  readonly ref: ObjectRef;
  readonly workload: Workload | null;
  readonly scope: Scope;
  /** Nothing tells it apart from the other clients of its namespace: what its proxy is told holds for all of them. */
  readonly isLikeOthers: boolean;
  readonly sendsAllThroughSidecar: boolean;
  /** What it sends leaves its pod as it is. */
  readonly hasNoProxy: boolean;
}

/** By the rule that counts, then by subset; rules that were settled for one way only are forgotten with it. */
type ClustersByRule = WeakMap<ConsolidatedRule | NoRule, Map<string, Cluster | null>>;

/** Stands for a service without a DestinationRule. */
interface NoRule {
  readonly rule: undefined;
}
export const NO_RULE: NoRule = { rule: undefined };

/** Every index of the client's side, built once per mesh. */
export interface ClientIndex {
  readonly registry: Registry;
  readonly listed: () => ListedAddresses;
  readonly rules: DestinationRuleIndex;
  readonly sidecars: SidecarIndex;
  readonly virtualServices: VirtualServiceIndex;
  readonly nodePorts: NodePorts;
  /** Workloads and running pods by `namespace/name`. */
  readonly named: ReadonlyMap<string, readonly Workload[]>;
  /** What was worked out once and holds for every question: clients, hosts, clusters, ways through proxies, servers. */
  readonly clients: Map<Workload, Client>;
  readonly namespaceModes: Map<string, NamespaceModeAnswer>;
  readonly hosts: Map<string, Dialled>;
  readonly clusters: Map<RegisteredPort, ClustersByRule>;
  readonly httpListeners: Map<string, boolean>;
  readonly sharedListeners: Map<string, readonly Chain[] | undefined>;
  readonly approaches: Map<string, Approach | undefined>;
  readonly ways: Map<Approach, WorldAnswer>;
  readonly waysWithoutProxy: Map<Approach, WorldAnswer>;
  readonly behind: Map<Cluster, Map<string, Servers>>;
  readonly endpointModes: Map<Endpoint, string>;
  readonly servers: Map<Workload, Map<string, ServerSide>>;
}

function indexNames(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const named = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const { ref, pods } = workload;
    for (const name of pods.length === 0 ? [ref.name] : new Set([ref.name, ...pods.map((pod) => pod.name)])) {
      const key = `${ref.namespace}/${name}`;
      const others = named.get(key);
      if (others === undefined) named.set(key, [workload]);
      else others.push(workload);
    }
  }
  return named;
}

const built = new WeakMap<Mesh, ClientIndex>();

export function indexClients({ mesh }: MeshIndex): ClientIndex {
  const known = built.get(mesh);
  if (known !== undefined) return known;
  const index = {
    registry: indexRegistry(mesh),
    listed: once(() => indexListed(mesh)),
    rules: indexDestinationRules(mesh),
    sidecars: indexSidecars(mesh),
    virtualServices: indexVirtualServices(mesh),
    nodePorts: indexNodePorts(mesh),
    named: indexNames(mesh),
    clients: new Map<Workload, Client>(),
    namespaceModes: new Map<string, NamespaceModeAnswer>(),
    hosts: new Map<string, Dialled>(),
    clusters: new Map<RegisteredPort, ClustersByRule>(),
    httpListeners: new Map<string, boolean>(),
    sharedListeners: new Map<string, readonly Chain[] | undefined>(),
    approaches: new Map<string, Approach | undefined>(),
    ways: new Map<Approach, WorldAnswer>(),
    waysWithoutProxy: new Map<Approach, WorldAnswer>(),
    behind: new Map<Cluster, Map<string, Servers>>(),
    endpointModes: new Map<Endpoint, string>(),
    servers: new Map<Workload, Map<string, ServerSide>>(),
  };
  built.set(mesh, index);
  return index;
}

/** Who asks, and about which mesh. */
export interface Asked {
  readonly mesh: Mesh;
  readonly index: MeshIndex;
  readonly indexes: ClientIndex;
  readonly client: Client;
}

/** All that a resolver of the client's side needs to answer one question in one way. */
export interface Context extends Asked {
  readonly settle: Settle;
}

class WorkloadScope implements Scope {
  constructor(
    private readonly index: MeshIndex,
    private readonly workload: Workload,
    readonly isGateway: boolean,
  ) {}

  get namespace(): string {
    return this.workload.ref.namespace;
  }

  labels(): Known<Labels> {
    return this.index.labelsOf(this.workload);
  }

  labelsAt(): Place {
    return podLabelsPlace(this.workload);
  }
}

/** A workload as a client; made once per workload. */
export function clientOf(index: MeshIndex, workload: Workload): Client {
  const indexes = indexClients(index);
  const { clients } = indexes;
  const known = clients.get(workload);
  if (known !== undefined) return known;
  const { namespace } = workload.ref;
  const isGateway = isGatewayProxy(workload);
  const client: Client = {
    ref: workload.ref,
    workload,
    scope: new WorkloadScope(index, workload, isGateway),
    isLikeOthers: !isGateway && !isSelective(indexes, namespace),
    sendsAllThroughSidecar: sendsAllThroughSidecar(index, workload),
    hasNoProxy: !isGateway && dataPlane(index, workload).mode === "none",
  };
  clients.set(workload, client);
  return client;
}

/** Hosts outside the mesh: no proxy, no namespace, no labels. */
export const outsideClient = (ref: ObjectRef): Client => ({
  ref,
  workload: null,
  scope: { namespace: "", labels: () => UNKNOWN, labelsAt: () => ({ ref, path: "" }), isGateway: false },
  isLikeOthers: false,
  sendsAllThroughSidecar: false,
  hasNoProxy: true,
});

/** Whether something tells apart the clients of a namespace by their labels; else what holds for one holds for all. */
function isSelective({ rules, sidecars, virtualServices }: ClientIndex, namespace: string): boolean {
  return sidecars.get(namespace)?.hasSelector === true || rules.selective.has(namespace) || virtualServices.isSelective;
}
