import { isUnknown } from "../known";
import type { Meta, ServiceEntry } from "../mesh";
import { settled, type Field } from "./fields";
import { openFields } from "./open";
import { readWorkloadSelector } from "./service";

const LOCATIONS = ["MESH_EXTERNAL", "MESH_INTERNAL"] as const;
const RESOLUTIONS = ["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"] as const;

const readPorts = (spec: Field): ServiceEntry["ports"] =>
  spec.knownItems("ports").flatMap((item) => {
    const number = settled(item.requiredPort("number"));
    if (number === undefined) return [];
    return [
      {
        name: settled(item.text("name")) ?? "",
        number,
        protocol: settled(item.text("protocol")) ?? "",
        targetPort: settled(item.optionalPort("targetPort")),
      },
    ];
  });

/** A port that is not known is left out. */
const readPortNumbers = (field: Field): Readonly<Record<string, number>> => {
  const names = field.keys();
  if (isUnknown(names)) return {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const port = settled(field.port(name));
      return port === undefined ? [] : [[name, port]];
    }),
  );
};

const readEndpoints = (spec: Field): ServiceEntry["endpoints"] =>
  spec.knownItems("endpoints").map((item) => ({
    address: settled(item.text("address")) ?? "",
    labels: settled(item.texts("labels")) ?? {},
    serviceAccount: settled(item.text("serviceAccount")) || undefined,
    ports: readPortNumbers(item.at("ports")),
  }));

/** What decides where its hosts are and what they speak. */
const DECIDING = new Set([
  ...["addresses", "ports", "number", "name", "protocol", "targetPort"],
  ...["endpoints", "address", "labels", "security.istio.io/tlsMode", "serviceAccount"],
]);

/** networking.istio.io ServiceEntry. */
export function readServiceEntry(root: Field, meta: Meta): ServiceEntry {
  const spec = root.at("spec");
  return {
    ...meta,
    open: openFields(spec, DECIDING),
    hosts: spec.textList("hosts") ?? [],
    addresses: settled(spec.textList("addresses")) ?? [],
    ports: readPorts(spec),
    location: spec.choice("location", LOCATIONS) ?? "MESH_EXTERNAL",
    resolution: spec.choice("resolution", RESOLUTIONS) ?? "NONE",
    exportTo: spec.textList("exportTo") ?? [],
    workloadSelector: readWorkloadSelector(spec.at("workloadSelector"), "labels"),
    endpoints: readEndpoints(spec),
  };
}
