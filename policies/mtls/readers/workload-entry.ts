import { isUnknown, mapKnown, UNKNOWN } from "../known";
import type { Meta, Workload } from "../mesh";
import type { Field } from "./fields";

/** networking.istio.io WorkloadEntry: a workload without pods, reached at its address. */
export function readWorkloadEntry(root: Field, meta: Meta): Workload {
  const spec = root.at("spec");
  const address = spec.at("address").text() ?? "";
  const ports = spec.at("ports").entries() ?? [];
  return {
    ...meta,
    podLabels: spec.at("labels").texts() ?? {},
    podAnnotations: meta.annotations,
    serviceAccount: spec.at("serviceAccount").text() ?? "",
    hostNetwork: false,
    containers: [],
    volumes: [],
    pods: [],
    podIps: isUnknown(address) || address === "" ? [] : [address],
    live: false,
    entry: {
      address,
      ports: mapKnown(ports, (entries) =>
        Object.fromEntries(entries.map(([name, port]) => [name, port.port() ?? UNKNOWN])),
      ),
    },
    podPath: "spec",
    replicas: undefined,
    raw: root.value,
  };
}
