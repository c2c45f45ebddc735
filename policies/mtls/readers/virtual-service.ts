import { isUnknown } from "../known";
import type { Meta, VirtualService } from "../mesh";
import { settled, type Field } from "./fields";
import { openFields } from "./open";

type Route = VirtualService["routes"][number];
type Match = Route["match"][number];

/** Match fields that say where traffic is from or to; any other one makes the match depend on the request. */
const PLACE_FIELDS = new Set(["port", "sourceLabels", "sourceNamespace", "gateways", "destinationSubnets", "name"]);

const isConditional = (match: Field): boolean => {
  const keys = match.keys();
  return isUnknown(keys) || keys.some((key) => !PLACE_FIELDS.has(key) && !match.at(key).isAbsent);
};

const readMatch = (field: Field): Match => ({
  port: settled(field.optionalPort("port")),
  sourceLabels: settled(field.texts("sourceLabels")) ?? {},
  sourceNamespace: settled(field.text("sourceNamespace")) || undefined,
  gateways: settled(field.textList("gateways")) ?? [],
  sniHosts: settled(field.textList("sniHosts")) ?? [],
  subnets: settled(field.textList("destinationSubnets")) ?? [],
  conditional: isConditional(field),
});

const readDestination = (field: Field): Route["destinations"][number] => {
  const destination = field.at("destination");
  return {
    host: settled(destination.text("host")) ?? "",
    subset: settled(destination.text("subset")) || undefined,
    port: settled(destination.at("port").optionalPort("number")),
    weight: settled(field.integer("weight")) ?? 0,
  };
};

const readRoutes = (spec: Field, type: Route["type"]): readonly Route[] =>
  spec.knownItems(type).map((item) => ({
    type,
    match: item.knownItems("match").map(readMatch),
    destinations: item.knownItems("route").map(readDestination),
  }));

/** What decides where a route leads. */
const DECIDING = new Set([
  ...["http", "tcp", "tls", "match", "route", "destination", "host", "subset", "port", "number", "weight"],
  ...PLACE_FIELDS,
  "sniHosts",
]);

/** networking.istio.io VirtualService. */
export function readVirtualService(root: Field, meta: Meta): VirtualService {
  const spec = root.at("spec");
  return {
    ...meta,
    open: openFields(spec, DECIDING),
    hosts: spec.textList("hosts") ?? [],
    gateways: spec.textList("gateways") ?? [],
    exportTo: spec.textList("exportTo") ?? [],
    routes: (["http", "tls", "tcp"] as const).flatMap((type) => readRoutes(spec, type)),
  };
}
