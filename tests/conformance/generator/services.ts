import type { Json } from "../case";
import type { Pod } from "./pods";
import type { Random } from "./random";
import { created, metadata, NEVER_SNIFFED, type Setting } from "./setting";

/** Services over the pods: several on one pod, named ports, no cluster IP, no selector, only an alias. */

export interface ServicePort {
  readonly name: string | undefined;
  readonly port: number;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  /** Fully qualified. */
  readonly host: string;
  readonly ip: string | undefined;
  readonly isHeadless: boolean;
  /** It says itself who may see it. */
  readonly isRestricted: boolean;
  readonly ports: readonly ServicePort[];
  readonly pods: readonly Pod[];
  readonly objects: readonly Json[];
}

interface PortDraft extends ServicePort {
  readonly targetPort: number | string | undefined;
  readonly appProtocol: string | undefined;
}

const NAMES = [
  "grpc-otlp",
  "grpc",
  "http-otlp",
  "http2-otlp",
  "otlp-grpc",
  "otlp",
  "tcp-otlp",
  "https-otlp",
  "tls-otlp",
  "redis",
  "mongo",
  "mysql",
];
const APP_PROTOCOLS = ["grpc", "http", "tcp", "https", "kubernetes.io/h2c", "h2c", "kubernetes.io/ws", "custom"];

function portDraft({ random, hasClosedPorts }: Setting, number: number, alone: boolean, at: number): PortDraft {
  const name = alone && random.chance(0.1) ? undefined : random.pick(NAMES);
  const named = number === 4317 ? "otlp" : number === 4318 ? "otlp-http" : "metrics";
  return {
    name: name === undefined || alone ? name : `${name}${at}`.replace(/^([a-z0-9]+)(\d)$/, "$1-$2"),
    port: random.weighted([
      [73, number],
      [25, 80 + at],
      [hasClosedPorts ? 0 : 2, NEVER_SNIFFED[at] ?? number],
    ]),
    targetPort: random.weighted<number | string | undefined>([
      [6, number],
      [2, named],
      [hasClosedPorts ? 0 : 1, undefined],
    ]),
    appProtocol: random.chance(0.2) ? random.pick(APP_PROTOCOLS) : undefined,
  };
}

const portObject = ({ name, port, targetPort, appProtocol }: PortDraft): Json => ({
  ...(name === undefined ? {} : { name }),
  port,
  ...(targetPort === undefined ? {} : { targetPort }),
  ...(appProtocol === undefined ? {} : { appProtocol }),
});

const portsFor = (setting: Setting): readonly PortDraft[] => {
  const numbers = setting.random.weighted<readonly number[]>([
    [6, [4317]],
    [2, [4317, 4318]],
    [1, [8080]],
    [1, [4317, 8080]],
    [0.5, [4317, 4318, 8080]],
  ]);
  return numbers.map((number, at) => portDraft(setting, number, numbers.length === 1, at));
};

function selectorFor(random: Random, target: Pod): Readonly<Record<string, string>> {
  const { app = "", version } = target.labels;
  return random.chance(0.2) && version !== undefined ? { app, version } : { app };
}

const isSelectedBy = (selector: Readonly<Record<string, string>>, namespace: string) => (pod: Pod) =>
  pod.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.labels[key] === value);

/**
 * Endpoints that somebody wrote by hand: pods by reference, or addresses outside, of pods of other namespaces, or of pods that are not
 * there. An address of a pod of the namespace itself without reference is answered differently from run to run (istiod takes pods and
 * slices in any order), so it is left out.
 */
