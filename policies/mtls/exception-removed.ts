import { serviceHost } from "./client/registry";
import { expandShortName } from "./client/hosts";
import { targetPortOn } from "./endpoints";
import type { ExceptionContract } from "./exception";
import { isUnknown, mapKnown, type Known } from "./known";
import type { DestinationRule, Labels, Mesh, PeerAuthentication, TrafficPolicy, Workload } from "./mesh";
import type { MeshIndex } from "./mesh-index";
import { effectivePeerAuthentication } from "./server/peer-authentication";

/** A mesh as it would be without what an exception does: its objects stay, only the holes they make are closed. */

const INJECT = "sidecar.istio.io/inject";

const without = (labels: Known<Labels>, key: string): Known<Labels> =>
  mapKnown(labels, (all) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== key)));

/** The policy without its entries for these ports. */
const closed = (policy: PeerAuthentication, ports: readonly number[]): PeerAuthentication => ({
  ...policy,
  portLevel: mapKnown(policy.portLevel, (all) => new Map([...all].filter(([port]) => !ports.includes(port)))),
});

const isDisable = (tls: TrafficPolicy["portLevel"][number]["tls"]): boolean =>
  tls !== undefined && !isUnknown(tls) && tls.mode === "DISABLE";

/** The rule without DISABLE for these Service ports. */
const undisabled = (rule: DestinationRule, ports: readonly number[]): DestinationRule => {
  const { trafficPolicy } = rule;
  if (trafficPolicy === undefined || isUnknown(trafficPolicy)) return rule;
  const portLevel = trafficPolicy.portLevel.filter(
    ({ port, tls }) => isUnknown(port) || !ports.includes(port) || !isDisable(tls),
  );
  return { ...rule, trafficPolicy: { ...trafficPolicy, portLevel } };
};

/** Host names of the collectors' Services, each with its ports that lead to a port of the exception. */
function openedPorts(
  index: MeshIndex,
  { ports }: ExceptionContract,
  collectors: readonly Workload[],
): ReadonlyMap<string, readonly number[]> {
  const opened = new Map<string, number[]>();
  for (const collector of collectors)
    for (const { service } of index.servicesSelecting(collector))
      for (const port of isUnknown(service.ports) ? [] : service.ports) {
        const target = targetPortOn(collector, port);
        if (isUnknown(port.port) || typeof target !== "number" || !ports.includes(target)) continue;
        const host = serviceHost(service, index.mesh.config.clusterDomain);
        opened.set(host, [...(opened.get(host) ?? []), port.port]);
      }
  return opened;
}

/** @returns `undefined` when nobody can say what the mesh would be: running pods cannot be injected in retrospect */
export function withoutException(
  index: MeshIndex,
  contract: ExceptionContract,
  collectors: readonly Workload[],
): Mesh | undefined {
  const { mesh } = index;
  if (contract.mode === "no-sidecar") {
    if (collectors.some(({ live }) => live)) return undefined;
    const injected = (workload: Workload): Workload => ({
      ...workload,
      podLabels: without(workload.podLabels, INJECT),
      podAnnotations: without(workload.podAnnotations, INJECT),
    });
    const workloads = mesh.workloads.map((workload) => (collectors.includes(workload) ? injected(workload) : workload));
    return { ...mesh, workloads };
  }
  const winners = new Set(
    collectors.flatMap((collector) =>
      contract.ports.flatMap((port) => effectivePeerAuthentication(index, collector).port(port).by ?? []),
    ),
  );
  const opened = openedPorts(index, contract, collectors);
  const hostOf = ({ host, ref }: DestinationRule): string =>
    isUnknown(host) ? "" : expandShortName(host, ref.namespace, mesh.config.clusterDomain);
  return {
    ...mesh,
    peerAuthentications: mesh.peerAuthentications.map((policy) =>
      winners.has(policy) ? closed(policy, contract.ports) : policy,
    ),
    destinationRules: mesh.destinationRules.map((rule) =>
      rule.ref.namespace === contract.namespace ? undisabled(rule, opened.get(hostOf(rule)) ?? []) : rule,
    ),
  };
}
