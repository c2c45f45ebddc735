import { byAge } from "../../../policies/mtls/client/age";
import { coversHost, expandShortName, isWildcard } from "../../../policies/mtls/client/hosts";
import { isUnknown, type Known } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { DestinationRule, Labels, Mesh, PeerAuthentication, Service, Workload } from "../../../policies/mtls/mesh";
import { indexMesh, type MeshIndex } from "../../../policies/mtls/mesh-index";
import { declaredProtocol, type DeclaredProtocol } from "../../../policies/mtls/server/declared-protocol";
import {
  CONTROLLERS,
  manifestsOf,
  questionOf,
  type Answer,
  type Case,
  type Destination,
  type Flow,
  type FlowResult,
} from "../case";

/**
 * One server of one flow, with what istiod answered about it and the objects that may have mattered: what a rule is asked whether the
 * answer rests on it.
 */
export interface Probe {
  readonly kase: Case;
  readonly flow: Flow;
  readonly result: FlowResult;
  /** `undefined`: nobody is reached. */
  readonly to: Destination | undefined;
  readonly mesh: Mesh;
  readonly index: MeshIndex;
  readonly root: string;
  readonly client: Workload | undefined;
  readonly server: Workload | undefined;
  /** The cluster that istiod's routes led to. */
  readonly cluster: { readonly port: number; readonly subset: string; readonly host: string } | undefined;
  /** The Kubernetes Service of that cluster. */
  readonly service: Service | undefined;
  /** Namespace of the cluster's service. */
  readonly serviceNamespace: string | undefined;
  /** The DestinationRule that istiod names for the cluster. */
  readonly rule: DestinationRule | undefined;
  readonly policies: Policies;
  /** What the server's port is declared to speak. */
  readonly declared: Known<DeclaredProtocol> | undefined;
}

/** PeerAuthentications that bear on the server's pod, by level, oldest first. */
export interface Policies {
  readonly mesh: readonly PeerAuthentication[];
  readonly namespace: readonly PeerAuthentication[];
  readonly workload: readonly PeerAuthentication[];
  /** In the root namespace with a selector that fits: never counted. */
  readonly void: readonly PeerAuthentication[];
}

const NO_POLICIES: Policies = { mesh: [], namespace: [], workload: [], void: [] };

function policiesOf(index: MeshIndex, root: string, server: Workload): Policies {
  const { namespace } = server.ref;
  const own = index.policies(namespace);
  const labels = index.labelsOf(server);
  const selecting = own.selecting(labels).map(({ item }) => item);
  return {
    mesh: index.policies(root).wide,
    namespace: namespace === root ? [] : own.wide,
    workload: namespace === root ? [] : selecting,
    void: index
      .policies(root)
      .selecting(labels)
      .map(({ item }) => item),
  };
}

const clusterOf = ({ cluster = "" }: FlowResult): Probe["cluster"] => {
  const [direction, port, subset = "", host = ""] = cluster.split("|");
  return direction === "outbound" ? { port: Number(port), subset, host } : undefined;
};

const named = (text: string): { readonly namespace: string; readonly name: string } => {
  const [namespace = "", name = ""] = text.split("/");
  return { namespace, name };
};

const workloadOf = (index: MeshIndex, kase: Case, pod: string): Workload | undefined => {
  const { namespace, name } = named(pod);
  const own = index.workload({ kind: "Pod", namespace, name });
  if (own !== undefined) return own;
  const { from } = questionOf(kase, { from: pod, host: "", port: 1 });
  return index
    .workloadsIn(namespace)
    .find(({ ref }) => CONTROLLERS.has(ref.kind) && `${namespace}/${ref.name}` === from);
};

/** Every server of every flow. */
export function probesOf(kase: Case, answer: Answer): readonly Probe[] {
  const { manifests, facts } = manifestsOf(kase);
  const mesh = readMesh(manifests, facts);
  const index = indexMesh(mesh);
  const root = mesh.config.rootNamespace;
  return kase.flows.flatMap((flow, at) => {
    const result = answer.flows?.[at];
    if (result === undefined) return [];
    const cluster = clusterOf(result);
    const service = cluster === undefined ? undefined : index.serviceByHost(cluster.host);
    const entry = mesh.serviceEntries.find(({ hosts }) => !isUnknown(hosts) && hosts.includes(cluster?.host ?? ""));
    const chosen = named(result.destinationRule ?? "");
    const rule = mesh.destinationRules.find(
      ({ ref }) => ref.namespace === chosen.namespace && ref.name === chosen.name,
    );
    const client = workloadOf(index, kase, flow.from);
    const base = { kase, flow, result, mesh, index, root, client, cluster, service, rule };
    const destinations: readonly (Destination | undefined)[] =
      (result.destinations ?? []).length === 0 ? [undefined] : (result.destinations ?? []);
    return destinations.map((to): Probe => {
      const server = to?.pod === undefined ? undefined : workloadOf(index, kase, to.pod);
      return {
        ...base,
        to,
        server,
        serviceNamespace: service?.ref.namespace ?? entry?.ref.namespace,
        policies: server === undefined ? NO_POLICIES : policiesOf(index, root, server),
        declared: server === undefined || to === undefined ? undefined : declaredProtocol(index, server, to.port),
      };
    });
  });
}

/** Rules of a namespace for the cluster's host, oldest first. */
export const rulesFor = ({ mesh, cluster }: Probe, namespace: string | undefined): readonly DestinationRule[] =>
  cluster === undefined
    ? []
    : mesh.destinationRules
        .filter(
          ({ ref, host }) =>
            ref.namespace === namespace && !isUnknown(host) && coversHost(hostOf(mesh, ref, host), cluster.host),
        )
        .sort(byAge);

export const hostOf = (mesh: Mesh, { namespace }: { readonly namespace: string }, host: string): string =>
  expandShortName(host, namespace, mesh.config.clusterDomain);

/** A rule's host with what it stands for. */
export const expandedHost = (probe: Probe, rule: DestinationRule): string =>
  isUnknown(rule.host) ? "" : hostOf(probe.mesh, rule.ref, rule.host);

export const isWild = isWildcard;

export const known = <T>(value: Known<T> | undefined): T | undefined => (isUnknown(value) ? undefined : value);

export const labelOf = (labels: Known<Labels> | undefined, key: string): string | undefined =>
  known(known(labels)?.[key]);

/** Equally old, as the API server stores ages. */
export const sameAge = (
  a: { readonly created: string | undefined },
  b: { readonly created: string | undefined },
): boolean => (a.created ?? "") === (b.created ?? "");

/** Annotation of the server's or client's pods. */
export const annotation = (workload: Workload | undefined, key: string): string | undefined =>
  labelOf(workload?.podAnnotations, key);
