import { isUnknown } from "../known";
import type { Meta, ServiceEntry } from "../mesh";
import { settled, type Field } from "./fields";
import { readWorkloadSelector } from "./service";

const LOCATIONS = ["MESH_EXTERNAL", "MESH_INTERNAL"] as const;
const RESOLUTIONS = ["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"] as const;

const readPorts = (field: Field): ServiceEntry["ports"] =>
  field.knownItems().flatMap((item) => {
    const number = settled(item.at("number").port());
    if (number === undefined) return [];
    return [
      {
        name: settled(item.at("name").text()) ?? "",
        number,
        protocol: settled(item.at("protocol").text()) ?? "",
        targetPort: settled(item.at("targetPort").integer(0, 65535)) || undefined,
      },
    ];
  });

/** Numbers of a map of ports; a port that is not known is left out. */
export const readPortNumbers = (field: Field): Readonly<Record<string, number>> => {
  const entries = field.entries();
  if (entries === undefined || isUnknown(entries)) return {};
  return Object.fromEntries(
    entries.flatMap(([name, item]) => {
      const port = settled(item.port());
      return port === undefined ? [] : [[name, port]];
    }),
  );
};

const readEndpoints = (field: Field): ServiceEntry["endpoints"] =>
  field.knownItems().map((item) => {
    const labels = item.at("labels").texts() ?? {};
    return {
      address: settled(item.at("address").text()) ?? "",
      labels: isUnknown(labels) ? {} : labels,
      serviceAccount: settled(item.at("serviceAccount").text()) || undefined,
      ports: readPortNumbers(item.at("ports")),
    };
  });

/** networking.istio.io ServiceEntry. */
export function readServiceEntry(root: Field, meta: Meta): ServiceEntry {
  const spec = root.at("spec");
  return {
    ...meta,
    hosts: spec.at("hosts").textList() ?? [],
    addresses: settled(spec.at("addresses").textList()) ?? [],
    ports: readPorts(spec.at("ports")),
    location: spec.at("location").choice(LOCATIONS) ?? "MESH_EXTERNAL",
    resolution: spec.at("resolution").choice(RESOLUTIONS) ?? "NONE",
    exportTo: spec.at("exportTo").textList() ?? [],
    workloadSelector: readWorkloadSelector(spec.at("workloadSelector"), "labels"),
    endpoints: readEndpoints(spec.at("endpoints")),
  };
}
