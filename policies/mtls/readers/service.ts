import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Labels, Meta, Service, ServicePort } from "../mesh";
import { settled, type Field } from "./fields";

/** `networking.istio.io/exportTo`: a list separated by commas. */
const EXPORT_TO = "networking.istio.io/exportTo";

const targetPortOf = (field: Field, port: Known<number>): Known<number | string> => {
  if (field.isAbsent || field.value === 0 || field.value === "") return port;
  return typeof field.value === "string" ? field.value : (field.port() ?? port);
};

export const readServicePort = (field: Field): Known<ServicePort> => {
  if (field.isUnknown) return UNKNOWN;
  const port = field.at("port").requiredPort();
  return {
    name: settled(field.at("name").text()),
    port,
    targetPort: targetPortOf(field.at("targetPort"), port),
    nodePort: field.at("nodePort").integer(0, 65535) || undefined,
    appProtocol: field.at("appProtocol").text(),
    protocol: settled(field.at("protocol").text()) ?? "TCP",
  };
};

export const readExportTo = (annotations: Known<Labels>): Service["exportTo"] => {
  if (isUnknown(annotations)) return UNKNOWN;
  const written = annotations[EXPORT_TO];
  if (written === undefined) return undefined;
  return mapKnown(written, (text) => text.split(",").flatMap((part) => part.trim() || []));
};

/** An empty selector is none: Kubernetes then makes no endpoints of its own. */
export const readSelector = (field: Field): Known<Labels> | undefined => {
  const selector = field.texts();
  return selector !== undefined && !isUnknown(selector) && Object.keys(selector).length === 0 ? undefined : selector;
};

/** Of resources for which a selector without labels is one that selects everything, and still counts as a selector. */
export const readWorkloadSelector = (field: Field, key: "labels" | "matchLabels"): Known<Labels> | undefined =>
  field.isAbsent ? undefined : (field.at(key).texts() ?? {});

/** Kubernetes Service. */
export function readService(root: Field, meta: Meta): Service {
  const spec = root.at("spec");
  const clusterIp = spec.at("clusterIP").text();
  const all = spec.at("clusterIPs").textList() ?? [];
  const clusterIps = [...(isUnknown(all) ? [] : all), settled(clusterIp) ?? ""];
  return {
    ...meta,
    type: spec.at("type").text() ?? "ClusterIP",
    headless: mapKnown(clusterIp ?? "", (ip) => ip === "None"),
    clusterIps: [...new Set(clusterIps.filter((ip) => ip !== "" && ip !== "None"))],
    externalName: spec.at("externalName").text(),
    selector: readSelector(spec.at("selector")),
    ports: spec.at("ports").listOf(readServicePort) ?? [],
    exportTo: readExportTo(meta.annotations),
  };
}
