import { collectorFlows } from "../../../policies/mtls/discovery/collector-flows";
import { configMap, deployment, meshOf, showFlow, showUnknown } from "./mesh-of";

export const IMAGE = "image: otel/opentelemetry-collector-contrib:0.156.0";
const MOUNT = "volumeMounts: [{ name: config, mountPath: /conf }]";
const CHART_VOLUME =
  "volumes: [{ name: config, configMap: { name: collector, items: [{ key: relay, path: relay.yaml }] } }]";

/** A collector as its Helm chart writes it, with this configuration. */
export const collector = (config: string, more = ""): string =>
  `${deployment(`${IMAGE}\nargs: ["--config=/conf/relay.yaml"]\n${MOUNT}\n${more}`, { pod: CHART_VOLUME })}\n${configMap("collector", "relay", config)}`;

/** Configuration with these exporters, all used. */
export const exporting = (exporters: string): string => {
  const names = [...exporters.matchAll(/^(\S+):/gm)].map(([, name]) => name);
  return `receivers: { otlp: { protocols: { grpc: {} } } }
exporters:
${exporters.replace(/^/gm, "  ")}
service: { pipelines: { traces: { receivers: [otlp], exporters: [${names.join(", ")}] } } }`;
};

/** Configuration with these receivers, all used. */
export const receiving = (receivers: string): string => {
  const names = [...receivers.matchAll(/^(\S+):/gm)].map(([, name]) => name);
  return `receivers:
${receivers.replace(/^/gm, "  ")}
exporters: { debug: {} }
service: { pipelines: { traces: { receivers: [${names.join(", ")}], exporters: [debug] } } }`;
};

/** What its configuration calls, and what it may call that nobody can tell. */
export const found = (yaml: string) => {
  const { flows, undiscovered } = collectorFlows(meshOf(yaml));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};
