import type { Json } from "../case";
import type { Entry } from "./entries";
import type { Pod } from "./pods";
import type { Random } from "./random";
import type { Service } from "./services";
import { created, exportTo, metadata, namespaceOfPolicy, type Setting } from "./setting";

/** DestinationRules whose hosts cover the services exactly, by wildcard, by short names that mean something else, or not at all. */

const FILES = { clientCertificate: "/certs/cert.pem", privateKey: "/certs/key.pem", caCertificates: "/certs/ca.pem" };

const tls = (random: Random): Json =>
  random.weighted<Json>([
    [6, { mode: "ISTIO_MUTUAL" }],
    [6, { mode: "DISABLE" }],
    [2, { mode: "SIMPLE" }],
    [1, { mode: "SIMPLE", caCertificates: "/certs/ca.pem" }],
    [1, { mode: "SIMPLE", credentialName: "collector" }],
    [1, { mode: "SIMPLE", insecureSkipVerify: true }],
    [1, { mode: "MUTUAL", ...FILES }],
    [0.5, { mode: "MUTUAL", credentialName: "collector" }],
    [0.5, { mode: "MUTUAL", clientCertificate: "/certs/cert.pem" }],
    [1, {}],
  ]);

const loadBalancer = (random: Random): Json => ({
  simple: random.weighted([
    [2, "PASSTHROUGH"],
    [1, "ROUND_ROBIN"],
  ]),
});

const CONNECTIONS = { connectionPool: { tcp: { maxConnections: 10 } }, outlierDetection: { consecutive5xxErrors: 5 } };

/** At least one setting: the webhook admits no empty policy. */
function settings(random: Random, tlsChance: number): Json {
  const made = {
    ...random.maybe(tlsChance, "tls", () => tls(random)),
    ...random.maybe(0.12, "loadBalancer", () => loadBalancer(random)),
    ...(random.chance(0.15) ? CONNECTIONS : {}),
  };
  return Object.keys(made).length === 0 ? CONNECTIONS : made;
}

const portSettings = (random: Random, ports: readonly number[]): readonly Json[] =>
  random
    .some([...new Set([...ports, 4317, 80])], random.int(1, 2))
    .map((number) => ({ port: { number }, ...settings(random, 0.55) }));

const trafficPolicy = (random: Random, ports: readonly number[]): Json => ({
  ...settings(random, 0.75),
  ...random.maybe(0.25, "portLevelSettings", () => portSettings(random, ports)),
});

const subset = (random: Random, ports: readonly number[], name: string): Json => ({
  name,
  labels: random.chance(0.6) ? { version: name } : {},
  ...random.maybe(0.65, "trafficPolicy", () => trafficPolicy(random, ports)),
});

const subsets = (random: Random, ports: readonly number[]): readonly Json[] =>
  random.some(["v1", "v2"], random.int(1, 2)).map((name) => subset(random, ports, name));

/** A host for a rule in a namespace, aimed at a service more often than not. */
function hostFor({ random, domain }: Setting, { name, namespace, host }: Service | Entry, ofEntry: boolean): string {
  if (ofEntry)
    return random.weighted([
      [6, host],
      [1, "*.example.com"],
      [1, "*"],
    ]);
  return random.weighted([
    [9, host],
    [2, name],
    [1, `${name}.${namespace}`],
    [0.5, `${name}.${namespace}.svc`],
    [2, `*.${namespace}.svc.${domain}`],
    [1.5, `*.svc.${domain}`],
    [2, `*.${domain.split(".").at(-1) ?? domain}`],
    [1, "*"],
    [0.5, `${name}.${namespace}.svc.other.domain`],
  ]);
}

function destinationRule(
  setting: Setting,
  services: readonly Service[],
  entries: readonly Entry[],
  pods: readonly Pod[],
  at: number,
): Json {
  const {
    random,
    namespaces: [clients],
  } = setting;
  const ofEntry = entries.length > 0 && random.chance(0.4);
  const target = ofEntry ? random.pick(entries) : random.pick(services);
  const ports = target.ports.map(({ port }) => port);
  const isSelective = random.chance(0.16);
  const namespace = isSelective ? random.pick([clients, target.namespace]) : namespaceOfPolicy(setting);
  const selector = { workloadSelector: { matchLabels: { app: random.pick(pods).labels["app"] ?? "web" } } };
  return {
    apiVersion: random.pick(["networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3"]),
    kind: "DestinationRule",
    metadata: metadata(random.pick(["a", "b", "rule"]) + at, namespace, created(random)),
    spec: {
      host: hostFor(setting, target, ofEntry),
      ...(isSelective ? selector : {}),
      ...random.maybe(isSelective ? 0.2 : 0.3, "exportTo", () => (isSelective ? ["."] : exportTo(setting))),
      ...random.maybe(0.85, "trafficPolicy", () => trafficPolicy(random, ports)),
      ...random.maybe(0.25, "subsets", () => subsets(random, ports)),
    },
  };
}

/** A rule that defines the subsets to which routes lead. */
export const subsetRule = (setting: Setting, { host, ports, namespace }: Service): Json => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: metadata(
    "subsets",
    setting.random.chance(0.7) ? namespace : setting.namespaces[0],
    created(setting.random),
  ),
  spec: {
    host,
    ...setting.random.maybe(0.4, "trafficPolicy", () =>
      trafficPolicy(
        setting.random,
        ports.map(({ port }) => port),
      ),
    ),
    subsets: ["v1", "v2"].map((name) =>
      subset(
        setting.random,
        ports.map(({ port }) => port),
        name,
      ),
    ),
  },
});

export const destinationRules = (
  setting: Setting,
  services: readonly Service[],
  entries: readonly Entry[],
  pods: readonly Pod[],
): readonly Json[] => {
  const made = setting.random.list(0, 4, (at) => destinationRule(setting, services, entries, pods, at));
  // The same host twice, so that rules merge.
  const [first] = made;
  if (first === undefined || !setting.random.chance(0.35)) return made;
  const twin = destinationRule(setting, services, entries, pods, made.length);
  const [{ metadata: meta, spec }, { metadata: twinMeta, spec: twinSpec }] = [first, twin] as readonly [Json, Json];
  return [
    ...made,
    {
      ...twin,
      metadata: { ...(twinMeta as Json), namespace: (meta as Json)["namespace"] },
      spec: { ...(twinSpec as Json), host: (spec as Json)["host"] },
    },
  ];
};
