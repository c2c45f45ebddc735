import type { Settle } from "../explore";
import { UNKNOWN } from "../known";
import type { Mesh, Workload } from "../mesh";
import type { Traced } from "../meeting";
import type { Endpoint, MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";
import { indexNodePorts, type NodePorts } from "./address";
import type { ServerSide } from "../server-side";
import type { Cluster } from "./cluster";
import type { Dialled } from "./dialled";
import { indexDestinationRules, type DestinationRuleIndex } from "./destination-rule-index";
import { indexRegistry, type Registered, type Registry } from "./registry";
import { podLabelsPlace } from "./selected";
import { isGatewayProxy } from "./gateway";
import type { NamespaceModeAnswer } from "../server/peer-authentication";
import { indexVirtualServices, type VirtualServiceIndex } from "./virtual-service";
import { indexSidecars, type Scope, type SidecarIndex } from "./visibility";

/** Who asks: a workload, or hosts outside the mesh. */
export interface Client {
  readonly ref: ObjectRef;
  readonly workload: Workload | null;
  readonly scope: Scope;
}

/** Every index of the client's side, built once per mesh. */
export interface ClientIndex {
  readonly registry: Registry;
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
  readonly clusters: Map<Registered, Map<string, Cluster | null>>;
  readonly ways: Map<string, readonly Traced[]>;
  readonly endpointModes: Map<Endpoint, string>;
  readonly servers: Map<Workload, Map<string, ServerSide>>;
}

function indexNames(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const named = new Map<string, Workload[]>();
  for (const workload of mesh.workloads)
    for (const name of new Set([workload.ref.name, ...workload.pods.map((pod) => pod.name)])) {
      const key = `${workload.ref.namespace}/${name}`;
      const others = named.get(key);
      if (others === undefined) named.set(key, [workload]);
      else others.push(workload);
    }
  return named;
}

const built = new WeakMap<Mesh, ClientIndex>();

export function indexClients({ mesh }: MeshIndex): ClientIndex {
  const known = built.get(mesh);
  if (known !== undefined) return known;
  const index = {
    registry: indexRegistry(mesh),
    rules: indexDestinationRules(mesh),
    sidecars: indexSidecars(mesh),
    virtualServices: indexVirtualServices(mesh),
    nodePorts: indexNodePorts(mesh),
    named: indexNames(mesh),
    clients: new Map<Workload, Client>(),
    namespaceModes: new Map<string, NamespaceModeAnswer>(),
    hosts: new Map<string, Dialled>(),
    clusters: new Map<Registered, Map<string, Cluster | null>>(),
    ways: new Map<string, readonly Traced[]>(),
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

/** A workload as a client; made once per workload. */
export function clientOf(index: MeshIndex, workload: Workload): Client {
  const { clients } = indexClients(index);
  const known = clients.get(workload);
  if (known !== undefined) return known;
  const client: Client = {
    ref: workload.ref,
    workload,
    scope: {
      namespace: workload.ref.namespace,
      labels: () => index.labelsOf(workload),
      labelsAt: () => podLabelsPlace(workload),
      isGateway: isGatewayProxy(workload),
    },
  };
  clients.set(workload, client);
  return client;
}

/** Hosts outside the mesh: no proxy, no namespace, no labels. */
export const outsideClient = (ref: ObjectRef): Client => ({
  ref,
  workload: null,
  scope: { namespace: "", labels: () => UNKNOWN, labelsAt: () => ({ ref, path: "" }), isGateway: false },
});

/** Whether something tells apart the clients of a namespace by their labels; else what holds for one holds for all. */
export function isSelective({ rules, sidecars, virtualServices }: ClientIndex, namespace: string): boolean {
  const hasSelector = sidecars.get(namespace)?.some(({ workloadSelector }) => workloadSelector !== undefined) ?? false;
  return hasSelector || rules.selective.has(namespace) || virtualServices.isSelective;
}
