import { IngressGateway, type IngressGatewayArgs } from "../../components/index";
import { find, refusalOf, registeredBy } from "../support/mocks";

const base: IngressGatewayArgs = {
  hosts: ["shop.example.com"],
  credentialName: "shop-tls",
  routes: [
    { prefix: "/orders", namespace: "shop", service: "order-core", port: 8080 },
    { namespace: "shop", service: "web", port: 80 },
  ],
};

const create = (changes: object = {}) => new IngressGateway("ingress", { ...base, ...changes });

test("serves HTTPS with the certificate, and sends HTTP there", async () => {
  const registered = await registeredBy(() => create());
  expect(find(registered, "kubernetes:networking.istio.io/v1:Gateway").inputs).toMatchObject({
    metadata: { name: "ingress", namespace: "istio-ingress" },
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [
        {
          port: { number: 443, protocol: "HTTPS" },
          hosts: ["shop.example.com"],
          tls: { mode: "SIMPLE", credentialName: "shop-tls", minProtocolVersion: "TLSV1_2" },
        },
        { port: { number: 80, protocol: "HTTP" }, tls: { httpsRedirect: true } },
      ],
    },
  });
});

test("routes paths to services of the mesh, in the order given", async () => {
  const registered = await registeredBy(() => create());
  expect(find(registered, "kubernetes:networking.istio.io/v1:VirtualService").inputs["spec"]).toEqual({
    hosts: ["shop.example.com"],
    gateways: ["istio-ingress/ingress"],
    http: [
      {
        match: [{ uri: { prefix: "/orders" } }],
        route: [{ destination: { host: "order-core.shop.svc.cluster.local", port: { number: 8080 } } }],
      },
      {
        match: [{ uri: { prefix: "/" } }],
        route: [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 80 } } }],
      },
    ],
  });
});

test.each([
  [
    "a route that is never reached",
    { routes: [...base.routes].reverse() },
    "routes[1].prefix  is /orders; never reached behind /",
  ],
  ["no host", { hosts: [] }, "hosts  is []; at least one host"],
  ["no certificate", { credentialName: undefined }, "credentialName  is missing"],
  [
    "a host that is none",
    { hosts: ["https://shop"] },
    'hosts[0]  is "https://shop"; a host name such as shop.example.com',
  ],
])("it refuses %s", async (_, changes, expected) => {
  expect(await refusalOf(() => create(changes))).toContain(expected);
});
