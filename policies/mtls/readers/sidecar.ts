import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Meta, Sidecar } from "../mesh";
import { settled, type Field } from "./fields";
import { openFields } from "./open";
import { readWorkloadSelector } from "./service";

type Egress = Exclude<NonNullable<Sidecar["egress"]>, symbol>[number];
type Ingress = Exclude<NonNullable<Sidecar["ingress"]>, symbol>[number];

const readEgress = (field: Field): Known<Egress> => {
  const hosts = field.textList("hosts") ?? [];
  if (isUnknown(hosts)) return UNKNOWN;
  return {
    hosts,
    port: settled(field.at("port").optionalPort("number")),
    protocol: settled(field.at("port").text("protocol")) ?? "",
    bind: settled(field.text("bind")) || undefined,
  };
};

const readIngress = (field: Field): Known<Ingress> => {
  const port = field.at("port").requiredPort("number");
  const protocol = field.at("port").text("protocol") ?? "";
  if (isUnknown(port) || isUnknown(protocol)) return UNKNOWN;
  return {
    port,
    protocol,
    defaultEndpoint: settled(field.text("defaultEndpoint")),
    tls: !field.at("tls").isAbsent,
  };
};

/** An empty list counts as none. */
const orNone = <T>(list: Known<readonly T[]> | undefined): Known<readonly T[]> | undefined =>
  list !== undefined && !isUnknown(list) && list.length === 0 ? undefined : list;

/** What decides which listener a port has. */
const DECIDING = new Set(["egress", "port", "number", "protocol", "bind"]);

/** networking.istio.io Sidecar. */
export function readSidecar(root: Field, meta: Meta): Sidecar {
  const spec = root.at("spec");
  return {
    ...meta,
    open: openFields(spec, DECIDING),
    workloadSelector: readWorkloadSelector(spec.at("workloadSelector"), "labels"),
    egress: orNone(spec.listOf("egress", readEgress)),
    ingress: orNone(spec.listOf("ingress", readIngress)),
    outboundTrafficPolicy: spec.at("outboundTrafficPolicy").choice("mode", ["ALLOW_ANY", "REGISTRY_ONLY"]),
  };
}
