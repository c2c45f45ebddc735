import { groupBy } from "../mtls/discovery/lookup";
import { scrapersOf } from "../mtls/discovery/prometheus-scrapers";
import type { FlowAnswer, FlowOrigin } from "../mtls/flow";
import type { Mesh } from "../mtls/mesh";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { documents, MESH } from "./support/background";
import { findingOn, objectNamed } from "./support/objects";
import { shortName, someOf } from "./support/texts";

interface Scrape {
  readonly flow: FlowAnswer;
  readonly origin: Exclude<FlowOrigin, "declared">;
}

const target = ({ servers, to }: FlowAnswer): string =>
  `${servers[0]?.workload === null || servers[0] === undefined ? to.host : shortName(servers[0].workload)}:${servers[0]?.targetPort ?? to.port}`;

function findingFor(mesh: Mesh, scrapes: readonly Scrape[]): Finding[] {
  const [first] = scrapes;
  const on = first === undefined ? undefined : objectNamed(mesh, first.origin.object);
  if (first === undefined || on === undefined) return [];
  const { flow, origin } = first;
  const message =
    `${describeRef(on.ref)} has ${shortName(flow.from)} scrape ${someOf([...new Set(scrapes.map((scrape) => target(scrape.flow)))], ", ")}, ` +
    `which refuses it (${flow.symptom ?? "refused"}): the scraper sends ${flow.servers[0]?.sends ?? "plaintext"}, the port takes ` +
    `${flow.servers[0]?.accepts?.join(" or ") ?? "nothing"}.`;
  return [findingOn(mesh, on.ref, origin.path, message)];
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
    const refused = flows.flatMap((flow): Scrape[] =>
      flow.outcome === "refused" && flow.origin !== "declared" && scrapers.has(describeRef(flow.from))
        ? [{ flow, origin: flow.origin }]
        : [],
    );
    const causes = groupBy(refused, ({ origin }) => `${origin.object}\n${origin.path}`);
    return [...causes.values()].flatMap((scrapes) => findingFor(mesh, scrapes));
  },
};
