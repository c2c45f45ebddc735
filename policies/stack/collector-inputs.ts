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

/**
 * What a collector's own inputs say, as objects: the record of its exception when it has one; when it has none, the collector as
 * the component makes it without (in the mesh, with both OTLP ports), for the rules to judge.
 */
export function collectorObjects(properties: unknown, defaultName: string): KubernetesObject[] {
  const namespace = readProperty(properties, "namespace") ?? "default";
  const name = readProperty(properties, "name") ?? defaultName;
  const exception = readProperty(properties, "mtlsException");
  if (exception !== undefined && exception !== null) {
    const contract = isMap(exception) ? exception : { mode: isUnknown(exception) ? UNKNOWN : "" };
    const metadata = { name: contract.name ?? name, namespace, annotations: annotationsOf({ name, ...contract }) };
    return [{ apiVersion: "v1", kind: "ConfigMap", metadata }];
  }
  const labels = { "app.kubernetes.io/name": name, "sidecar.istio.io/inject": "true" };
  const ports = [
    { name: "grpc-otlp", port: 4317, appProtocol: "grpc" },
    { name: "http-otlp", port: 4318, appProtocol: "http" },
  ];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "otel-collector",
                image: "otel/opentelemetry-collector-contrib",
                ports: ports.map((port) => ({ name: port.name, containerPort: port.port })),
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: { selector: { "app.kubernetes.io/name": name }, ports },
    },
  ];
}
