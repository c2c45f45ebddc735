import type { Endpoints, Meta } from "../mesh";
import { settled, type Field } from "./fields";
import { openFields } from "./open";

const portsOf = (field: Field): Endpoints["ports"] =>
  field.knownItems("ports").flatMap((item) => {
    const port = settled(item.port("port"));
    return port === undefined ? [] : [{ name: settled(item.text("name")) || undefined, port }];
  });

const podOf = (target: Field): string | undefined =>
  settled(target.text("kind")) === "Pod" ? settled(target.text("name")) : undefined;

/** What decides who answers, and on which port. */
const DECIDING = new Set([
  ...["endpoints", "subsets", "addresses", "ip", "targetRef", "kind", "name", "conditions", "ready"],
  ...["notReadyAddresses", "ports", "port"],
]);

/** discovery.k8s.io EndpointSlice. `ready` absent means ready. */
export function readEndpointSlice(root: Field, meta: Meta): Endpoints {
  return {
    ...meta,
    open: openFields(root, DECIDING),
    service: settled(root.at("metadata").at("labels").text("kubernetes.io/service-name")) ?? "",
    addresses: root.knownItems("endpoints").flatMap((endpoint) =>
      (settled(endpoint.textList("addresses")) ?? []).map((ip) => ({
        ip,
        targetPod: podOf(endpoint.at("targetRef")),
        ready: settled(endpoint.at("conditions").flag("ready")) ?? true,
      })),
    ),
    ports: portsOf(root),
  };
}

/** Core Endpoints: one subset is one slice, so an object with several gives several. */
export function readEndpoints(root: Field, meta: Meta): readonly Endpoints[] {
  const open = openFields(root, DECIDING);
  return root.knownItems("subsets").map((subset) => ({
    ...meta,
    open,
    service: meta.ref.name,
    addresses: (["addresses", "notReadyAddresses"] as const).flatMap((list) =>
      subset.knownItems(list).flatMap((item) => {
        const ip = settled(item.text("ip"));
        return ip === undefined ? [] : [{ ip, targetPod: podOf(item.at("targetRef")), ready: list === "addresses" }];
      }),
    ),
    ports: portsOf(subset),
  }));
}
