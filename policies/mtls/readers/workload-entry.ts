import { isUnknown, mapKnown, UNKNOWN } from "../known";
import type { Meta, Workload } from "../mesh";
import type { Field } from "./fields";

/** networking.istio.io WorkloadEntry: a workload without pods, reached at its address. */
export function readWorkloadEntry(root: Field, meta: Meta): Workload {
  const spec = root.at("spec");
  const ports = spec.at("ports");
  const address = spec.text("address") ?? "";
  return {
    ...meta,
    podLabels: spec.texts("labels") ?? {},
    podAnnotations: meta.annotations,
    serviceAccount: spec.text("serviceAccount") ?? "",
    hostNetwork: false,
    containers: [],
    volumes: [],
    pods: [],
    podIps: isUnknown(address) || address === "" ? [] : [address],
    live: false,
    entry: {
      address,
      ports: mapKnown(ports.keys(), (names) =>
        Object.fromEntries(names.map((name) => [name, ports.port(name) ?? UNKNOWN])),
      ),
    },
    podPath: spec.path,
    replicas: undefined,
    raw: root.value,
  };
}
