import { isUnknown, type Known } from "../../policies/mtls/known";
import type { DataPlaneMode } from "../../policies/mtls/server/injection";
import { PROXY_CONTAINER } from "../../policies/mtls/server/injection";
import type { Running } from "./pods";
import type { PodFacts } from "./pod-facts";
import { row, some, type Row } from "./row";

/** A workload with its pods, and what the injector would make of its template today. */
export interface Injected extends Running {
  /** `undefined` for a bare pod, of which there is no template. */
  readonly expected: Known<DataPlaneMode> | undefined;
}

/** Whether pods have the proxy that they should have, and whether it is ready. Ambient needs none in the pod. */
export function sidecarRows(workloads: readonly Injected[]): Row[] {
  return workloads.flatMap(({ ref, pods: meant, expected }) => {
    const bare = meant.filter((pod) => proxyOf(pod) === undefined);
    const proxied = meant.filter((pod) => proxyOf(pod) !== undefined);
    const restart =
      ref.kind === "Pod" || ref.kind === "Job"
        ? `delete it, so that it is made again`
        : `kubectl rollout restart ${ref.kind.toLowerCase()}/${ref.name} -n ${ref.namespace}`;
    if (meant.length === 0) return [];
    if (expected === "sidecar" && bare.length > 0) {
      const says = `${bare.length} of ${meant.length} pods run without the proxy that they would get today: ${names(bare)}`;
      return [
        row(
          "sidecar",
          ref,
          "does-not-hold",
          says,
          `${restart}; if they come back without it, see \`meshtls diagnose\` for the injector's own messages`,
        ),
      ];
    }
    if (expected !== undefined && isUnknown(expected) && bare.length > 0) {
      const says = `${bare.length} of ${meant.length} pods have no proxy, and whether they should cannot be told`;
      return [row("sidecar", ref, "unknown", says, "see `meshtls check --live`: it names the fields that would tell")];
    }
    if (proxied.length === 0) return [];
    const unready = proxied.filter((pod) => proxyOf(pod)?.ready !== true);
    if (unready.length > 0) {
      const [first] = unready;
      const says = `the proxy of ${unready.length} of ${proxied.length} pods is not ready: ${names(unready)}`;
      return [
        row(
          "sidecar",
          ref,
          "does-not-hold",
          says,
          `kubectl logs ${first?.name} -n ${ref.namespace} -c ${PROXY_CONTAINER} | meshtls diagnose`,
        ),
      ];
    }
    if (expected === "none" || expected === "ambient") {
      const says = `${proxied.length} pods have a proxy that they would not get today (${expected === "none" ? "nothing asks for it" : "they are in ambient"})`;
      return [row("sidecar", ref, "does-not-hold", says, `label them as they are meant to be, or ${restart}`)];
    }
    const kind = proxied.every((pod) => proxyOf(pod)?.native) ? "native" : "classic";
    return [
      row("sidecar", ref, "holds", `${proxied.length} of ${meant.length} pods have a ready proxy (${kind} sidecar)`),
    ];
  });
}

const proxyOf = ({ containers }: PodFacts) => containers.find(({ name }) => name === PROXY_CONTAINER);

const names = (pods: readonly PodFacts[]): string => some(pods.map(({ name }) => name));
