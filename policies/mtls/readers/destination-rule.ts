import { isUnknown, UNKNOWN, type Known } from "../known";
import type { DestinationRule, Meta, TlsMode, TlsSettings, TrafficPolicy } from "../mesh";
import { settled, type Field } from "./fields";
import { openFields } from "./open";
import { readWorkloadSelector } from "./service";

const TLS_MODES = ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"] as const satisfies readonly TlsMode[];

/** Settings without which nobody can say what istiod makes of the others. */
const DECIDING = new Set([
  ...["clientCertificate", "privateKey", "caCertificates", "credentialName", "insecureSkipVerify"],
]);

/** `tls: {}` is DISABLE, the first value of the enumeration. */
const readTls = (field: Field): Known<TlsSettings> | undefined => {
  if (field.isAbsent) return undefined;
  if (field.isUnknown || openFields(field, DECIDING).length > 0) return UNKNOWN;
  return {
    mode: field.choice("mode", TLS_MODES) ?? "DISABLE",
    clientCertificate: settled(field.text("clientCertificate")),
    privateKey: settled(field.text("privateKey")),
    caCertificates: settled(field.text("caCertificates")),
    credentialName: settled(field.text("credentialName")),
    insecureSkipVerify: settled(field.flag("insecureSkipVerify")) ?? false,
    sni: settled(field.text("sni")),
  };
};

const readLoadBalancer = (policy: Field): Known<string> | undefined => policy.at("loadBalancer").text("simple");

const readPortSettings = (item: Field): TrafficPolicy["portLevel"][number] => ({
  port: item.at("port").requiredPort("number"),
  tls: readTls(item.at("tls")),
  loadBalancer: readLoadBalancer(item),
});

const readTrafficPolicy = (field: Field): Known<TrafficPolicy> | undefined => {
  if (field.isAbsent) return undefined;
  const portLevel = field.listOf("portLevelSettings", readPortSettings) ?? [];
  if (isUnknown(portLevel)) return UNKNOWN;
  return { tls: readTls(field.at("tls")), loadBalancer: readLoadBalancer(field), portLevel };
};

type Subset = Exclude<DestinationRule["subsets"], symbol>[number];

const readSubset = (field: Field): Known<Subset> => {
  const name = field.text("name") ?? "";
  const labels = field.texts("labels") ?? {};
  if (isUnknown(name) || isUnknown(labels)) return UNKNOWN;
  return { name, labels, trafficPolicy: readTrafficPolicy(field.at("trafficPolicy")) };
};

/** networking.istio.io DestinationRule. */
export function readDestinationRule(root: Field, meta: Meta): DestinationRule {
  const spec = root.at("spec");
  return {
    ...meta,
    host: spec.text("host") ?? "",
    exportTo: spec.textList("exportTo") ?? [],
    workloadSelector: readWorkloadSelector(spec.at("workloadSelector"), "matchLabels"),
    trafficPolicy: readTrafficPolicy(spec.at("trafficPolicy")),
    subsets: spec.listOf("subsets", readSubset) ?? [],
  };
}
