import { targetPortOn } from "../../mtls/endpoints";
import { isUnknown } from "../../mtls/known";
import { LabelledIndex, selectorText } from "../../mtls/labels";
import { remembered } from "../../mtls/memo";
import type { Mesh, PeerAuthentication, Workload } from "../../mtls/mesh";
import { indexMesh, type MeshIndex } from "../../mtls/mesh-index";
import { describeRef } from "../../mtls/objects";
import { dataPlane } from "../../mtls/server/injection";
import { effectivePeerAuthentication } from "../../mtls/server/peer-authentication";
import { enumerate, shortName } from "./texts";

/** Why an object, or a field of it, changes nothing. */
export interface Inert {
  readonly path: string;
  readonly says: string;
}

/** Ports that a workload is known to listen on, or that a Service leads to; `undefined` when nothing tells. */
function portsOf(index: MeshIndex, workload: Workload): ReadonlySet<number> | undefined {
  const declared = isUnknown(workload.containers)
    ? []
    : workload.containers.flatMap(({ ports }) => (isUnknown(ports) ? [] : ports.map(({ number }) => number)));
  const served = index
    .servicesSelecting(workload)
    .flatMap(({ service }) => (isUnknown(service.ports) ? [] : service.ports))
    .map((port) => targetPortOn(workload, port));
  const known = [...declared, ...served].filter((port): port is number => typeof port === "number");
  return known.length === 0 ? undefined : new Set(known);
}

/** Service ports, by number, that lead to another port of the workload. */
function servicePorts(index: MeshIndex, workload: Workload): ReadonlyMap<number, number> {
  const ports = index
    .servicesSelecting(workload)
    .flatMap(({ service }) => (isUnknown(service.ports) ? [] : service.ports))
    .map((port) => [port.port, targetPortOn(workload, port)] as const)
    .filter((pair): pair is readonly [number, number] => typeof pair[0] === "number" && typeof pair[1] === "number");
  return new Map(ports);
}

/** Keys of `portLevelMtls` that no selected pod listens on: they are ports of pods, not of Services. */
function inertPorts(index: MeshIndex, { portLevel }: PeerAuthentication, selected: readonly Workload[]): Inert[] {
  if (isUnknown(portLevel) || portLevel.size === 0) return [];
  const listening = selected.map((workload) => portsOf(index, workload));
  if (listening.some((ports) => ports === undefined)) return [];
  return [...portLevel.keys()]
    .filter((port) => !listening.some((ports) => ports?.has(port) === true))
    .map((port) => {
      const target = selected
        .map((workload) => servicePorts(index, workload).get(port))
        .find((found) => found !== undefined);
      const says =
        target === undefined
          ? `is for port ${port}, on which none of its pods is known to listen`
          : `is for port ${port} of the Service; policies are about ports of the pods, here ${target}`;
      return { path: `spec.portLevelMtls.${port}`, says };
    });
}

/** The pods that policies of one namespace with one selector are about, and what holds for them whichever policy asks. */
interface Audience {
  readonly selected: readonly Workload[];
  /** None of them has a proxy. */
  readonly isBare: boolean;
  /** Policies that hold for some of them, or may. */
  readonly winners: ReadonlySet<PeerAuthentication>;
}

/** By the labels that pods are written with; the few that injection adds are nobody's to select by. */
const writtenLabels = remembered(
  (mesh: Mesh, namespace: string): LabelledIndex<Workload> =>
    new LabelledIndex(indexMesh(mesh).workloadsIn(namespace), ({ podLabels }) => podLabels),
);

const audiences = remembered((_mesh: Mesh, _namespace: string) => new Map<string, Audience>());

function audienceOf(mesh: Mesh, { ref: { namespace }, selector }: PeerAuthentication): Audience {
  const index = indexMesh(mesh);
  const key = selectorText(selector ?? {});
  const known = key === undefined ? undefined : audiences(mesh, namespace).get(key);
  if (known !== undefined) return known;
  const selected = writtenLabels(mesh, namespace)
    .selectedBy(selector ?? {})
    .map(({ item }) => item);
  const audience = {
    selected,
    isBare: selected.every((workload) => dataPlane(index, workload).mode === "none"),
    winners: new Set(selected.flatMap((workload) => effectivePeerAuthentication(index, workload).winners)),
  };
  if (key !== undefined) audiences(mesh, namespace).set(key, audience);
  return audience;
}

/** The policy that is in force for the workloads instead of this one. */
function shadowedBy({ winners }: Audience, policy: PeerAuthentication): PeerAuthentication | undefined {
  if (winners.has(policy)) return undefined;
  for (const winner of winners)
    if (
      winner.ref.namespace === policy.ref.namespace &&
      (winner.selector === undefined) === (policy.selector === undefined)
    )
      return winner;
  return undefined;
}

/** Why a PeerAuthentication, or a part of it, changes nothing for the pods it is about. */
export function inertPeerAuthentication(mesh: Mesh, policy: PeerAuthentication): Inert[] {
  const { ref, selector } = policy;
  const index = indexMesh(mesh);
  if (isUnknown(selector)) return [];
  const isRoot = ref.namespace === mesh.config.rootNamespace;
  if (selector !== undefined && isRoot)
    return [
      {
        path: "spec.selector",
        says: "has a selector in the root namespace, where policies are about the whole mesh: it selects nothing",
      },
    ];
  // A namespace without workloads here belongs to another stack: nobody can tell what the policy does there.
  if (index.workloadsIn(ref.namespace).length === 0 || isRoot) return [];
  const audience = audienceOf(mesh, policy);
  const { selected, isBare } = audience;
  if (selected.length === 0)
    return [{ path: "spec.selector.matchLabels", says: `selects none of the workloads in ${ref.namespace}` }];
  if (selector !== undefined && isBare)
    return [
      {
        path: "spec.selector.matchLabels",
        says: `is about ${enumerate(selected.map((workload) => shortName(workload.ref)))}, which have no proxy to obey it`,
      },
    ];
  const shadow = shadowedBy(audience, policy);
  if (shadow !== undefined)
    return [
      {
        path: "",
        says: `is shadowed by ${describeRef(shadow.ref)}, which is older or comes first by name: only one policy per level holds`,
      },
    ];
  return inertPorts(index, policy, selected);
}
