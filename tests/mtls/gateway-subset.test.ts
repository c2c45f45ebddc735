import { assess } from "../../policies/mtls/assess";
import { meshOf } from "./discovery/mesh-of";

/** A gateway's own route names a subset, so that subset's cluster is what it connects by (`GetDestinationCluster`, route.go). */

const mesh = (subsets: string): ReturnType<typeof meshOf> =>
  meshOf(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Namespace
metadata: { name: edge, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: edge }
spec:
  template:
    metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    metadata: { labels: { app: web, version: v1 } }
    spec: { containers: [{ name: main, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, clusterIP: 10.0.0.9, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: web, namespace: shop }
spec: { host: web, subsets: ${subsets} }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: edge }
spec: { selector: { istio: edge }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [edge/public]
  http:
    - match: [{ uri: { prefix: /old } }]
      route: [{ destination: { host: web, subset: plain } }]
    - route: [{ destination: { host: web, subset: v1 } }]
`);

const WEB = "web.shop.svc.cluster.local:80";

const verdicts = (subsets: string) =>
  assess(mesh(subsets), { now: "2026-01-01" }).flows.map(({ asked, outcome, symptom }) => [asked, outcome, symptom]);

test("settings of a subset decide for the routes that lead to it", () => {
  const plain = "{ name: plain, labels: { app: web }, trafficPolicy: { tls: { mode: DISABLE } } }";
  expect(verdicts(`[${plain}, { name: v1, labels: { version: v1 } }]`)).toEqual([
    [`${WEB} (subset plain)`, "refused", "connection-termination"],
    [`${WEB} (subset v1)`, "mtls", undefined],
  ]);
});

test("a subset without pods, and one that no rule defines", () => {
  expect(verdicts("[{ name: v1, labels: { version: v2 } }]")).toEqual([
    [`${WEB} (subset plain)`, "refused", "cluster-not-found"],
    [`${WEB} (subset v1)`, "refused", "no-healthy-upstream"],
  ]);
});
