import type { Json } from "../case";
import type { Pod } from "./pods";
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

type Resolution = "NONE" | "STATIC" | "DNS";

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
  const resolution = isWildcard
    ? "NONE"
    : random.weighted<Resolution>([
        [5, "STATIC"],
        [2, "NONE"],
        [2, "DNS"],
      ]);
  const number = random.pick([4317, 4318]);
  const protocols = ["GRPC", "HTTP", "HTTPS", "TLS", "HTTP2"];
  // Without an address a TCP port would take everything on its number, and a name of a wildcard has none to resolve to.
  const protocol = random.pick(isWildcard ? protocols : [...protocols, "TCP"]);
  const selectsPods = resolution === "STATIC" && random.chance(0.35);
  const inline = resolution === "STATIC" && !selectsPods && random.chance(0.5);
  const app = `vm-collector-${at}`;
  const endpoint = {
    address: `10.20.1.${at + 1}`,
    ...random.maybe(0.3, "labels", () => ({ "security.istio.io/tlsMode": random.pick(["istio", "disabled"]) })),
    ...random.maybe(0.3, "serviceAccount", () => "collector"),
    ...random.maybe(0.2, "ports", () => ({ otlp: 14317 })),
  };
  const selected = random.pick(pods).labels["app"] ?? "otel";
  const workloads =
    resolution === "STATIC" && !selectsPods && !inline ? [workloadEntry(setting, namespace, app, at)] : [];
  const object: Json = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: metadata(`entry-${at}`, namespace, created(random)),
    spec: {
      hosts: [host],
      ...(protocol === "TCP" || (!isWildcard && random.chance(0.2)) ? { addresses: [`240.240.1.${at + 1}`] } : {}),
      ports: [{ number, name: "otlp", protocol, ...random.maybe(0.2, "targetPort", () => 14318) }],
      resolution,
      ...random.maybe(0.65, "location", () => random.pick(["MESH_INTERNAL", "MESH_INTERNAL", "MESH_EXTERNAL"])),
      ...random.maybe(0.1, "exportTo", () => exportTo(setting)),
      ...(inline ? { endpoints: [endpoint] } : {}),
      ...(resolution === "STATIC" && !inline
        ? { workloadSelector: { labels: { app: selectsPods ? selected : app } } }
        : {}),
    },
  };
  return {
    namespace,
    name: `entry-${at}`,
    host,
    ports: [{ name: "otlp", port: number }],
    objects: [object, ...workloads],
  };
}

/** None in most meshes. */
export const entries = (setting: Setting, pods: readonly Pod[]): readonly Entry[] =>
  setting.random.chance(0.25) ? setting.random.list(1, 2, (at) => serviceEntry(setting, pods, at)) : [];
