import type { Endpoints, Meta } from "../mesh";
import { settled, type Field } from "./fields";

const portsOf = (field: Field): Endpoints["ports"] =>
  field.knownItems().flatMap((item) => {
    const port = settled(item.at("port").port());
    return port === undefined ? [] : [{ name: settled(item.at("name").text()) || undefined, port }];
  });

const podOf = (target: Field): string | undefined =>
  settled(target.at("kind").text()) === "Pod" ? settled(target.at("name").text()) : undefined;

/** discovery.k8s.io EndpointSlice. `ready` absent means ready. */
export function readEndpointSlice(root: Field, meta: Meta): Endpoints {
  return {
    ...meta,
    service: settled(root.at("metadata").at("labels").at("kubernetes.io/service-name").text()) ?? "",
    addresses: root
      .at("endpoints")
      .knownItems()
      .flatMap((endpoint) =>
        (settled(endpoint.at("addresses").textList()) ?? []).map((ip) => ({
          ip,
          targetPod: podOf(endpoint.at("targetRef")),
          ready: settled(endpoint.at("conditions").at("ready").flag()) ?? true,
        })),
      ),
    ports: portsOf(root.at("ports")),
  };
}

/** Core Endpoints: one subset is one slice, so an object with several gives several. */
export function readEndpoints(root: Field, meta: Meta): readonly Endpoints[] {
  return root
    .at("subsets")
    .knownItems()
    .map((subset) => ({
      ...meta,
      service: meta.ref.name,
      addresses: (["addresses", "notReadyAddresses"] as const).flatMap((list) =>
        subset
          .at(list)
          .knownItems()
          .flatMap((item) => {
            const ip = settled(item.at("ip").text());
            return ip === undefined
              ? []
              : [{ ip, targetPod: podOf(item.at("targetRef")), ready: list === "addresses" }];
          }),
      ),
      ports: portsOf(subset.at("ports")),
    }));
}
