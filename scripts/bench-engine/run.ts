import { performance } from "node:perf_hooks";
import { assess } from "../../policies/mtls/assess";
import type { DeclaredFlow } from "../../policies/mtls/flow";
import { readMesh } from "../../policies/mtls/manifests";
import type { Mesh } from "../../policies/mtls/mesh";
import { threadTime } from "../bench-measures";

/** The measured process: answers a mesh of so many services, again and again, and prints the times as JSON. */

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

/** Milliseconds. */
export interface Time {
  readonly flows: number;
  readonly wall: number;
  /** As far as the system tells. */
  readonly thread: number | undefined;
}

function once(services: number): Time {
  const { mesh, flows } = meshOf(services);
  const [threadBefore, before] = [threadTime(), performance.now()];
  const { flows: answers } = assess(mesh, { flows, discover: false, now: "2026-01-01" });
  const wall = performance.now() - before;
  const threadAfter = threadTime();
  const thread = threadBefore === undefined || threadAfter === undefined ? undefined : threadAfter - threadBefore;
  return { flows: answers.length, wall, thread };
}

const [services, runs] = process.argv.slice(2).map(Number) as [number, number];
console.log(JSON.stringify(Array.from({ length: runs }, () => once(services))));
