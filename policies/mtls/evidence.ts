import type { Asked } from "./client/context";
import { coversHost, expandShortName } from "./client/hosts";
import type { Cluster } from "./client/cluster";
import type { Considered } from "./flow";
import { isUnknown } from "./known";
import type { DestinationRule } from "./mesh";
import { describeRef } from "./objects";
import { effectivePeerAuthentication } from "./server/peer-authentication";
import type { Traced } from "./meeting";
import type { WorldAnswer } from "./world";

/** Every object that was considered, winners and losers, with why. Made only for those who ask. */

const STEP = "destination-rule";

/** Why a rule for the host of a service does not count for a client. */
function lost(rule: DestinationRule, cluster: Cluster, { client, mesh }: Asked): string {
  const { namespace } = rule.ref;
  const { rootNamespace, clusterDomain } = mesh.config;
  const consulted = new Set([client.scope.namespace, cluster.service.ref.namespace, rootNamespace]);
  if (!consulted.has(namespace))
    return "never looked at: only the namespaces of the client, of the service and the root namespace count";
  const winner = cluster.rule;
  if (winner === undefined) return "is not visible to the client, or selects other workloads";
  if (winner.from.some(({ ref }) => ref === rule.ref)) return "merged into an older rule whose trafficPolicy stands";
  const exact = winner.rule.ref.namespace === namespace;
  if (!exact) return `the search ended in namespace ${winner.rule.ref.namespace}`;
  const isSameHost =
    !isUnknown(rule.host) &&
    !isUnknown(winner.rule.host) &&
    expandShortName(rule.host, namespace, clusterDomain) ===
      expandShortName(winner.rule.host, namespace, clusterDomain);
  return isSameHost ? "another rule for the same host comes first for this client" : "a more specific host wins";
}

function rulesConsidered(context: Asked, cluster: Cluster): readonly Considered[] {
  const { mesh } = context;
  const { host } = cluster.service;
  return mesh.destinationRules.flatMap((rule) => {
    const covers =
      isUnknown(rule.host) ||
      coversHost(expandShortName(rule.host, rule.ref.namespace, mesh.config.clusterDomain), host);
    if (!covers) return [];
    const object = describeRef(rule.ref);
    const won = cluster.rule !== undefined && [cluster.rule.rule.ref, cluster.rule.policyFrom.ref].includes(rule.ref);
    const says = isUnknown(rule.host)
      ? "its host is not known"
      : won
        ? `counts for ${host}`
        : lost(rule, cluster, context);
    return [{ step: STEP, object, says, won }];
  });
}

/** Every object considered for the servers of a flow. */
export function considered(context: Asked, { servers }: WorldAnswer): readonly Considered[] {
  const of = ({ hop, answer }: Traced): readonly Considered[] => {
    const rules = hop?.via === "cluster" ? rulesConsidered(context, hop.cluster) : [];
    const workload = answer.workload === null ? undefined : context.index.workload(answer.workload);
    const policies = workload === undefined ? [] : effectivePeerAuthentication(context.index, workload).considered();
    return [...rules, ...policies];
  };
  const all = servers.traced.flatMap(of);
  return [...new Map(all.map((item) => [`${item.step}|${item.object}|${item.says}`, item])).values()];
}
