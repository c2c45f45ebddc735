import { isUnknown } from "../known";
import type { Mesh, Workload } from "../mesh";
import { collectorOf } from "./collector";
import { declaredOtlpPorts, type OtlpPort } from "./otlp-container-ports";

export type { OtlpPort } from "./otlp-container-ports";

/** The same port once, in ascending order; what is said first counts. */
const distinct = (ports: readonly OtlpPort[]): readonly OtlpPort[] =>
  [...new Map([...ports].reverse().map((port) => [port.port, port])).values()].sort((a, b) => a.port - b.port);

/**
 * Ports on which a workload takes OTLP: those of the receivers in the pipelines of a collector, else container ports that are named
 * `otlp…` or numbered 4317 or 4318. Empty for a workload that shows none.
 */
export function otlpPorts(mesh: Mesh, workload: Workload): readonly OtlpPort[] {
  const collector = collectorOf(mesh, workload);
  if (collector?.configuration === undefined) return distinct(declaredOtlpPorts(workload));
  return distinct(
    collector.receivers.flatMap(({ isOtlp, port, protocol, tls }) =>
      !isOtlp || isUnknown(port) ? [] : [{ port, protocol, tls }],
    ),
  );
}

/** Whether a workload takes OTLP, collector or not (Tempo, Alloy, an application with a receiver of its own). */
export const isOtlpReceiver = (mesh: Mesh, workload: Workload): boolean => otlpPorts(mesh, workload).length > 0;

/**
 * What the application behind a workload port speaks, as far as a collector's configuration tells; `undefined` when it does not.
 * @param port workload (target) port
 */
export function serverSpeaks(mesh: Mesh, workload: Workload, port: number): "plaintext" | "tls" | undefined {
  const collector = collectorOf(mesh, workload);
  const receiver = collector?.configuration && collector.receivers.find((candidate) => candidate.port === port);
  if (receiver === undefined || isUnknown(receiver.tls)) return undefined;
  return receiver.tls ? "tls" : "plaintext";
}
