import type { Json } from "../case";
import type { Pod } from "./pods";
import type { Random } from "./random";
import type { Service, ServicePort } from "./services";
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

/** Endpoints as they are written into an entry; now and then a pod has the address. */
const inlineEndpoints = (random: Random, pods: readonly Pod[], at: number): readonly Json[] =>
  random.list(1, 2, (nth) => ({
    address: nth === 0 && random.chance(0.15) ? random.pick(pods).ip : `10.20.${nth + 1}.${at + 1}`,
    ...random.maybe(0.4, "labels", () => ({
      ...random.maybe(0.6, "security.istio.io/tlsMode", () => random.pick(["istio", "disabled"])),
      ...random.maybe(0.4, "version", () => random.pick(["v1", "v2"])),
    })),
    ...random.maybe(0.3, "serviceAccount", () => "collector"),
    ...random.maybe(0.2, "ports", () => ({ otlp: 14317 })),
  }));

/**
 * A host of its own, one that another entry has too, or that of a Service.
 * @param others made before
 */
const hostOf = (random: Random, at: number, others: readonly Entry[], services: readonly Service[]): string =>
  random.weighted([
    [6, `collector-${at}.example.com`],
    [1, "*.example.com"],
    [others.length > 0 ? 5 : 0, others[0]?.host ?? ""],
    [0.3, random.pick(services).host],
  ]);

/** No other object has it: of entries for one host that are equally old istiod takes any first. */
const ageOfTwin = (random: Random, at: number): { readonly creationTimestamp: string } => ({
  creationTimestamp: `${random.pick(["2025-12", "2026-02"])}-0${at + 1}T00:00:00Z`,
});

function serviceEntry(
  setting: Setting,
  pods: readonly Pod[],
  services: readonly Service[],
  others: readonly Entry[],
): Entry {
  const {
    random,
    namespaces: [clients, servers],
  } = setting;
  const at = others.length;
  const namespace = random.pick([clients, servers]);
  const host = hostOf(random, at, others, services);
  const isTwin = others.some((other) => other.host === host);
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
    metadata: metadata(`entry-${at}`, namespace, isTwin ? ageOfTwin(random, at) : created(random)),
    spec: {
      hosts: isTwin || isWildcard || random.chance(0.85) ? [host] : [host, `also-${at}.example.com`],
      ...addresses(random, isWildcard, at),
      ports,
      resolution,
      ...random.maybe(0.65, "location", () => random.pick(["MESH_INTERNAL", "MESH_INTERNAL", "MESH_EXTERNAL"])),
      ...random.maybe(0.1, "exportTo", () => exportTo(setting)),
      ...(inline ? { endpoints: inlineEndpoints(random, pods, at) } : {}),
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
export function entries(setting: Setting, pods: readonly Pod[], services: readonly Service[]): readonly Entry[] {
  const made: Entry[] = [];
  if (!setting.random.chance(0.25)) return made;
  for (let left = setting.random.int(1, 3); left > 0; left -= 1) made.push(serviceEntry(setting, pods, services, made));
  return made;
}
