import { isUnknown, UNKNOWN, type Known } from "./known";
import { matchesSelector } from "./labels";
import type { Meta, Mesh } from "./mesh";

/**
 * Which namespaces istiod watches (`discoverySelectors`); what is in others does not exist for it.
 * Sources: pkg/kube/namespace/filter.go; `addCRD` in pilot/pkg/config/kube/crdclient/client.go, for Istio's own kinds.
 */

type Watched = Pick<Mesh, "config" | "namespaces">;

/** A namespace that is not among the objects has labels that are not known. */
export function isDiscovered({ config, namespaces }: Watched, namespace: string): Known<boolean> {
  const { discoverySelectors } = config;
  if (isUnknown(discoverySelectors)) return UNKNOWN;
  if (discoverySelectors.length === 0) return true;
  const labels = namespaces.get(namespace)?.labels ?? UNKNOWN;
  const answers = discoverySelectors.map((selector) => matchesSelector(selector, labels));
  return answers.includes(true) ? true : (answers.find(isUnknown) ?? false);
}

/** Without those that istiod surely does not watch. */
export const discovered = <T extends Meta>(objects: readonly T[], watched: Watched): readonly T[] =>
  isUnknown(watched.config.discoverySelectors) || watched.config.discoverySelectors.length === 0
    ? objects
    : objects.filter(({ ref }) => isDiscovered(watched, ref.namespace) !== false);
