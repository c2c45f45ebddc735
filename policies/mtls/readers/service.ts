import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Labels, Meta, Service, ServicePort } from "../mesh";
import { settled, type Field } from "./fields";

/** `networking.istio.io/exportTo`: a list separated by commas. */
const EXPORT_TO = "networking.istio.io/exportTo";

/** A number or a name; none, or 0, is the port itself. */
const targetPortOf = (field: Field, port: Known<number>): Known<number | string> => {
  const { value } = field.at("targetPort");
  if (value === 0 || value === "") return port;
  return typeof value === "string" ? value : (field.port("targetPort") ?? port);
};

export const readServicePort = (field: Field): Known<ServicePort> => {
  const port = field.requiredPort("port");
  const name = field.text("name");
  return {
    name: settled(name),
    port,
    targetPort: targetPortOf(field, port),
    nodePort: field.optionalPort("nodePort"),
    // A name that is not known leaves open what it would declare.
    appProtocol: field.text("appProtocol") ?? (isUnknown(name) ? UNKNOWN : undefined),
    protocol: settled(field.text("protocol")) ?? "TCP",
  };
};

export const readExportTo = (annotations: Known<Labels>): Service["exportTo"] => {
  if (isUnknown(annotations)) return UNKNOWN;
  const written = annotations[EXPORT_TO];
  if (written === undefined) return undefined;
  return mapKnown(written, (text) => text.split(",").flatMap((part) => part.trim() || []));
};

/** An empty selector is none: Kubernetes then makes no endpoints of its own. */
export const readSelector = (field: Field, key: string): Known<Labels> | undefined => {
  const selector = field.texts(key);
  return selector !== undefined && !isUnknown(selector) && Object.keys(selector).length === 0 ? undefined : selector;
};

/** Of resources for which a selector without labels is one that selects everything, and still counts as a selector. */
export const readWorkloadSelector = (field: Field, key: "labels" | "matchLabels"): Known<Labels> | undefined =>
  field.isAbsent ? undefined : (field.texts(key) ?? {});

/** Kubernetes Service. */
export function readService(root: Field, meta: Meta): Service {
  const spec = root.at("spec");
  const clusterIp = spec.text("clusterIP");
  const all = spec.textList("clusterIPs") ?? [];
  const clusterIps = [...(isUnknown(all) ? [] : all), settled(clusterIp) ?? ""];
  return {
    ref: meta.ref,
    labels: meta.labels,
    annotations: meta.annotations,
    created: meta.created,
    source: meta.source,
    type: spec.text("type") ?? "ClusterIP",
    headless: mapKnown(clusterIp ?? "", (ip) => ip === "None"),
    clusterIps: [...new Set(clusterIps.filter((ip) => ip !== "" && ip !== "None"))],
    externalName: spec.text("externalName"),
    selector: readSelector(spec, "selector"),
    ports: spec.listOf("ports", readServicePort) ?? [],
    exportTo: readExportTo(meta.annotations),
  };
}
