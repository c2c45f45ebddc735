import { isUnknown, UNKNOWN, type Known } from "../known";
import type { DestinationRule, Meta, TlsMode, TlsSettings, TrafficPolicy } from "../mesh";
import { settled, type Field } from "./fields";
import { readWorkloadSelector } from "./service";

const TLS_MODES = ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"] as const satisfies readonly TlsMode[];

/** `tls: {}` is DISABLE, the first value of the enumeration. */
const readTls = (field: Field): Known<TlsSettings> | undefined => {
  if (field.isAbsent) return undefined;
  if (field.isUnknown) return UNKNOWN;
  return {
    mode: field.at("mode").choice(TLS_MODES) ?? "DISABLE",
    clientCertificate: settled(field.at("clientCertificate").text()),
    privateKey: settled(field.at("privateKey").text()),
    caCertificates: settled(field.at("caCertificates").text()),
    credentialName: settled(field.at("credentialName").text()),
    insecureSkipVerify: settled(field.at("insecureSkipVerify").flag()) ?? false,
    sni: settled(field.at("sni").text()),
  };
};

const readLoadBalancer = (policy: Field): Known<string> | undefined => policy.at("loadBalancer").at("simple").text();

const readPortSettings = (item: Field): Known<TrafficPolicy["portLevel"][number]> =>
  item.isUnknown
    ? UNKNOWN
    : {
        port: item.at("port").at("number").requiredPort(),
        tls: readTls(item.at("tls")),
        loadBalancer: readLoadBalancer(item),
      };

const readTrafficPolicy = (field: Field): Known<TrafficPolicy> | undefined => {
  if (field.isAbsent) return undefined;
  if (field.isUnknown) return UNKNOWN;
  const portLevel = field.at("portLevelSettings").listOf(readPortSettings);
  if (isUnknown(portLevel)) return UNKNOWN;
  return { tls: readTls(field.at("tls")), loadBalancer: readLoadBalancer(field), portLevel: portLevel ?? [] };
};

const readSubset = (field: Field): Known<Exclude<DestinationRule["subsets"], symbol>[number]> => {
  const name = field.at("name").text() ?? "";
  const labels = field.at("labels").texts() ?? {};
  if (isUnknown(name) || isUnknown(labels)) return UNKNOWN;
  return { name, labels, trafficPolicy: readTrafficPolicy(field.at("trafficPolicy")) };
};

/** networking.istio.io DestinationRule. */
export function readDestinationRule(root: Field, meta: Meta): DestinationRule {
  const spec = root.at("spec");
  return {
    ...meta,
    host: spec.at("host").text() ?? "",
    exportTo: spec.at("exportTo").textList() ?? [],
    workloadSelector: readWorkloadSelector(spec.at("workloadSelector"), "matchLabels"),
    trafficPolicy: readTrafficPolicy(spec.at("trafficPolicy")),
    subsets: spec.at("subsets").listOf(readSubset) ?? [],
  };
}
