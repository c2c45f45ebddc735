import type { Json } from "../case";
import type { Pod } from "./pods";
import type { Random } from "./random";
import type { ServicePort } from "./services";
import { created, exportTo, metadata, type Setting } from "./setting";

/** ServiceEntries and WorkloadEntries: collectors on machines, outside, or pods under another name. */

export interface Entry {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly ports: readonly ServicePort[];
  readonly objects: readonly Json[];
}

type Resolution = "NONE" | "STATIC" | "DNS" | "DNS_ROUND_ROBIN";

/** A machine with a collector; the control plane believes what its labels say. */
export function workloadEntry({ random }: Setting, namespace: string, app: string, at: number): Json {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadEntry",
    metadata: metadata(`vm-${at}`, namespace, created(random)),
    spec: {
      address: `10.20.0.${at + 1}`,
      labels: {
        app,
        ...random.maybe(0.3, "version", () => random.pick(["v1", "v2"])),
        ...random.maybe(0.2, "security.istio.io/tlsMode", () => random.pick(["istio", "disabled"])),
      },
      ...random.maybe(0.5, "serviceAccount", () => "collector"),
    },
  };
}

const PROTOCOLS = ["GRPC", "HTTP", "HTTPS", "TLS", "HTTP2", "TCP", "TCP", "MONGO"];

/** No address, one, or a range of them; a name of a wildcard has none to resolve to. */
const addresses = (random: Random, isWildcard: boolean, at: number): Json =>
  random.weighted<Json>([
    [isWildcard ? 9 : 6, {}],
    [isWildcard ? 0 : 3, { addresses: [`240.240.1.${at + 1}`] }],
    [isWildcard ? 0 : 1, { addresses: [`240.240.${at + 2}.0/24`] }],
    [isWildcard ? 0 : 0.5, { addresses: [`240.240.1.${at + 1}/32`] }],
  ]);

function resolutionOf(random: Random, isWildcard: boolean): Resolution {
  if (isWildcard) return "NONE";
  return random.weighted<Resolution>([
    [5, "STATIC"],
    [2, "NONE"],
    [2, "DNS"],
    [0.5, "DNS_ROUND_ROBIN"],
  ]);
}

/** Endpoints as they are written into an entry. */
const inlineEndpoints = (random: Random, at: number): readonly Json[] =>
  random.list(1, 2, (nth) => ({
    address: `10.20.${nth + 1}.${at + 1}`,
    ...random.maybe(0.4, "labels", () => ({
      ...random.maybe(0.6, "security.istio.io/tlsMode", () => random.pick(["istio", "disabled"])),
      ...random.maybe(0.4, "version", () => random.pick(["v1", "v2"])),
    })),
    ...random.maybe(0.3, "serviceAccount", () => "collector"),
    ...random.maybe(0.2, "ports", () => ({ otlp: 14317 })),
  }));

function serviceEntry(setting: Setting, pods: readonly Pod[], at: number): Entry {
  const {
    random,
    namespaces: [clients, servers],
  } = setting;
  const namespace = random.pick([clients, servers]);
  const host = random.weighted([
    [6, `collector-${at}.example.com`],
    [1, "*.example.com"],
  ]);
  const isWildcard = host.startsWith("*");
  const resolution = resolutionOf(random, isWildcard);
  const numbers = random.weighted<readonly number[]>([
    [4, [random.pick([4317, 4318])]],
    [1, [4317, 4318]],
  ]);
  const selectsPods = resolution === "STATIC" && random.chance(0.35);
  const inline = resolution === "STATIC" && !selectsPods && random.chance(0.5);
  const app = `vm-collector-${at}`;
  const selected = random.pick(pods.filter(({ isGateway }) => !isGateway)).labels["app"] ?? "otel";
  const workloads =
    resolution === "STATIC" && !selectsPods && !inline ? [workloadEntry(setting, namespace, app, at)] : [];
  const ports = numbers.map((number, nth) => ({
    number,
    name: nth === 0 ? "otlp" : `otlp-${nth}`,
    protocol: random.pick(PROTOCOLS),
    ...random.maybe(0.2, "targetPort", () => 14318),
  }));
  const object: Json = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: metadata(`entry-${at}`, namespace, created(random)),
    spec: {
      hosts: [host],
      ...addresses(random, isWildcard, at),
      ports,
      resolution,
      ...random.maybe(0.65, "location", () => random.pick(["MESH_INTERNAL", "MESH_INTERNAL", "MESH_EXTERNAL"])),
      ...random.maybe(0.1, "exportTo", () => exportTo(setting)),
      ...(inline ? { endpoints: inlineEndpoints(random, at) } : {}),
      ...(resolution === "STATIC" && !inline
        ? { workloadSelector: { labels: { app: selectsPods ? selected : app } } }
        : {}),
    },
  };
  return {
    namespace,
    name: `entry-${at}`,
    host,
    ports: numbers.map((port) => ({ name: "otlp", port })),
    objects: [object, ...workloads],
  };
}

/** None in most meshes. */
export const entries = (setting: Setting, pods: readonly Pod[]): readonly Entry[] =>
  setting.random.chance(0.25) ? setting.random.list(1, 2, (at) => serviceEntry(setting, pods, at)) : [];
