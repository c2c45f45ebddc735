import { collectors } from "../../mtls/discovery/collector";
import { isOtlpReceiver, otlpPorts, serverSpeaks } from "../../mtls/discovery/collector-ports";
import type { Mesh, Workload } from "../../mtls/mesh";
import { indexMesh } from "../../mtls/mesh-index";
import { serverAccepts, type ServerAccepts } from "../../mtls/server/accepts";
import type { Settings } from "../settings";

/** One OTLP port of a collector, and what may be sent to it. */
export interface CollectorPort {
  readonly collector: Workload;
  /** Workload (target) port. */
  readonly port: number;
  readonly protocol: "grpc" | "http";
  readonly server: ServerAccepts;
}

/** Every collector of the mesh: our component's, an OpenTelemetryCollector, or a workload whose image says so. */
export const collectorsOf = (mesh: Mesh): readonly Workload[] => [...collectors(mesh).keys()];

/** A collector of which nothing tells where it listens is taken to listen on the configured ports: unknown is never a pass. */
function portsOf(mesh: Mesh, collector: Workload, { otlpPorts: configured }: Settings) {
  const ports = otlpPorts(mesh, collector);
  if (ports.length > 0 || collectors(mesh).get(collector)?.configuration !== undefined) return ports;
  return configured.map((port) => ({ port, protocol: port === 4318 ? ("http" as const) : ("grpc" as const) }));
}

/** Every OTLP port of every collector, in their order. */
export const collectorPorts = (mesh: Mesh, settings: Settings): readonly CollectorPort[] =>
  collectorsOf(mesh).flatMap((collector) =>
    portsOf(mesh, collector, settings).map(({ port, protocol }) => ({
      collector,
      port,
      protocol,
      server: serverAccepts(indexMesh(mesh), collector, port, {
        serverSpeaks: serverSpeaks(mesh, collector, port) ?? "plaintext",
        protocol,
      }),
    })),
  );

/** Whether a workload takes OTLP: a collector, or another receiver (Tempo, Alloy). */
export const takesOtlp = (mesh: Mesh, workload: Workload): boolean =>
  collectors(mesh).has(workload) || isOtlpReceiver(mesh, workload);
