import type { Workload } from "../mesh";
import type { ObjectRef } from "../objects";

/**
 * The host of a flow whose client dials the address of a pod, as scrapers and the load-balancing exporter do. No name leads there, and
 * manifests do not tell pod addresses, so the flow names the workload whose pods are meant: `pod:monitoring/StatefulSet/tempo`.
 */

const PREFIX = "pod:";

/** `pod:namespace/Kind/name` */
export const podHost = ({ ref }: Workload): string => `${PREFIX}${ref.namespace}/${ref.kind}/${ref.name}`;

/** The workload that such a host names; `kind` is `undefined` for `pod:namespace/name`. `undefined` for every other host. */
export function parsePodHost(
  host: string,
): (Pick<ObjectRef, "namespace" | "name"> & { readonly kind: string | undefined }) | undefined {
  if (!host.startsWith(PREFIX)) return undefined;
  const parts = host.slice(PREFIX.length).split("/");
  const [namespace = "", second = "", third] = parts;
  if (parts.length < 2 || parts.length > 3 || parts.includes("")) return undefined;
  return third === undefined ? { namespace, kind: undefined, name: second } : { namespace, kind: second, name: third };
}
