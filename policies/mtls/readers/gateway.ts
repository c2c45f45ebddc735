import type { Gateway, Meta } from "../mesh";
import { settled, type Field } from "./fields";

type Server = Gateway["servers"][number];

const readServer = (server: Field): readonly Server[] => {
  const port = settled(server.at("port").requiredPort("number"));
  if (port === undefined) return [];
  return [
    {
      port,
      protocol: settled(server.at("port").text("protocol")) ?? "",
      hosts: settled(server.textList("hosts")) ?? [],
      tlsMode: settled(server.at("tls").text("mode")),
      credentialName: settled(server.at("tls").text("credentialName")),
    },
  ];
};

/** networking.istio.io Gateway. */
export function readGateway(root: Field, meta: Meta): Gateway {
  const spec = root.at("spec");
  return {
    ...meta,
    selector: spec.texts("selector") ?? {},
    servers: spec.knownItems("servers").flatMap(readServer),
  };
}
