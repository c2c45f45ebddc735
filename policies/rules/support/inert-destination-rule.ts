import { coversHost, expandShortName, isWildcard } from "../../mtls/client/hosts";
import { serviceHost } from "../../mtls/client/registry";
import { groupBy, perMesh, serviceByHost } from "../../mtls/discovery/lookup";
import type { FlowAnswer } from "../../mtls/flow";
import { isUnknown } from "../../mtls/known";
import type { DestinationRule, Mesh } from "../../mtls/mesh";
import { indexMesh } from "../../mtls/mesh-index";
import { describeRef } from "../../mtls/objects";
import { dataPlane } from "../../mtls/server/injection";
import type { Inert } from "./inert-peer-authentication";
import { describeFlow } from "./texts";

const namespaces = perMesh((mesh): ReadonlySet<string> => new Set(mesh.services.map(({ ref }) => ref.namespace)));

/** A host that is nobody's, though its namespace is among these objects. */
function strayHost(mesh: Mesh, { host, ref }: DestinationRule): Inert | undefined {
  if (isUnknown(host) || isWildcard(host)) return undefined;
  const { clusterDomain } = mesh.config;
  const full = expandShortName(host, ref.namespace, clusterDomain);
  const [name = "", namespace = ""] = full.split(".");
  if (indexMesh(mesh).serviceByHost(full) !== undefined) return undefined;
  const meant = full.includes(".") ? serviceByHost(mesh, full, ref.namespace) : undefined;
  if (meant !== undefined)
    return {
      path: "spec.host",
      says: `says "${host}": a name with a dot is taken as it is, and no Service is called so; ${serviceHost(meant, clusterDomain)} is meant`,
    };
  if (!full.endsWith(`.svc.${clusterDomain}`) || !namespaces(mesh).has(namespace)) return undefined;
  return { path: "spec.host", says: `is for ${name}.${namespace}, and there is no such Service` };
}

const setsTls = ({ trafficPolicy }: DestinationRule): boolean =>
  trafficPolicy !== undefined &&
  !isUnknown(trafficPolicy) &&
  (trafficPolicy.tls !== undefined || trafficPolicy.portLevel.some(({ tls }) => tls !== undefined));

/** What clients with a proxy do about a host, whichever rule asks. */
interface Followed {
  /** One of them. */
  readonly flow: FlowAnswer | undefined;
  /** The rules that they follow. */
  readonly rules: ReadonlySet<string>;
}

/** Looks at the flows to each host once, by the host as rules write it in full. */
function followed(mesh: Mesh, flows: readonly FlowAnswer[]): (host: string) => Followed {
  const index = indexMesh(mesh);
  const byHost = groupBy(flows, ({ to }) => to.host);
  const known = new Map<string, Followed>();
  return (host) => {
    const before = known.get(host);
    if (before !== undefined) return before;
    const theirs = (
      isWildcard(host) ? flows.filter(({ to }) => coversHost(host, to.host)) : (byHost.get(host) ?? [])
    ).filter(({ from, outcome }) => {
      const client = index.workload(from);
      return client !== undefined && outcome !== "unknown" && dataPlane(index, client).mode === "sidecar";
    });
    const rules = theirs.flatMap(({ because }) =>
      because.flatMap(({ step, object }) => (step === "destination-rule" && object !== undefined ? [object] : [])),
    );
    const found = { flow: theirs[0], rules: new Set(rules) };
    known.set(host, found);
    return found;
  };
}

/** A rule with TLS settings that none of the known clients with a proxy follows. */
function unfollowed(mesh: Mesh, rule: DestinationRule, by: (host: string) => Followed): Inert | undefined {
  const { host, ref } = rule;
  if (isUnknown(host) || !setsTls(rule)) return undefined;
  const { flow: first, rules } = by(expandShortName(host, ref.namespace, mesh.config.clusterDomain));
  if (first === undefined || rules.has(describeRef(ref))) return undefined;
  const other = first.because.find(({ step }) => step === "destination-rule")?.object;
  return {
    path: "spec.trafficPolicy",
    says: `is followed by no known client: ${describeFlow(first)} goes by ${other ?? "no rule (another namespace, exportTo, a port that does not match, or a rule before it)"}`,
  };
}

/** Why a DestinationRule changes nothing. @param flows every answered flow of the mesh */
export function inertDestinationRules(
  mesh: Mesh,
  flows: readonly FlowAnswer[],
): readonly { rule: DestinationRule; inert: Inert }[] {
  const by = followed(mesh, flows);
  return mesh.destinationRules.flatMap((rule) => {
    const inert = strayHost(mesh, rule) ?? unfollowed(mesh, rule, by);
    return inert === undefined ? [] : [{ rule, inert }];
  });
}
