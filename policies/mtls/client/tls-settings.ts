import type { Settle } from "../explore";
import type { Known } from "../known";
import type { TlsMode, TlsSettings, TrafficPolicy } from "../mesh";
import type { ObjectRef } from "../objects";
import { TLS_WAYS } from "./destination-rule-index";
import type { ConsolidatedRule } from "./destination-rule-merge";

/**
 * What a DestinationRule says about TLS for one service port. istiod asks twice, and the two answers differ where a port entry
 * leaves `tls` out: for the cluster such an entry resets the rule's own settings, for the endpoints it does not.
 * Sources: `GetPortLevelTrafficPolicy` and `MergeSubsetTrafficPolicy` in pilot/pkg/networking/util/util.go (cluster);
 * `tlsModeForDestinationRule` in pilot/pkg/xds/endpoints/mtls_checker.go (endpoints).
 */

export const TLS_MODES: readonly TlsMode[] = ["DISABLE", "ISTIO_MUTUAL", "SIMPLE", "MUTUAL"];
const BALANCER_WAYS: readonly (string | undefined)[] = [undefined, "PASSTHROUGH"];

/** A rule with the subset that the client is routed to, and the service port it dials. */
export interface PortOfRule {
  readonly picked: ConsolidatedRule;
  readonly subset: string | undefined;
  /** Service port, not target port. */
  readonly port: number;
}

/** The fields of a policy that the engine reads. */
export interface ClusterPolicy {
  readonly tls: TlsSettings | undefined;
  readonly loadBalancer: string | undefined;
  /** Where `tls` was found, for example `spec.trafficPolicy.portLevelSettings[0].tls`. */
  readonly path: string;
}

interface Place {
  readonly ref: ObjectRef;
  readonly path: string;
}

const NOTHING: Omit<ClusterPolicy, "path"> = { tls: undefined, loadBalancer: undefined };

const tlsAt = (tls: Known<TlsSettings> | undefined, { ref, path }: Place, settle: Settle): TlsSettings | undefined =>
  settle<TlsSettings | undefined>(tls, TLS_WAYS, ref, `${path}.tls`);

const balancerAt = (value: Known<string> | undefined, { ref, path }: Place, settle: Settle): string | undefined =>
  settle<string | undefined>(value, BALANCER_WAYS, ref, `${path}.loadBalancer.simple`);

/** The first port entry for the port. */
function portEntry(policy: TrafficPolicy, port: number, { ref, path }: Place, settle: Settle) {
  for (const [at, entry] of policy.portLevel.entries()) {
    const place = { ref, path: `${path}.portLevelSettings[${at}]` };
    const number = settle<number | undefined>(entry.port, [port, undefined], ref, `${place.path}.port.number`);
    if (number === port) return { entry, place };
  }
  return undefined;
}

/** The policy for a port: its own entry as a complete policy, else the policy itself. */
function policyForPort(policy: TrafficPolicy, port: number, place: Place, settle: Settle) {
  const found = portEntry(policy, port, place, settle);
  const [from, at] = found === undefined ? [policy, place] : [found.entry, found.place];
  return {
    tls: tlsAt(from.tls, at, settle),
    loadBalancer: balancerAt(from.loadBalancer, at, settle),
    path: `${at.path}.tls`,
    isPortLevel: found !== undefined,
  };
}

const policyOf = (picked: ConsolidatedRule, settle: Settle): { policy: TrafficPolicy | undefined; place: Place } => {
  const place = { ref: picked.policyFrom.ref, path: "spec.trafficPolicy" };
  return { policy: settle(picked.rule.trafficPolicy, [], place.ref, place.path), place };
};

const NO_POLICY = { tls: undefined, loadBalancer: undefined, portLevel: [] };

/** The named subset's policy; `undefined` when no rule that counts defines the subset. */
export function subsetOf({ picked, subset }: PortOfRule, settle: Settle) {
  const subsets = settle(picked.rule.subsets, [], picked.rule.ref, "spec.subsets");
  const at = subsets.findIndex(({ name }) => name === subset);
  const found = subsets[at];
  if (found === undefined) return undefined;
  const place = { ref: picked.rule.ref, path: `spec.subsets[${at}].trafficPolicy` };
  const ways = [undefined, ...TLS_WAYS.map((tls) => ({ ...NO_POLICY, tls }))];
  return { labels: found.labels, policy: settle(found.trafficPolicy, ways, place.ref, place.path), place };
}

/** What the cluster gets: a port entry replaces the rule's policy whole, a subset's fields replace the rule's one by one. */
export function clusterPolicy(of: PortOfRule, settle: Settle): ClusterPolicy {
  const { policy, place } = policyOf(of.picked, settle);
  const base = policy === undefined ? undefined : policyForPort(policy, of.port, place, settle);
  const nothing = { ...NOTHING, path: place.path };
  const subset = of.subset === undefined ? undefined : subsetOf(of, settle);
  if (subset?.policy === undefined) return base ?? nothing;
  const own = policyForPort(subset.policy, of.port, subset.place, settle);
  if (base === undefined) return own;
  const replacesTls = own.tls !== undefined || own.isPortLevel;
  return {
    tls: replacesTls ? own.tls : base.tls,
    loadBalancer: own.loadBalancer !== undefined || own.isPortLevel ? own.loadBalancer : base.loadBalancer,
    path: replacesTls ? own.path : base.path,
  };
}

/** What the endpoints get: the mode of the first port entry that has one, else the top-level mode; a subset without falls back. */
export function endpointMode(of: PortOfRule, settle: Settle): TlsMode | undefined {
  const modeOf = (policy: TrafficPolicy | undefined, place: Place): TlsMode | undefined => {
    if (policy === undefined) return undefined;
    for (const [at, entry] of policy.portLevel.entries()) {
      const entryPlace = { ref: place.ref, path: `${place.path}.portLevelSettings[${at}]` };
      const path = `${entryPlace.path}.port.number`;
      if (settle<number | undefined>(entry.port, [of.port, undefined], place.ref, path) !== of.port) continue;
      const tls = tlsAt(entry.tls, entryPlace, settle);
      if (tls !== undefined) return modeAt(tls, entryPlace, settle);
    }
    const tls = tlsAt(policy.tls, place, settle);
    return tls === undefined ? undefined : modeAt(tls, place, settle);
  };
  const whole = () => {
    const { policy, place } = policyOf(of.picked, settle);
    return modeOf(policy, place);
  };
  if (of.subset === undefined) return whole();
  const subset = subsetOf(of, settle);
  return subset === undefined ? undefined : (modeOf(subset.policy, subset.place) ?? whole());
}

const modeAt = (tls: TlsSettings, { ref, path }: Place, settle: Settle): TlsMode =>
  settle(tls.mode, TLS_MODES, ref, `${path}.tls.mode`);

/** `loadBalancer.simple` at the top level of the rule or, for a subset, of the subset: what the endpoint check looks at. */
export function topLevelBalancer(of: PortOfRule, settle: Settle): string | undefined {
  if (of.subset === undefined) {
    const { policy, place } = policyOf(of.picked, settle);
    return policy === undefined ? undefined : balancerAt(policy.loadBalancer, place, settle);
  }
  const subset = subsetOf(of, settle);
  return subset?.policy === undefined ? undefined : balancerAt(subset.policy.loadBalancer, subset.place, settle);
}
