import { groupBy, serviceByHost } from "../mtls/discovery/lookup";
import { providerHost, telemetryProviders, type TelemetryProvider } from "../mtls/discovery/telemetry-providers";
import { providersOf } from "../mtls/discovery/telemetry-resources";
import { isUnknown } from "../mtls/known";
import type { Mesh } from "../mtls/mesh";
import { describeRef } from "../mtls/objects";
import { portProtocol } from "../mtls/server/port-protocol";
import type { Finding, Rule } from "./rule";
import { CLIENT, documents, EXCEPTED_COLLECTOR } from "./support/background";
import { findingOn, objectNamed } from "./support/objects";

/** What istiod or the proxy makes of a provider that is almost right. */
function flaw(mesh: Mesh, provider: TelemetryProvider): string | undefined {
  const host = providerHost(provider);
  const { port, protocol } = provider;
  if (isUnknown(host) || port === undefined || isUnknown(port)) return undefined;
  const service = serviceByHost(mesh, host, mesh.config.rootNamespace);
  if (service === undefined) return undefined;
  const { clusterDomain } = mesh.config;
  if (!host.endsWith(`.svc.${clusterDomain}`))
    return `says "${host}", which istiod looks up as it is and does not find; ${service.ref.name}.${service.ref.namespace}.svc.${clusterDomain} is the name`;
  const ports = isUnknown(service.ports) ? undefined : service.ports;
  const found = ports?.find((candidate) => candidate.port === port);
  if (ports !== undefined && found === undefined)
    return `says port ${port}, which ${describeRef(service.ref)} does not have`;
  if (found === undefined || protocol !== "grpc" || portProtocol(found) === "HTTP") return undefined;
  return `exports gRPC to port ${port} of ${describeRef(service.ref)}, which is not declared grpc: the proxy would speak HTTP/1.1`;
}

function judge(mesh: Mesh, provider: TelemetryProvider): Finding[] {
  const says = flaw(mesh, provider);
  const on = objectNamed(mesh, provider.origin.object);
  if (says === undefined || on === undefined) return [];
  return [
    findingOn(
      mesh,
      on.ref,
      provider.origin.path,
      `${describeRef(on.ref)}: extension provider "${provider.name}" ${says}.`,
    ),
  ];
}

/** Telemetry that chooses a provider which the mesh does not have: it is silently not exported. */
function strayChoices(mesh: Mesh): Finding[] {
  if (mesh.config.ref === undefined) return [];
  const { byName, silent } = telemetryProviders(mesh);
  const stray = mesh.workloads
    .flatMap((workload) => providersOf(mesh, workload))
    .filter(({ name }) => !byName.has(name) && !silent.has(name));
  const places = groupBy(stray, ({ origin }) => `${origin.object}\n${origin.path}`);
  return [...places.values()].flatMap(([first]) => {
    const on = first === undefined ? undefined : objectNamed(mesh, first.origin.object);
    if (first === undefined || on === undefined) return [];
    const message = `${describeRef(on.ref)} chooses the provider "${first.name}", and MeshConfig has no extension provider of that name.`;
    return [findingOn(mesh, on.ref, first.origin.path, message)];
  });
}

const TELEMETRY = `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: default, namespace: istio-system }
spec: { tracing: [{ providers: [{ name: tempo }] }] }
`;

const meshConfig = (service: string, port: number): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    extensionProviders:
      - name: otel
        opentelemetry: { service: ${service}, port: ${port} }
    defaultProviders: { tracing: [otel] }
`;

const HOST = "otel-collector.monitoring.svc.cluster.local";

export const proxyExporterMisconfigured: Rule = {
  id: "MTLS212",
  name: "proxy-exporter-misconfigured",
  severity: "warning",
  layer: "stack",
  why: "The proxies themselves export spans and access logs: a provider that they cannot reach loses them without a word in any application's log.",
  fix: "Name the collector's Service in full, a port that it has, and declare that port grpc.",
  good: [{ title: "in full, to the gRPC port", given: EXCEPTED_COLLECTOR, yaml: meshConfig(HOST, 4317) }],
  bad: [
    { title: "a short name", given: EXCEPTED_COLLECTOR, yaml: meshConfig("otel-collector.monitoring", 4317) },
    { title: "a port that the Service does not have", given: EXCEPTED_COLLECTOR, yaml: meshConfig(HOST, 55680) },
    {
      title: "a provider that nobody has defined",
      given: documents(EXCEPTED_COLLECTOR, CLIENT, meshConfig(HOST, 4317)),
      yaml: TELEMETRY,
    },
    {
      title: "a port that is not declared grpc",
      given: EXCEPTED_COLLECTOR.replace("name: grpc-otlp, port: 4317, appProtocol: grpc", "name: otlp, port: 4317"),
      yaml: documents(meshConfig(HOST, 4317)),
    },
  ],
  check: ({ assessment: { mesh } }) => [
    ...[...telemetryProviders(mesh).byName.values()].flatMap((provider) => judge(mesh, provider)),
    ...strayChoices(mesh),
  ],
};
