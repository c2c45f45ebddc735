import {
  today,
  type AllowedNamespace,
  type Environment,
  type IngressRoute,
  type OtelMtlsException,
  type OtelMtlsExceptionArgs,
} from "../components/index";
import { type StagingConfig } from "./config";

/** How the parts of the environment know each other. */

/** Where Istio serves merged metrics, and the proxy's own. */
const METRICS_PORTS = [15020, 15090];

/** Who calls into a namespace from another one, and on which ports. The exception's clients are its own policy's concern. */
export function callersOf(namespace: string, config: StagingConfig): AllowedNamespace[] {
  const { mesh, collector, services, exceptions } = config;
  const hasServices = services.some((service) => service.namespace === namespace);
  const isServed = routesOf(config).some((route) => route.namespace === namespace);
  const otherClients =
    namespace === collector.namespace && exceptions.every(({ mode }) => mode === "keep-strict")
      ? [...new Set(services.map((service) => service.namespace))].filter((client) => client !== namespace)
      : [];
  return [
    ...(isServed && mesh.ingress !== undefined ? [{ namespace: mesh.ingress.namespace }] : []),
    ...(hasServices && mesh.prometheus.namespace !== namespace
      ? [{ namespace: mesh.prometheus.namespace, ports: METRICS_PORTS }]
      : []),
    ...otherClients.map((client) => ({ namespace: client, ports: [collector.ports.grpc, collector.ports.http] })),
  ];
}

/** Name and arguments of an exception: it is for the environment's one collector. */
export function exceptionArgs(
  { name, ports, ...governed }: StagingConfig["exceptions"][number],
  { mesh, collector }: StagingConfig,
): [string, OtelMtlsExceptionArgs] {
  const otlpPorts = [collector.ports.grpc, collector.ports.http];
  const { rootNamespace, trustDomain, clusterDomain, networkPolicyEnforced } = mesh;
  return [
    name ?? collector.name,
    {
      ...governed,
      rootNamespace,
      trustDomain,
      clusterDomain,
      ...(networkPolicyEnforced === undefined ? {} : { networkPolicyEnforced }),
      collector: { namespace: collector.namespace, name: collector.name, otlpPorts, ports: ports ?? otlpPorts },
    },
  ];
}

/** Longest prefix first, so that none hides another. */
export const routesOf = ({ mesh, services }: StagingConfig): IngressRoute[] =>
  Object.entries(mesh.ingress?.routes ?? {})
    .flatMap(([prefix, name]) =>
      services
        .filter((service) => service.name === name)
        .map(({ namespace, port }) => ({ prefix, namespace, service: name, port })),
    )
    .sort((a, b) => b.prefix.length - a.prefix.length || (a.prefix < b.prefix ? -1 : 1));

/** What the report has to know besides the manifests. */
export function environmentOf(config: StagingConfig, exception: OtelMtlsException | undefined): Environment {
  const { cluster, mesh, collector, services } = config;
  const { rootNamespace, enableAutoMtls, clusterDomain, istioVersion, prometheus, ingress } = mesh;
  return {
    now: today(),
    facts: {
      rootNamespace,
      enableAutoMtls,
      clusterDomain,
      ...(istioVersion === undefined ? {} : { istioVersion }),
      ...(cluster.kubernetesVersion === undefined ? {} : { kubernetesVersion: cluster.kubernetesVersion }),
    },
    services,
    collector: {
      namespace: collector.namespace,
      name: collector.name,
      ports: collector.ports,
      senders: exception?.contract.clients ?? services,
      ...(collector.internalLoadBalancer ? { outsideService: `${collector.name}-internal` } : {}),
    },
    surroundings: { prometheus, ...(ingress === undefined ? {} : { gateway: ingress }) },
  };
}
