import type { Mesh } from "../mesh";
import { collectorFlows } from "./collector-flows";
import { join, tidy, type DiscoveredFlow, type Discovery } from "./discovered";
import { gatewayFlows } from "./gateways";
import { perMesh } from "./lookup";
import { meshTelemetryFlows } from "./mesh-telemetry";
import { otlpFlows } from "./otlp-environment";
import { prometheusFlows } from "./prometheus";

/**
 * Which flows the manifests themselves reveal. One file per way in; each takes what it recognises, leaves what it cannot tell as
 * `undiscovered` with a reason, and never makes a flow of an unknown.
 */

export { collectorOf, type Collector } from "./collector";
export { isCollector } from "./collector-identity";
export { isOtlpReceiver, otlpPorts, serverSpeaks, type OtlpPort } from "./collector-ports";
export type { DiscoveredFlow, Discovery, Origin, Undiscovered } from "./discovered";
export { otlpEndpoints } from "./otlp-environment";
export type { OtlpEndpoint, OtlpProtocol, Signal } from "./otlp-endpoint";
export { parsePodHost, podHost } from "./pod-host";

/** Every way in. */
const WAYS: readonly ((mesh: Mesh) => Discovery)[] = [
  otlpFlows,
  collectorFlows,
  meshTelemetryFlows,
  prometheusFlows,
  gatewayFlows,
];

/**
 * Flows, each once with its first origin, and the clients of which it cannot be told where they connect to; both in an order that does
 * not depend on the objects' order. Time linear in objects plus flows; worked out once per mesh.
 */
export const discover = perMesh((mesh): Discovery => tidy(join(WAYS.map((way) => way(mesh)))));

/** The flows alone. */
export const discoverFlows = (mesh: Mesh): readonly DiscoveredFlow[] => discover(mesh).flows;
