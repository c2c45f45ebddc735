import { gatewayFlows } from "../../../policies/mtls/discovery/gateways";
import { meshOf, showFlow, showUnknown } from "./mesh-of";

const POD = `apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: edge }
spec: { selector: { matchLabels: { istio: edge } }, template: { metadata: { labels: { istio: edge } }, spec: { containers: [{ name: istio-proxy, image: auto }] } } }`;
const gateway = (hosts = `["*"]`, selector = "{ istio: edge }"): string =>
  `---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: public, namespace: edge }\nspec: { selector: ${selector}, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ${hosts} }] }`;
const virtualService = (routes: string, gateways = "[edge/public]"): string =>
  `---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: shop, namespace: shop }\nspec: { hosts: [shop.example.com], gateways: ${gateways}, ${routes} }`;
const service = (ports: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { selector: { app: web }, ports: ${ports} }`;
const TO_WEB = "http: [{ route: [{ destination: { host: web, port: { number: 8080 } } }] }]";

const found = (...documents: string[]) => {
  const { flows, undiscovered } = gatewayFlows(meshOf(documents.join("\n")));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};
const from = (...targets: string[]): string[] => targets.map((target) => `edge/Deployment/ingress -> ${target}`);
const WEB = "web.shop.svc.cluster.local";

describe("flows of gateways", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "a short name means the VirtualService's namespace",
      [gateway(), virtualService(TO_WEB)],
      from(`${WEB}:8080 http`),
    ],
    [
      "the only port of the Service",
      [gateway(), service("[{ port: 80 }]"), virtualService("http: [{ route: [{ destination: { host: web } }] }]")],
      from(`${WEB}:80 http`),
    ],
    [
      "gRPC as the port is declared",
      [gateway(), service("[{ port: 8080, name: grpc-web-api, appProtocol: grpc }]"), virtualService(TO_WEB)],
      from(`${WEB}:8080 grpc`),
    ],
    [
      "gRPC by the port's name",
      [gateway(), service("[{ port: 8080, name: grpc-api }]"), virtualService(TO_WEB)],
      from(`${WEB}:8080 grpc`),
    ],
    [
      "gRPC-web is HTTP",
      [gateway(), service("[{ port: 8080, name: grpc-web }]"), virtualService(TO_WEB)],
      from(`${WEB}:8080 http`),
    ],
    [
      "TCP",
      [
        gateway(),
        virtualService(
          "tcp: [{ route: [{ destination: { host: db.data.svc.cluster.local, port: { number: 5432 } } }] }]",
        ),
      ],
      from("db.data.svc.cluster.local:5432 tcp"),
    ],
    [
      "TLS that passes through",
      [
        gateway(),
        virtualService(
          "tls: [{ match: [{ sniHosts: [x] }], route: [{ destination: { host: web, port: { number: 8443 } } }] }]",
        ),
      ],
      from(`${WEB}:8443 tcp tls`),
    ],
    [
      "every destination of every route",
      [
        gateway(),
        virtualService(
          "http: [{ route: [{ destination: { host: a, port: { number: 1 } }, weight: 90 }, { destination: { host: b, port: { number: 2 } }, weight: 10 }] }]",
        ),
      ],
      from("a.shop.svc.cluster.local:1 http", "b.shop.svc.cluster.local:2 http"),
    ],
    [
      "a route for the mesh only",
      [
        gateway(),
        virtualService(
          "http: [{ match: [{ gateways: [mesh] }], route: [{ destination: { host: web, port: { number: 8080 } } }] }]",
          "[edge/public, mesh]",
        ),
      ],
      [],
    ],
    ["not bound to it", [gateway(), virtualService(TO_WEB, "[mesh]")], []],
    ["a gateway of that name elsewhere", [gateway(), virtualService(TO_WEB, "[public]")], []],
    ["hosts that it does not serve", [gateway("[other.example.com]"), virtualService(TO_WEB)], []],
    [
      "hosts that it serves by pattern and namespace",
      [gateway("['shop/*.example.com']"), virtualService(TO_WEB)],
      from(`${WEB}:8080 http`),
    ],
    [
      "no pods of it among the objects",
      [gateway(undefined, "{ istio: other }"), virtualService("http: [{ route: [{ destination: { host: web } }] }]")],
      [],
    ],
    ["a selector of nothing", [gateway(undefined, "{}"), virtualService(TO_WEB)], []],
  ])("%s", (_, documents, expected) => {
    expect(found(POD, ...documents)).toEqual({ flows: expected, unknown: [] });
  });

  test("the destination is named", () => {
    const routes =
      "http: [{ redirect: { uri: / } }, { route: [{ destination: { host: a, port: { number: 1 } } }, { destination: { host: b, port: { number: 2 } } }] }]";
    const { flows } = gatewayFlows(meshOf([POD, gateway(), virtualService(routes)].join("\n")));
    expect(flows.map(({ origin }) => `${origin.object} ${origin.path}`)).toEqual([
      "VirtualService shop/shop spec.http[1].route[0].destination",
      "VirtualService shop/shop spec.http[1].route[1].destination",
    ]);
  });

  test.each<[string, readonly string[], string]>([
    [
      "a port that nothing tells",
      [gateway(), virtualService("http: [{ route: [{ destination: { host: web } }] }]")],
      `the port of ${WEB} is not known`,
    ],
    [
      "one of several ports",
      [
        gateway(),
        service("[{ name: a, port: 1 }, { name: b, port: 2 }]"),
        virtualService("http: [{ route: [{ destination: { host: web } }] }]"),
      ],
      `the port of ${WEB} is not known`,
    ],
    [
      "a host that is not known",
      [gateway(), virtualService(`http: [{ route: [{ destination: { host: "?unknown?", port: { number: 1 } } }] }]`)],
      "the host of the destination is not known",
    ],
    [
      "gateways that are not known",
      [gateway(), virtualService(TO_WEB, `"?unknown?"`)],
      "VirtualService shop/shop spec.gateways: it is not known yet",
    ],
    [
      "routes that are not known",
      [gateway(), virtualService(`http: "?unknown?"`)],
      "VirtualService shop/shop spec: its routes are not known",
    ],
    [
      "servers that are not known",
      [gateway(`"?unknown?"`), virtualService(TO_WEB)],
      "Gateway edge/public spec.servers: which hosts it serves is not known",
    ],
    [
      "a selector that is not known",
      [gateway(undefined, `"?unknown?"`), virtualService(TO_WEB)],
      "Gateway edge/public spec.selector: which workloads it selects depends on labels that are not known",
    ],
  ])("%s", (_, documents, reason) => {
    expect(found(POD, ...documents)).toEqual({ flows: [], unknown: [expect.stringContaining(reason)] });
  });
});
