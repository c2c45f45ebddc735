import type { Meta, VirtualService } from "../mesh";
import { settled, type Field } from "./fields";

type Route = VirtualService["routes"][number];
type Match = Route["match"][number];

/** Match fields that say where traffic is from or to; any other one makes the match depend on the request. */
const PLACE_FIELDS = new Set(["port", "sourceLabels", "sourceNamespace", "gateways", "name"]);

const readMatch = (field: Field): Match => {
  const entries = field.entries() ?? [];
  const labels = field.at("sourceLabels").texts() ?? {};
  return {
    port: settled(field.at("port").integer(0, 65535)) || undefined,
    sourceLabels: typeof labels === "symbol" ? {} : labels,
    sourceNamespace: settled(field.at("sourceNamespace").text()) || undefined,
    gateways: settled(field.at("gateways").textList()) ?? [],
    conditional: typeof entries === "symbol" || entries.some(([key, item]) => !item.isAbsent && !PLACE_FIELDS.has(key)),
  };
};

const readDestination = (field: Field): Route["destinations"][number] => {
  const destination = field.at("destination");
  return {
    host: settled(destination.at("host").text()) ?? "",
    subset: settled(destination.at("subset").text()) || undefined,
    port: settled(destination.at("port").at("number").integer(0, 65535)) || undefined,
    weight: settled(field.at("weight").integer(0, Number.MAX_SAFE_INTEGER)) ?? 0,
  };
};

const readRoutes = (spec: Field, type: Route["type"]): readonly Route[] =>
  spec
    .at(type)
    .knownItems()
    .map((item) => ({
      type,
      match: item.at("match").knownItems().map(readMatch),
      destinations: item.at("route").knownItems().map(readDestination),
    }));

/** networking.istio.io VirtualService. */
export function readVirtualService(root: Field, meta: Meta): VirtualService {
  const spec = root.at("spec");
  return {
    ...meta,
    hosts: spec.at("hosts").textList() ?? [],
    gateways: spec.at("gateways").textList() ?? [],
    exportTo: spec.at("exportTo").textList() ?? [],
    routes: (["http", "tls", "tcp"] as const).flatMap((type) => readRoutes(spec, type)),
  };
}
