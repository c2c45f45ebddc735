import type { Json } from "../case";
import { containerPort, type Pod, type PodPort } from "./pods";
import type { Random } from "./random";
import { APPS, metadata, OTHER_PORTS, type Setting } from "./setting";

/** Deployments that have yet to meet the webhooks and the CNI agent, the namespaces they are in, and the control planes that are there. */

const RANGED: readonly Json[] = [
  { global: { proxy: { excludeOutboundPorts: "4318", includeIPRanges: "10.96.0.0/16" } } },
];

/** What the istiod chart was installed with, one map of values per control plane. */
const INSTALLATIONS: readonly (readonly Json[])[] = [
  [{}],
  [{}],
  [{ revision: "canary" }],
  [{}, { revision: "canary" }],
  [{ revision: "canary", revisionTags: ["prod"] }],
  [{ sidecarInjectorWebhook: { enableNamespacesByDefault: true } }],
  [{ global: { proxy: { autoInject: "disabled" } } }],
  [{ sidecarInjectorWebhook: { neverInjectSelector: [{ matchLabels: { app: "otel" } }] } }],
  [
    {
      global: { proxy: { autoInject: "disabled" } },
      sidecarInjectorWebhook: {
        alwaysInjectSelector: [{ matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] }],
      },
    },
  ],
  [{ global: { proxy: { excludeInboundPorts: "4317" } } }],
  RANGED,
];

/**
 * @param dialsPods some Service is headless. Then no range of addresses is captured: templates do not say which addresses their pods will
 * have, so nobody could tell what is captured.
 */
export function installations({ random }: Setting, dialsPods: boolean): readonly Json[] {
  const picked = random.pick(INSTALLATIONS);
  return dialsPods && picked === RANGED ? [{ global: { proxy: { excludeOutboundPorts: "4318" } } }] : picked;
}

const revision = (random: Random): string =>
  random.weighted([
    [3, "canary"],
    [2, "prod"],
    [1, "default"],
    [1, "gone"],
  ]);

/** Every namespace, with what enrolls its pods. */
export const namespaces = ({ random, namespaces: names, root }: Setting, isAmbient: boolean): readonly Json[] =>
  [...new Set([...names, root])].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        ...random.maybe(isAmbient ? 0.25 : 0.5, "istio-injection", () =>
          random.weighted([
            [6, "enabled"],
            [1, "disabled"],
            [0.5, "true"],
          ]),
        ),
        ...random.maybe(0.25, "istio.io/rev", () => revision(random)),
        ...random.maybe(isAmbient ? 0.7 : 0, "istio.io/dataplane-mode", () =>
          random.weighted([
            [9, "ambient"],
            [1, "none"],
          ]),
        ),
      },
    },
  }));

const podLabels = (random: Random, isAmbient: boolean): Readonly<Record<string, string>> => ({
  ...random.maybe(0.35, "sidecar.istio.io/inject", () =>
    random.weighted([
      [4, "true"],
      [3, "false"],
      [1, "False"],
      [0.5, ""],
    ]),
  ),
  ...random.maybe(0.2, "istio.io/rev", () => revision(random)),
  ...random.maybe(0.08, "security.istio.io/tlsMode", () => random.pick(["istio", "disabled", "foo"])),
  ...random.maybe(isAmbient ? 0.2 : 0, "istio.io/dataplane-mode", () => random.pick(["ambient", "none"])),
});

const podAnnotations = (random: Random): Json => ({
  ...random.maybe(0.15, "sidecar.istio.io/inject", () => random.pick(["true", "false"])),
  ...random.maybe(0.08, "traffic.sidecar.istio.io/excludeInboundPorts", () => random.pick(["4317", "4318"])),
  ...random.maybe(0.06, "traffic.sidecar.istio.io/includeInboundPorts", () => random.pick(["", "4317"])),
  ...random.maybe(0.06, "traffic.sidecar.istio.io/excludeOutboundPorts", () => random.pick(["4317", "80"])),
  ...random.maybe(0.04, "traffic.sidecar.istio.io/includeOutboundIPRanges", () => ""),
  ...random.maybe(0.05, "sidecar.istio.io/interceptionMode", () => random.pick(["TPROXY", "NONE"])),
});

function template(setting: Setting, app: string, at: number, isAmbient: boolean): Pod {
  const {
    random,
    namespaces: [clients, servers],
  } = setting;
  const namespace = random.chance(0.85) ? (app === "otel" ? servers : clients) : random.pick([servers, clients]);
  const name = `${app}-${at}`;
  const ports: readonly PodPort[] = [
    { number: 4317, name: "otlp" },
    { number: 4318, name: random.chance(0.7) ? "otlp-http" : "other" },
    ...[8080, ...OTHER_PORTS].map((number) => ({ number })),
  ];
  const labels = {
    app,
    ...random.maybe(0.4, "version", () => random.pick(["v1", "v2"])),
    ...podLabels(random, isAmbient),
  };
  const annotations = podAnnotations(random);
  const object: Json = {
    apiVersion: "apps/v1",
    kind: random.weighted([
      [6, "Deployment"],
      [1, "StatefulSet"],
      [1, "DaemonSet"],
    ]),
    // Only what the template says counts.
    metadata: metadata(name, namespace, random.chance(0.2) ? { labels: { "sidecar.istio.io/inject": "true" } } : {}),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
        spec: {
          ...random.maybe(0.06, "hostNetwork", () => true),
          containers: [
            {
              name: "main",
              image: "app",
              ports: ports.map(containerPort),
            },
          ],
        },
      },
    },
  };
  return {
    namespace,
    name: `${name}-0`,
    ip: "",
    hostIp: "",
    labels,
    hasSidecar: false,
    isGateway: false,
    ports,
    speaks: {},
    object,
  };
}

export const templates = (setting: Setting, isAmbient: boolean): readonly Pod[] =>
  Array.from({ length: setting.random.int(2, 4) }, (_, at) =>
    template(setting, at === 0 ? "web" : at === 1 ? "otel" : setting.random.pick(APPS), at, isAmbient),
  );
