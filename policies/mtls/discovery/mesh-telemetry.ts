import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Mesh, Workload } from "../mesh";
import { indexMesh } from "../mesh-index";
import { describeRef } from "../objects";
import { dataPlane } from "../server/injection";
import { flowFrom, NOTHING, type DiscoveredFlow, type Discovery, type Origin, type Undiscovered } from "./discovered";
import { objectsOf, serviceByHost } from "./lookup";
import { providerHost, telemetryProviders, type TelemetryProvider } from "./telemetry-providers";
import { providersOf, unknownTelemetry, type ChosenProvider } from "./telemetry-resources";

/** Where a provider is reached, or why nobody can say. */
function reached(
  mesh: Mesh,
  provider: TelemetryProvider,
): { readonly host: string; readonly port: number } | { readonly reason: string } {
  const host = providerHost(provider);
  const { port } = provider;
  if (isUnknown(host) || port === undefined || isUnknown(port)) return { reason: "its service or port is not known" };
  const service = serviceByHost(mesh, host, mesh.config.rootNamespace);
  const isShort = service !== undefined && !host.endsWith(`.svc.${mesh.config.clusterDomain}`);
  // istiod looks the service up by its full name and finds nothing by a shorter one.
  return isShort ? { reason: `"${host}" is no full host name, so Istio finds no service by it` } : { host, port };
}

/** One workload, one provider: flows are as many as the connections that proxies make. */
function reportOf(mesh: Mesh, workload: Workload, chosen: ChosenProvider): DiscoveredFlow | Undiscovered | undefined {
  const { byName, silent } = telemetryProviders(mesh);
  const provider = byName.get(chosen.name);
  if (provider === undefined)
    return silent.has(chosen.name)
      ? undefined
      : { ...chosen.origin, reason: `no extension provider of MeshConfig is called "${chosen.name}"` };
  const target = reached(mesh, provider);
  if ("reason" in target) return { ...provider.origin, ...target };
  const { protocol } = provider;
  return { flow: { from: flowFrom(workload.ref), ...target, protocol, tls: false }, origin: chosen.origin };
}

const hasProxy = (mesh: Mesh, workload: Workload): Known<boolean> => {
  const { mode } = dataPlane(indexMesh(mesh), workload);
  return isUnknown(mode) ? UNKNOWN : mode === "sidecar";
};

/** One entry for all workloads of which it is not known whether they have a proxy, by the field that would make it report. */
function unsure(
  byOrigin: ReadonlyMap<string, { readonly origin: Origin; readonly workloads: Workload[] }>,
): Undiscovered[] {
  return [...byOrigin.values()].map(({ origin, workloads }) => ({
    ...origin,
    reason: `whether these have a proxy that reports is not known: ${workloads.map(({ ref }) => describeRef(ref)).join(", ")}`,
  }));
}

/**
 * Flows of the proxies themselves: spans and access logs to the providers that Telemetry resources or `defaultProviders` choose.
 * Source: istio.io, "Telemetry API"; the proxy uses the same cluster for it as its application would.
 */
export function meshTelemetryFlows(mesh: Mesh): Discovery {
  const hasDefaults = telemetryProviders(mesh).tracing.length + telemetryProviders(mesh).accessLogging.length > 0;
  if (!hasDefaults && objectsOf(mesh, "telemetry.istio.io", "Telemetry").length === 0) return NOTHING;
  const flows: DiscoveredFlow[] = [];
  const undiscovered: Undiscovered[] = unknownTelemetry(mesh).map((origin) => ({
    ...origin,
    reason: "its providers are not known yet",
  }));
  const unclear = new Map<string, { readonly origin: Origin; readonly workloads: Workload[] }>();
  for (const workload of mesh.workloads) {
    const proxied = hasProxy(mesh, workload);
    if (proxied === false) continue;
    for (const chosen of providersOf(mesh, workload)) {
      const report = reportOf(mesh, workload, chosen);
      if (report === undefined) continue;
      if ("reason" in report) undiscovered.push(report);
      else if (proxied === true) flows.push(report);
      else {
        const key = `${report.origin.object} ${report.origin.path}`;
        const group = unclear.get(key);
        if (group === undefined) unclear.set(key, { origin: report.origin, workloads: [workload] });
        else group.workloads.push(workload);
      }
    }
  }
  return { flows, undiscovered: [...undiscovered, ...unsure(unclear)] };
}
