import { groupBy } from "../mtls/discovery/lookup";
import { scrapersOf } from "../mtls/discovery/prometheus-scrapers";
import type { FlowAnswer } from "../mtls/flow";
import type { Mesh } from "../mtls/mesh";
import { describeRef, type ObjectRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { documents, MESH } from "./support/background";
import { findingOn, objectNamed } from "./support/objects";
import { shortName, someOf } from "./support/texts";

const target = ({ servers, to }: FlowAnswer): string => {
  const [server] = servers;
  return server === undefined || server.workload === null
    ? `${to.host}:${to.port}`
    : `${shortName(server.workload)}:${server.targetPort}`;
};

/** Where somebody asked for the scrape; the scraper itself when nobody did here. */
const placeOf = (mesh: Mesh, { origin, from }: FlowAnswer): { readonly on: ObjectRef; readonly path: string } => {
  const asked = origin === "declared" ? undefined : objectNamed(mesh, origin.object);
  return origin === "declared" || asked === undefined ? { on: from, path: "" } : { on: asked.ref, path: origin.path };
};

function findingFor(mesh: Mesh, scrapes: readonly FlowAnswer[]): Finding[] {
  const [first] = scrapes;
  if (first === undefined) return [];
  const { on, path } = placeOf(mesh, first);
  const [server] = first.servers;
  const message =
    `${describeRef(on)} has ${shortName(first.from)} scrape ${someOf([...new Set(scrapes.map(target))], ", ")}, and is refused ` +
    `(${first.symptom ?? "refused"}): the scraper sends ${server?.sends ?? "plaintext"}, the port takes ` +
    `${server?.accepts?.join(" or ") ?? "what is not known"}.`;
  return [findingOn(mesh, on, path, message)];
}

const app = (port: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: seat, namespace: staging-webs }
spec:
  selector: { matchLabels: { app: seat } }
  template:
    metadata: { labels: { app: seat } }
    spec:
      containers:
        - { name: app, image: registry.example.com/seat:1.0.0, ports: [{ name: metrics, containerPort: ${port} }] }
---
apiVersion: v1
kind: Service
metadata: { name: seat, namespace: staging-webs, labels: { app: seat } }
spec: { selector: { app: seat }, ports: [{ name: http-metrics, port: ${port} }] }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: seat, namespace: staging-webs }
spec: { selector: { matchLabels: { app: seat } }, endpoints: [{ port: http-metrics }] }
`;

const PROMETHEUS = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: prometheus, namespace: monitoring }
spec:
  selector: { matchLabels: { app: prometheus } }
  template:
    metadata: { labels: { app: prometheus, sidecar.istio.io/inject: "false" } }
    spec: { containers: [{ name: prometheus, image: prom/prometheus:v3.5.0 }] }
`;

export const scrapeUnderStrict: Rule = {
  id: "MTLS208",
  name: "scrape-under-strict",
  severity: "warning",
  layer: "stack",
  why: "A scraper without mTLS gets nothing from a STRICT port: the target is down in Prometheus while the application is well.",
  fix: "Scrape the merged metrics of the proxy (annotations prometheus.io/*, port 15020), or give the scraper a certificate of the mesh.",
  good: [
    {
      title: "the application's port is not captured: Prometheus reaches it",
      given: documents(MESH, PROMETHEUS),
      yaml: app(8080).replace(
        "metadata: { labels: { app: seat } }",
        'metadata: { labels: { app: seat }, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "8080" } }',
      ),
    },
  ],
  bad: [{ title: "a monitor on a STRICT port", given: documents(MESH, PROMETHEUS), yaml: app(8080) }],
  check: ({ assessment: { mesh, flows } }) => {
    const scrapers = new Set(scrapersOf(mesh).scrapers.map(({ workload }) => describeRef(workload.ref)));
    const refused = flows.filter(
      ({ outcome, from, protocol }) => outcome === "refused" && protocol === "http" && scrapers.has(describeRef(from)),
    );
    const causes = groupBy(refused, (flow) => JSON.stringify(placeOf(mesh, flow)));
    return [...causes.values()].flatMap((scrapes) => findingFor(mesh, scrapes));
  },
};
