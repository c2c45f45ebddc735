import { performance } from "node:perf_hooks";
import { assess } from "../policies/mtls/assess";
import type { DeclaredFlow } from "../policies/mtls/flow";
import { readMesh } from "../policies/mtls/manifests";
import type { Mesh } from "../policies/mtls/mesh";

/**
 * Time of the engine on meshes of growing size: S services, S clients that each call 3 collectors, and 1.25 S policies.
 *
 *   npx tsx scripts/bench-engine.ts [services…]      default: 100 200 400 800 1600 3200 6400 10000
 *
 * Reading the objects is not counted; every run has a mesh of its own, so no index is warm. The code is: one size is run before any is
 * measured, so that growth shows the engine and not the compiler. Prints the median of five runs.
 */

const RUNS = 5;
const COLLECTORS = 40;
const CALLS = 3;

const workload = (namespace: string, name: string, port: number): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace, name },
  spec: {
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: "main", image: "example.com/main:1", ports: [{ name: "main", containerPort: port }] }],
      },
    },
  },
});

const service = (namespace: string, name: string, port: number): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace, name },
  spec: { selector: { app: name }, ports: [{ name: "grpc-main", port, targetPort: port }], clusterIP: "10.0.0.1" },
});

const namespace = (name: string): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "istio-injection": "enabled" } },
});

const peerAuthentication = (namespace: string, name: string, app: string): object => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { namespace, name },
  spec: {
    selector: { matchLabels: { app } },
    mtls: { mode: "STRICT" },
    portLevelMtls: { 4317: { mode: "PERMISSIVE" } },
  },
});

const destinationRule = (namespace: string, name: string): object => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { namespace, name },
  spec: { host: `${name}.${namespace}.svc.cluster.local`, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
});

/** Services are spread over namespaces of 40; one in two has a DestinationRule, three in four a PeerAuthentication. */
function meshOf(services: number): { readonly mesh: Mesh; readonly flows: readonly DeclaredFlow[] } {
  const places = Array.from({ length: services }, (_, at) => ({
    namespace: `team-${Math.floor(at / 40)}`,
    name: `service-${at}`,
    at,
  }));
  const collectors = Array.from({ length: COLLECTORS }, (_, at) => `collector-${at}`);
  const objects = [
    namespace("istio-system"),
    namespace("monitoring"),
    ...[...new Set(places.map((place) => place.namespace))].map(namespace),
    ...collectors.flatMap((name) => [workload("monitoring", name, 4317), service("monitoring", name, 4317)]),
    ...places.flatMap(({ namespace: team, name, at }) => [
      workload(team, name, 8080),
      service(team, name, 8080),
      ...(at % 2 === 0 ? [destinationRule(team, name)] : []),
      ...(at % 4 !== 3 ? [peerAuthentication(team, name, name)] : []),
    ]),
  ];
  const flows = places.flatMap(({ namespace: team, name, at }) =>
    Array.from({ length: CALLS }, (_, call) => ({
      from: `${team}/${name}`,
      host: `collector-${(at + call * 7) % COLLECTORS}.monitoring`,
      port: 4317,
    })),
  );
  return { mesh: readMesh(objects.map((object) => ({ object }))), flows };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function measure(services: number): { readonly flows: number; readonly milliseconds: number } {
  let count = 0;
  const times = Array.from({ length: RUNS }, () => {
    const { mesh, flows } = meshOf(services);
    const start = performance.now();
    const { flows: answers } = assess(mesh, { flows, discover: false, now: "2026-01-01" });
    count = answers.length;
    return performance.now() - start;
  });
  return { flows: count, milliseconds: median(times) };
}

/** Services of the run that is not measured. */
const WARM_UP = 1600;

const sizes = process.argv.slice(2).map(Number);
measure(WARM_UP);
for (const services of sizes.length > 0 ? sizes : [100, 200, 400, 800, 1600, 3200, 6400, 10000]) {
  const { flows, milliseconds } = measure(services);
  const perFlow = ((milliseconds * 1000) / flows).toFixed(1);
  console.log(`${services} services, ${flows} flows: ${milliseconds.toFixed(1)} ms, ${perFlow} µs per flow`);
}
