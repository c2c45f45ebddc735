import type { Json } from "../case";
import { subsetRule } from "./destination-rules";
import type { Pod } from "./pods";
import type { Service } from "./services";
import { created, exportTo, metadata, namespaceOfPolicy, type Setting } from "./setting";

/** What changes which services a proxy knows and where its routes lead: Sidecars and VirtualServices. */

function egressHosts(
  { random, domain, namespaces: [clients, servers, other] }: Setting,
  services: readonly Service[],
): readonly string[] {
  const target = random.pick(services);
  return random.weighted<readonly string[]>([
    [3, ["./*"]],
    [3, [`${servers}/*`]],
    [2, ["*/*"]],
    [2, [`${target.namespace}/${target.host}`]],
    [1, [`*/*.${servers}.svc.${domain}`]],
    [1, [`${other}/*`]],
    [1, ["./*", `${clients}/*`]],
    [1, ["~/*"]],
  ]);
}

/** A list for every port, now and then with one before it for a port alone. */
const egress = (setting: Setting, services: readonly Service[]): readonly Json[] => {
  const { random } = setting;
  const ofPort = {
    port: {
      number: random.pick([4317, 4317, 4318, 80]),
      name: "own",
      protocol: random.pick(["HTTP", "GRPC", "TCP", "TLS"]),
    },
    hosts: egressHosts(setting, services),
  };
  const ofAll = { hosts: egressHosts(setting, services) };
  return random.weighted<readonly Json[]>([
    [85, [ofAll]],
    [12, [ofPort, ofAll]],
    [3, [ofPort]],
  ]);
};

const ingress = ({ random }: Setting): readonly Json[] =>
  [random.pick([4317, 4318])].map((number) => ({
    port: { number, name: "otlp", protocol: random.pick(["GRPC", "HTTP", "TCP", "HTTPS"]) },
    defaultEndpoint: `127.0.0.1:${number}`,
  }));

function sidecar(setting: Setting, services: readonly Service[], pods: readonly Pod[], at: number): Json {
  const {
    random,
    namespaces: [clients, servers],
    root,
  } = setting;
  const isSelective = random.chance(0.3);
  const namespace = random.weighted([
    [5, clients],
    [3, servers],
    [isSelective ? 0 : 1, root],
  ]);
  const selector = isSelective
    ? { workloadSelector: { labels: { app: random.pick(pods).labels["app"] ?? "web" } } }
    : {};
  const settings = {
    ...random.maybe(0.85, "egress", () => egress(setting, services)),
    ...random.maybe(0.25, "ingress", () => ingress(setting)),
    ...random.maybe(0.2, "outboundTrafficPolicy", () => ({ mode: random.pick(["REGISTRY_ONLY", "ALLOW_ANY"]) })),
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Sidecar",
    metadata: metadata(`sidecar-${at}`, namespace, created(random)),
    // The webhook admits no empty Sidecar.
    spec: { ...selector, ...(Object.keys(settings).length === 0 ? { egress: [{ hosts: ["*/*"] }] } : settings) },
  };
}

export const sidecars = (setting: Setting, services: readonly Service[], pods: readonly Pod[]): readonly Json[] =>
  setting.random.chance(0.25) ? setting.random.list(1, 2, (at) => sidecar(setting, services, pods, at)) : [];

function route({ random }: Setting, services: readonly Service[], target: Service, isShort: boolean): Json {
  const to = random.chance(0.85) ? target : random.pick(services);
  return {
    destination: {
      host: isShort && to === target ? to.name : to.host,
      ...random.maybe(0.75, "subset", () => random.pick(["v1", "v2"])),
      ...random.maybe(0.3, "port", () => ({ number: random.pick(to.ports).port })),
    },
  };
}

/** One destination, or two that share the traffic; what has no weight then gets none. */
const destinations = (setting: Setting, services: readonly Service[], target: Service, isShort: boolean) => {
  const one = (weight: Json = {}): Json => ({ ...route(setting, services, target, isShort), ...weight });
  return setting.random.weighted<readonly Json[]>([
    [85, [one()]],
    [12, [one({ weight: 80 }), one({ weight: 20 })]],
    [3, [one({ weight: 100 }), one()]],
  ]);
};

