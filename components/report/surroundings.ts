import { type Manifest } from "../../policies/mtls/objects";

/**
 * What traffic passes through and the program does not create: described as far as the engine needs it, so that its verdicts cover
 * them. Whoever reads a verdict is told (`described`).
 */

export interface Surroundings {
  /** Scrapes annotated pods; taken to have no sidecar. */
  readonly prometheus: { readonly namespace: string; readonly name: string };
  /** The pods behind the Gateway object, as Istio's gateway chart installs them. */
  readonly gateway?: {
    readonly namespace: string;
    readonly selector: Readonly<Record<string, string>>;
  };
}

/** Name of the described gateway's workload and Service. */
export const GATEWAY = "ingress-gateway";
export const HTTPS_PORT = 443;

const workload = (
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  container: { readonly name: string; readonly image: string },
): Manifest => ({
  object: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations }, spec: { containers: [container] } },
    },
  },
});

const namespaceObject = (name: string): Manifest => ({
  object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
});

export function describedObjects({ prometheus, gateway }: Surroundings, existing: readonly string[]): Manifest[] {
  const scraper = workload(
    prometheus.name,
    prometheus.namespace,
    { "app.kubernetes.io/name": prometheus.name, "sidecar.istio.io/inject": "false" },
    {},
    { name: "prometheus", image: "prom/prometheus" },
  );
  const way =
    gateway === undefined
      ? []
      : [
          workload(
            GATEWAY,
            gateway.namespace,
            { ...gateway.selector, "sidecar.istio.io/inject": "true" },
            { "inject.istio.io/templates": "gateway" },
            { name: "istio-proxy", image: "auto" },
          ),
          {
            object: {
              apiVersion: "v1",
              kind: "Service",
              metadata: { name: GATEWAY, namespace: gateway.namespace },
              spec: {
                type: "LoadBalancer",
                selector: gateway.selector,
                ports: [{ name: "https", port: HTTPS_PORT, targetPort: HTTPS_PORT }],
              },
            },
          },
        ];
  const namespaces = [prometheus.namespace, ...(gateway === undefined ? [] : [gateway.namespace])];
  return [scraper, ...way, ...namespaces.filter((name) => !existing.includes(name)).map(namespaceObject)];
}

/** What was described instead of seen. */
export const described = ({ prometheus, gateway }: Surroundings): string[] => [
  `Prometheus is ${prometheus.namespace}/${prometheus.name}, without a sidecar; this program does not create it`,
  ...(gateway === undefined
    ? []
    : [
        `the gateway's pods are in ${gateway.namespace}, as Istio's chart makes them; this program does not create them`,
      ]),
];
