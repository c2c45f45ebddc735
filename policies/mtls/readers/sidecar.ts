import { UNKNOWN, type Known } from "../known";
import type { Meta, Sidecar } from "../mesh";
import { settled, type Field } from "./fields";
import { readWorkloadSelector } from "./service";

type Egress = Exclude<NonNullable<Sidecar["egress"]>, symbol>[number];
type Ingress = Exclude<NonNullable<Sidecar["ingress"]>, symbol>[number];

const readEgress = (field: Field): Known<Egress> => {
  const hosts = field.at("hosts").textList() ?? [];
  if (typeof hosts === "symbol") return UNKNOWN;
  return {
    hosts,
    port: settled(field.at("port").at("number").integer(0, 65535)) || undefined,
    bind: settled(field.at("bind").text()) || undefined,
  };
};

const readIngress = (field: Field): Known<Ingress> => {
  const port = field.at("port").at("number").requiredPort();
  const protocol = field.at("port").at("protocol").text() ?? "";
  if (typeof port === "symbol" || typeof protocol === "symbol") return UNKNOWN;
  return {
    port,
    protocol,
    defaultEndpoint: settled(field.at("defaultEndpoint").text()),
    tls: !field.at("tls").isAbsent,
  };
};

/** networking.istio.io Sidecar. An empty list counts as none. */
export function readSidecar(root: Field, meta: Meta): Sidecar {
  const spec = root.at("spec");
  const egress = spec.at("egress").listOf(readEgress);
  const ingress = spec.at("ingress").listOf(readIngress);
  return {
    ...meta,
    workloadSelector: readWorkloadSelector(spec.at("workloadSelector"), "labels"),
    egress: egress !== UNKNOWN && egress?.length === 0 ? undefined : egress,
    ingress: ingress !== UNKNOWN && ingress?.length === 0 ? undefined : ingress,
    outboundTrafficPolicy: spec.at("outboundTrafficPolicy").at("mode").choice(["ALLOW_ANY", "REGISTRY_ONLY"]),
  };
}
