import { isUnknown, type Known } from "../known";
import type { DestinationRule, Labels, MeshConfig, MeshFacts, Meta, PeerAuthentication, Service } from "../mesh";

/** What had to be taken for granted because the objects do not say it; each in one sentence, in a fixed order. */

/** The version of Istio that the verdicts are proven against. */
const PROVEN = "1.32";

const minorOf = (version: string): string => /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;

/** Parts of the mesh that the assumptions are about. */
export interface Assumed {
  readonly config: MeshConfig;
  readonly facts: MeshFacts;
  readonly peerAuthentications: readonly PeerAuthentication[];
  readonly destinationRules: readonly DestinationRule[];
  readonly services: readonly Service[];
  /** Whether some object that belongs to a namespace names none. */
  readonly hasUnplaced: boolean;
}

const labelText = (labels: Known<Labels> | undefined): string => {
  if (labels === undefined || isUnknown(labels)) return "";
  const keys = Object.keys(labels);
  const ordered = keys.length > 1 ? keys.sort() : keys;
  return ordered.map((key) => `${key}=${String(labels[key])}`).join();
};

/** Two objects without an age of which only the older counts. */
const hasRivals = <T extends Meta>(items: readonly T[], contested: (item: T) => string): boolean => {
  const seen = new Set<string>();
  return items
    .filter(({ created }) => created === undefined)
    .some((item) => {
      const key = `${item.ref.namespace} ${contested(item)}`;
      const isSecond = seen.has(key);
      seen.add(key);
      return isSecond;
    });
};

const isOrderAssumed = ({ peerAuthentications, destinationRules, services }: Assumed): boolean =>
  hasRivals(peerAuthentications, ({ selector }) => labelText(selector)) ||
  hasRivals(destinationRules, ({ host }) => String(host)) ||
  hasRivals(
    services.filter(({ selector }) => selector !== undefined),
    ({ selector }) => labelText(selector),
  );

const hasMeshPolicy = ({ config, peerAuthentications }: Assumed): boolean =>
  peerAuthentications.some(({ ref, selector }) => ref.namespace === config.rootNamespace && selector === undefined);

export function assumptionsOf(assumed: Assumed): readonly string[] {
  const { config, facts } = assumed;
  const list: (string | false)[] = [
    assumed.hasUnplaced && "objects that name no namespace are in the namespace default",
    config.ref === undefined &&
      `no MeshConfig is among the objects: its root namespace is ${config.rootNamespace}, and what is not stated has Istio's defaults`,
    facts.clusterDomain === undefined && `the cluster's domain is ${config.clusterDomain}`,
    facts.meshMode === undefined &&
      !hasMeshPolicy(assumed) &&
      `no mesh-wide PeerAuthentication is among the objects of ${config.rootNamespace}: the mesh is PERMISSIVE, Istio's default`,
    facts.istioVersion !== undefined &&
      minorOf(facts.istioVersion) !== PROVEN &&
      `Istio ${facts.istioVersion} decides as ${PROVEN} does, except where a difference between the versions is known`,
    isOrderAssumed(assumed) && "objects without creationTimestamp are ordered by namespace and name",
  ];
  return list.filter((each) => each !== false);
}
