import type { Application, Json } from "../case";
import type { Random } from "./random";
import { APPS, metadata, OTHER_PORTS, PORTS, type Setting } from "./setting";

/** Pods as they run: with a proxy or without, with labels that tell the truth or do not. */

export interface PodPort {
  readonly name?: string;
  readonly number: number;
  readonly hostPort?: number;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly hostIp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hasSidecar: boolean;
  readonly isGateway: boolean;
  readonly ports: readonly PodPort[];
  readonly speaks: Readonly<Record<string, Application>>;
  readonly object: Json;
}

const TRAFFIC = "traffic.sidecar.istio.io";

/** Annotations that change which connections the proxy gets. */
function annotationsOf(random: Random): Json {
  if (!random.chance(0.3)) return {};
  return {
    ...random.maybe(0.3, `${TRAFFIC}/excludeInboundPorts`, () => random.pick(["4317", "4318", "8080", "4317,8080"])),
    ...random.maybe(0.25, `${TRAFFIC}/includeInboundPorts`, () => random.pick(["", "*", "4317", "8080,4318"])),
    ...random.maybe(0.2, `${TRAFFIC}/excludeOutboundPorts`, () => random.pick(["4317", "80", "8080"])),
    ...random.maybe(0.1, `${TRAFFIC}/includeOutboundPorts`, () => random.pick(["4317", "80"])),
    ...random.maybe(0.15, `${TRAFFIC}/includeOutboundIPRanges`, () => random.pick(["", "*", "10.96.0.0/16"])),
    ...random.maybe(0.15, `${TRAFFIC}/excludeOutboundIPRanges`, () => random.pick(["10.96.0.0/16", "10.244.0.0/16"])),
    ...random.maybe(0.12, "sidecar.istio.io/interceptionMode", () => random.pick(["REDIRECT", "TPROXY", "NONE"])),
  };
}

const tlsModeLabel = (random: Random, hasSidecar: boolean): Readonly<Record<string, string>> => {
  const value = random.weighted<string | undefined>(
    hasSidecar
      ? [
          [88, "istio"],
          [6, "disabled"],
          [2, undefined],
          [2, "foo"],
          [2, ""],
        ]
      : [
          [85, undefined],
          [9, "istio"],
          [4, "disabled"],
          [2, "foo"],
        ],
  );
  return value === undefined ? {} : { "security.istio.io/tlsMode": value };
};

/**
 * All ports that flows may end at, or none declared, which means the same. Where some are closed, those are none that a Service targets:
 * Kubernetes asks for no declaration of what it targets. Names come and go: a pod without a named target port is no endpoint of it.
 */
function portsOf({ random, hasClosedPorts }: Setting, hostNetwork: boolean): readonly PodPort[] {
  if (random.chance(0.15)) return [];
  const names = random.weighted<Readonly<Record<number, string>>>([
    [5, { 4317: "otlp", 4318: "otlp-http", 8080: "metrics" }],
    [2, { 4317: "otlp" }],
    [1, { 4318: "otlp", 4317: "otlp-http" }],
    [1, {}],
  ]);
  return [...PORTS, ...(hasClosedPorts ? [] : OTHER_PORTS)].map((number) => {
    const name = names[number];
    return {
      number,
      ...(name === undefined ? {} : { name }),
      ...(hostNetwork ? { hostPort: number } : random.maybe(number < 9999 ? 0.03 : 0, "hostPort", () => number)),
    };
  });
}

export const containerPort = ({ number, name, hostPort }: PodPort): Json => ({
  containerPort: number,
  ...(name === undefined ? {} : { name }),
  ...(hostPort === undefined ? {} : { hostPort }),
});

interface Kind {
  readonly namespace: string;
  readonly app: string;
  readonly isGateway?: boolean;
}

/** Some applications serve TLS, a few on one port only. */
const speaks = (random: Random): Readonly<Record<string, Application>> =>
  random.weighted<Readonly<Record<string, Application>>>([
    [84, {}],
    [10, { "*": "tls" }],
    [4, { "4317": "tls" }],
  ]);

/** What a pod that is not ready, has ended, or has yet to get its address says. */
const statusOf = (random: Random, ip: string, hostIp: string): Json =>
  random.weighted<Json>([
    [94, { podIP: ip, hostIP: hostIp }],
    [2, { podIP: ip, hostIP: hostIp, phase: "Running", conditions: [{ type: "Ready", status: "False" }] }],
    [1, { podIP: ip, hostIP: hostIp, phase: "Running", conditions: [{ type: "Ready", status: "True" }] }],
  ]);

export function pod(setting: Setting, { namespace, app, isGateway = false }: Kind, at: number): Pod {
  const { random } = setting;
  const hostNetwork = !isGateway && random.chance(0.05);
  const hasSidecar = isGateway || (!hostNetwork && random.chance(0.68));
  const ports = isGateway ? [] : portsOf(setting, hostNetwork);
  const name = `${app}-${at}`;
  const hostIp = `10.0.0.${at + 1}`;
  const ip = hostNetwork ? hostIp : `10.244.0.${at + 1}`;
  const labels = {
    app,
    ...random.maybe(0.5, "version", () => random.pick(["v1", "v2"])),
    ...tlsModeLabel(random, hasSidecar),
  };
  const annotations = hasSidecar && !isGateway ? annotationsOf(random) : {};
  const user = random.maybe(0.03, "securityContext", () => ({ runAsUser: 1337 }));
  const main = { name: "main", image: "app", ...user, ports: ports.map(containerPort) };
  const proxy = { name: "istio-proxy", image: "proxyv2" };
  const isNative = hasSidecar && !isGateway && random.chance(0.3);
  const containers = isGateway ? [proxy] : [main, ...(hasSidecar && !isNative ? [proxy] : [])];
  const object: Json = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata(name, namespace, { labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }),
    spec: {
      ...(hostNetwork ? { hostNetwork } : {}),
      ...random.maybe(0.2, "serviceAccountName", () => app),
      ...random.maybe(0.01, "securityContext", () => ({ runAsUser: 1337 })),
      ...(isNative ? { initContainers: [{ ...proxy, restartPolicy: "Always" }] } : {}),
      containers,
    },
    status: statusOf(random, ip, hostIp),
  };
  return { namespace, name, ip, hostIp, labels, hasSidecar, isGateway, ports, speaks: speaks(random), object };
}

/** Two to six pods: servers mostly in one namespace, clients mostly in another, now and then a gateway. */
export function pods(setting: Setting): readonly Pod[] {
  const { random, namespaces, root } = setting;
  const [clients, servers, other] = namespaces;
  const count = random.int(2, 5);
  const made = Array.from({ length: count }, (_, at) => {
    const app = at === 0 ? "web" : at === 1 ? "otel" : random.pick(APPS);
    const home = app === "otel" ? servers : clients;
    const elsewhere = random.weighted([
      [2, servers],
      [2, clients],
      [1, other],
      [1, root],
    ]);
    return pod(setting, { app, namespace: random.chance(0.75) ? home : elsewhere }, at);
  });
  if (!random.chance(0.12)) return made;
  return [...made, pod(setting, { app: "gateway", namespace: random.pick([root, clients]), isGateway: true }, count)];
}
