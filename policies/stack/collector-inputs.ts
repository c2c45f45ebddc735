import { EXCEPTION_PREFIX, exceptionAnnotations, type ExceptionContract } from "../mtls/exception";
import { isUnknown, UNKNOWN } from "../mtls/known";
import { isMap, type KubernetesObject } from "./kubernetes";
import { readProperty } from "./plain";

/** Type token of this project's collector component; its inputs are plain values on purpose, so that a policy can judge them. */
export const isCollectorComponent = (type: string): boolean => /^meshtls:\w+:OtelCollector$/.test(type);

const isSettled = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.every(isSettled);
  return isMap(value) ? Object.values(value).every(isSettled) : !isUnknown(value);
};

/** The annotations that the exception's record will carry; a field of it that is not known yet stays unknown. */
function annotationsOf(contract: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries({ selector: {}, clients: [], ports: [], ...contract });
  const settled = Object.fromEntries(fields.map(([key, value]) => [key, isSettled(value) ? value : EMPTY[key]]));
  const unknown = fields.filter(([, value]) => !isSettled(value)).map(([key]) => (key === "name" ? "exception" : key));
  let annotations: Record<string, unknown>;
  try {
    annotations = exceptionAnnotations(settled as unknown as ExceptionContract);
  } catch {
    // Not the shape of a contract: a record without a mode, which its reader refuses.
    annotations = { [`${EXCEPTION_PREFIX}exception`]: "" };
  }
  for (const key of unknown) annotations[EXCEPTION_PREFIX + key] = UNKNOWN;
  return annotations;
}

const EMPTY: Readonly<Record<string, unknown>> = { selector: {}, clients: [], ports: [] };

const DEFAULT_PORTS = { grpc: 4317, http: 4318 };

/** The exception that the collector was given, when it is not known or not readable; a plain one is judged on its own record. */
function exceptionObjects(exception: unknown, name: string, namespace: unknown): KubernetesObject[] {
  const unreadable = isUnknown(exception) ? { mode: UNKNOWN, ports: UNKNOWN } : { mode: "" };
  const contract: Record<string, unknown> = isMap(exception) ? exception : unreadable;
  const annotations = annotationsOf({ name, ...contract });
  if (isSettled(annotations) && typeof contract.mode === "string" && contract.mode !== "") return [];
  return [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: contract.name ?? name, namespace, annotations } }];
}

/**
 * What a collector's own inputs say, as objects for the rules to judge. Without an exception: the collector as the component makes
 * it then, in the mesh and with both OTLP ports.
 */
export function collectorObjects(properties: unknown, name: string): KubernetesObject[] {
  const namespace = readProperty(properties, "namespace") ?? "default";
  const exception = readProperty(properties, "mtlsException");
  if (exception !== undefined && exception !== null) return exceptionObjects(exception, name, namespace);
  const given = readProperty(properties, "ports");
  const { grpc, http } = { ...DEFAULT_PORTS, ...(isMap(given) ? given : {}) };
  const ports = [
    { name: "grpc-otlp", port: grpc, appProtocol: "grpc" },
    { name: "http-otlp", port: http, appProtocol: "http" },
  ];
  const labels = { "app.kubernetes.io/name": "opentelemetry-collector", "app.kubernetes.io/instance": name };
  const metadata = { name, namespace };
  const container = {
    name: "otel-collector",
    image: "opentelemetry-collector",
    ports: ports.map(({ name: portName, port }) => ({ name: portName, containerPort: port })),
  };
  const template = {
    metadata: { labels: { ...labels, "sidecar.istio.io/inject": "true" } },
    spec: { containers: [container] },
  };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector: { matchLabels: labels }, template } },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports } },
  ];
}
