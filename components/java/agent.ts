import { type Input } from "@pulumi/pulumi";

import { atLeast } from "../versions";
import { podFields, restrictedContainer } from "../workload/pods";

/**
 * The OpenTelemetry Java agent in a pod: an init container brings the jar, environment variables say everything that differs between
 * agent versions. https://opentelemetry.io/docs/zero-code/java/agent/configuration/
 */

export interface AgentSettings {
  readonly service: string;
  readonly namespace: string;
  readonly container: string;
  readonly version: string;
  readonly protocol: "grpc" | "http/protobuf";
  readonly endpoint: Input<string>;
  readonly sampleRatio: number;
  readonly environment: string | undefined;
  readonly javaOptions: string;
  /** Whether the collector takes metrics; traces are what it is for. */
  readonly sendsMetrics: boolean;
}

const MOUNT = "/otel";
const JAR = `${MOUNT}/javaagent.jar`;

/** CVE-2026-33701: the RMI instrumentation deserialises what anybody sends; fixed in this version. */
const RMI_FIXED = "2.26.1";

export const agentVolume = { name: "otel-agent", emptyDir: { sizeLimit: "64Mi" } };
export const agentMount = { name: agentVolume.name, mountPath: MOUNT, readOnly: true };

/** The operator's image: a jar, and a shell to copy it with. */
export const agentInitContainer = (image: Input<string>) => ({
  name: "otel-agent",
  image,
  command: ["cp", "/javaagent.jar", JAR],
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  securityContext: restrictedContainer,
  volumeMounts: [{ ...agentMount, readOnly: false }],
});

/** Which pod it is: in the mesh the collector sees no client address, so the client has to say. */
const RESOURCE_FIELDS = {
  POD_NAME: "metadata.name",
  POD_UID: "metadata.uid",
  POD_IP: "status.podIP",
  NODE_NAME: "spec.nodeName",
};

const resourceAttributes = ({ namespace, container, environment }: AgentSettings): string =>
  Object.entries({
    ...(environment === undefined ? {} : { "deployment.environment.name": environment }),
    "service.namespace": namespace,
    "k8s.namespace.name": namespace,
    "k8s.pod.name": "$(POD_NAME)",
    "k8s.pod.uid": "$(POD_UID)",
    "k8s.pod.ip": "$(POD_IP)",
    "k8s.node.name": "$(NODE_NAME)",
    "k8s.container.name": container,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const variables = (settings: AgentSettings): Record<string, Input<string>> => ({
  JAVA_TOOL_OPTIONS: `-javaagent:${JAR} ${settings.javaOptions}`,
  OTEL_SERVICE_NAME: settings.service,
  OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(settings),
  // Always said: the default changed from grpc to http/protobuf with agent 2.0.
  OTEL_EXPORTER_OTLP_PROTOCOL: settings.protocol,
  OTEL_EXPORTER_OTLP_ENDPOINT: settings.endpoint,
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: settings.sendsMetrics ? "otlp" : "none",
  OTEL_LOGS_EXPORTER: "none",
  OTEL_PROPAGATORS: "tracecontext,baggage",
  OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
  OTEL_TRACES_SAMPLER_ARG: String(settings.sampleRatio),
  ...(atLeast(settings.version, RMI_FIXED) ? {} : { OTEL_INSTRUMENTATION_RMI_ENABLED: "false" }),
});

const OWN = /^(JAVA_TOOL_OPTIONS|OTEL_SERVICE_NAME|OTEL_RESOURCE_ATTRIBUTES|OTEL_EXPORTER_OTLP_(ENDPOINT|PROTOCOL))$/;
const OWN_SWITCHES = /^OTEL_(TRACES|METRICS|LOGS)_EXPORTER$|^OTEL_TRACES_SAMPLER(_ARG)?$|^OTEL_PROPAGATORS$/;

/** Variables that the component sets and a user may not, because other arguments decide them. */
export const isOwnVariable = (name: string): boolean =>
  OWN.test(name) || OWN_SWITCHES.test(name) || name in RESOURCE_FIELDS || name === "OTEL_INSTRUMENTATION_RMI_ENABLED";

/** The downward API comes first: Kubernetes expands `$(…)` only from variables above. */
export const agentEnvironment = (settings: AgentSettings) => [
  ...podFields(RESOURCE_FIELDS),
  ...Object.entries(variables(settings)).map(([name, value]) => ({ name, value })),
];
