import type { Gateway, Meta } from "../mesh";
import { settled, type Field } from "./fields";

/** networking.istio.io Gateway. */
export function readGateway(root: Field, meta: Meta): Gateway {
  const spec = root.at("spec");
  return {
    ...meta,
    selector: spec.at("selector").texts() ?? {},
    servers: spec
      .at("servers")
      .knownItems()
      .flatMap((server) => {
        const port = settled(server.at("port").at("number").port());
        if (port === undefined) return [];
        return [
          {
            port,
            protocol: settled(server.at("port").at("protocol").text()) ?? "",
            hosts: settled(server.at("hosts").textList()) ?? [],
            tlsMode: settled(server.at("tls").at("mode").text()),
            credentialName: settled(server.at("tls").at("credentialName").text()),
          },
        ];
      }),
  };
}