function slice(
  random: Random,
  service: string,
  namespace: string,
  pods: readonly Pod[],
  ports: readonly PortDraft[],
): Json {
  const members = random.some(
    pods.filter((pod) => pod.namespace === namespace && !pod.isGateway),
    2,
  );
  const outside = members.length === 0 || random.chance(0.3) ? [{ addresses: ["10.20.3.1"] }] : [];
  const foreign = pods.filter((pod) => pod.namespace !== namespace && !pod.isGateway && pod.ip.startsWith("10.244."));
  const elsewhere = foreign.length > 0 && random.chance(0.2) ? [{ addresses: [random.pick(foreign).ip] }] : [];
  const gone = random.chance(0.1)
    ? [{ addresses: ["10.244.0.99"], targetRef: { kind: "Pod", name: "gone", namespace } }]
    : [];
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: metadata(`${service}-1`, namespace, { labels: { "kubernetes.io/service-name": service } }),
    addressType: "IPv4",
    endpoints: [
      ...members.map(({ ip, name }) => ({
        addresses: [ip],
        ...random.maybe(0.2, "conditions", () => ({ ready: random.chance(0.5) })),
        targetRef: { kind: "Pod", name, namespace },
      })),
      ...outside,
      ...elsewhere,
      ...gone,
    ],
    ports: ports.map(({ name, port, targetPort, appProtocol }) => ({
      name: name ?? "",
      port: typeof targetPort === "number" ? targetPort : port,
      protocol: "TCP",
      ...(appProtocol === undefined ? {} : { appProtocol }),
    })),
  };
}

const exportAnnotation = ({ random, namespaces: [clients, servers] }: Setting): Json =>
  random.chance(0.08)
    ? {
        annotations: {
          "networking.istio.io/exportTo": random.pick([".", "*", "~", clients, servers, `${clients},${servers}`]),
        },
      }
    : {};

type Shape = "cluster-ip" | "headless" | "selectorless" | "headless-selectorless" | "alias";

export function service(
  setting: Setting,
  pods: readonly Pod[],
  name: string,
  at: number,
  aliased: readonly Service[],
): Service {
  const { random, domain, namespaces } = setting;
  const servers = pods.filter(({ isGateway }) => !isGateway);
  const target = random.pick(
    servers.filter(({ labels }) => labels["app"] === "otel").concat(servers.slice(0, random.int(0, 1))),
  );
  const namespace = target.namespace;
  const shape = random.weighted<Shape>([
    [66, "cluster-ip"],
    [24, "headless"],
    [pods.some(({ ip }) => ip !== "") ? 6 : 0, "selectorless"],
    [pods.some(({ ip }) => ip !== "") ? 3 : 0, "headless-selectorless"],
    [aliased.length > 0 ? 4 : 0, "alias"],
  ]);
  const ports = portsFor(setting);
  const meta = metadata(name, namespace, { ...created(random), ...exportAnnotation(setting) });
  const common = {
    namespace,
    name,
    host: `${name}.${namespace}.svc.${domain}`,
    isHeadless: shape.startsWith("headless"),
    isRestricted: "annotations" in meta,
    ports,
  };
  const typed = { apiVersion: "v1", kind: "Service", metadata: meta };
  if (shape === "alias") {
    const to = random.chance(0.8)
      ? random.pick(aliased).host
      : random.pick(["example.org", `none.${namespaces[2]}.svc.${domain}`]);
    return {
      ...common,
      ip: undefined,
      pods: [],
      objects: [{ ...typed, spec: { type: "ExternalName", externalName: to, ports: ports.map(portObject) } }],
    };
  }
  const ip = common.isHeadless ? undefined : `10.96.0.${at + 1}`;
  const spec = {
    clusterIP: ip ?? "None",
    ...random.maybe(ip === undefined ? 0 : 0.05, "type", () => random.pick(["NodePort", "LoadBalancer"])),
    ports: ports.map(portObject),
  };
  if (shape.endsWith("selectorless"))
    return { ...common, ip, pods: [], objects: [{ ...typed, spec }, slice(random, name, namespace, pods, ports)] };
  const selector = selectorFor(random, target);
  return {
    ...common,
    ip,
    pods: pods.filter(isSelectedBy(selector, namespace)),
    objects: [{ ...typed, spec: { ...spec, selector } }],
  };
}

/** One to four, of which some select the same pods. */
export function services(setting: Setting, pods: readonly Pod[]): readonly Service[] {
  const made: Service[] = [];
  const count = setting.random.int(1, 4);
  for (let at = 0; at < count; at += 1) {
    const name = ["otel", "otel-headless", "collector", "gateway-otel"][at] ?? `otel-${at}`;
    const selecting = made.filter(({ pods: selected }) => selected.length > 0);
    const one = service(setting, pods, name, at, selecting);
    // The name of the first one once more, if that is in another namespace.
    const twin = setting.random.chance(0.2) ? service(setting, pods, "otel", at, selecting) : one;
    made.push(made.some((other) => other.host === twin.host) ? one : twin);
  }
  return made;
}