type Kind = "http" | "tcp" | "tls";

function match(setting: Setting, target: Service, pods: readonly Pod[], kind: Kind): Json {
  const {
    random,
    namespaces: [clients],
  } = setting;
  return {
    ...random.maybe(kind === "tcp" ? 0.2 : 0, "destinationSubnets", () =>
      random.pick([["10.96.0.0/16"], ["10.96.0.1"], ["10.244.0.0/16", "240.240.0.0/16"]]),
    ),
    ...random.maybe(0.4, "port", () => random.pick(target.ports).port),
    ...random.maybe(0.3, "sourceLabels", () => ({ app: random.pick(pods).labels["app"] ?? "web" })),
    ...random.maybe(0.2, "sourceNamespace", () => clients),
    ...random.maybe(0.1, "gateways", () => [random.pick(["mesh", "ingress"])]),
  };
}

/** Names in a handshake: those that the webhook admits for the host, as clients write them or not. */
const sniHosts = ({ random, domain }: Setting, { name, namespace, host }: Service): readonly string[] =>
  random.weighted<readonly string[]>([
    [4, [host]],
    [1, [`*.${namespace}.svc.${domain}`]],
    [1, [`${name}.${namespace}`, host]],
    [1, [`none.${namespace}.svc.${domain}`]],
  ]);

function virtualService(
  setting: Setting,
  services: readonly Service[],
  pods: readonly Pod[],
  target: Service,
  at: number,
): Json {
  const { random, domain } = setting;
  const namespace = namespaceOfPolicy(setting);
  const isShort = namespace === target.namespace && random.chance(0.3);
  const host = isShort
    ? target.name
    : random.weighted([
        [8, target.host],
        [1, `*.${target.namespace}.svc.${domain}`],
      ]);
  const always = (): Json => ({ route: destinations(setting, services, target, isShort) });
  const sometimes = (kind: Kind): Json => ({ match: [match(setting, target, pods, kind)], ...always() });
  const routes = (kind: Kind): readonly Json[] => {
    const first = random.chance(0.5) ? [sometimes(kind)] : [];
    return first.length === 0 || random.chance(0.8) ? [...first, always()] : first;
  };
  const isTls = target.ports.some(({ name }) => /^(https|tls)/.test(name ?? ""));
  const kinds = random.weighted<readonly Kind[]>([
    [50, ["http"]],
    [30, ["http", "tcp"]],
    [20, ["tcp"]],
    [isTls ? 100 : 10, ["tls"]],
    [5, ["http", "tls"]],
  ]);
  const named = (): readonly Json[] => [
    {
      match: [{ ...match(setting, target, pods, "tls"), sniHosts: sniHosts(setting, target) }],
      route: [route(setting, services, target, isShort)],
    },
  ];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(`routes-${at}`, namespace, created(random)),
    spec: {
      hosts: [host],
      ...random.maybe(0.15, "gateways", () => random.pick([["mesh"], ["ingress"], ["ingress", "mesh"]])),
      ...random.maybe(0.12, "exportTo", () => exportTo(setting)),
      ...Object.fromEntries(kinds.map((kind) => [kind, kind === "tls" ? named() : routes(kind)])),
    },
  };
}

/** In a quarter of the meshes; often with a rule that defines the subsets. */
export function virtualServices(setting: Setting, services: readonly Service[], pods: readonly Pod[]): readonly Json[] {
  const { random } = setting;
  if (!random.chance(0.25)) return [];
  const target = random.pick(services);
  return [
    ...random.list(1, 2, (at) =>
      virtualService(setting, services, pods, random.chance(0.7) ? target : random.pick(services), at),
    ),
    ...(random.chance(0.65) ? [subsetRule(setting, target)] : []),
  ];
}
