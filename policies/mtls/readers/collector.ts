import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Labels, Meta, Service, ServicePort, Workload } from "../mesh";
import { parseYaml } from "../yaml";
import { settled, type Field } from "./fields";
import { readContainers } from "./pod";
import { readServicePort } from "./service";

/**
 * opentelemetry.io OpenTelemetryCollector: what the operator makes of it. Names and labels: opentelemetry-operator
 * `internal/naming/main.go`, `internal/manifests/manifestutils/labels.go`; ports: `internal/components/receivers/`.
 */

const MODES = ["deployment", "daemonset", "statefulset", "sidecar"] as const;
const KIND = { deployment: "Deployment", daemonset: "DaemonSet", statefulset: "StatefulSet" } as const;
const MONITORING_PORT = 8888;

/** Ports of receivers whose address is not written out, and what the operator calls them. */
const RECEIVER_PORTS: Readonly<Record<string, readonly { suffix: string; key: string; port: number; app?: string }[]>> =
  {
    otlp: [
      { suffix: "grpc", key: "grpc", port: 4317, app: "grpc" },
      { suffix: "http", key: "http", port: 4318, app: "http" },
    ],
    jaeger: [
      { suffix: "grpc", key: "grpc", port: 14250, app: "grpc" },
      { suffix: "thrift-http", key: "thrift_http", port: 14268, app: "http" },
    ],
  };
const SINGLE_PORT: Readonly<Record<string, { port: number; app?: string }>> = {
  zipkin: { port: 9411, app: "http" },
  opencensus: { port: 55678 },
};

export interface OperatedCollector {
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
}

/** The collector's configuration: a map (v1beta1) or YAML in a string (v1alpha1). */
const configOf = (spec: Field): Known<unknown> => {
  const config = spec.at("config");
  if (typeof config.value !== "string") return config.value;
  const parsed = parseYaml(config.value);
  if ("value" in parsed) return parsed.value;
  config.problem(`${config.path} is no YAML: ${parsed.error}`);
  return UNKNOWN;
};

const mapAt = (value: unknown, key: string): unknown =>
  isUnknown(value)
    ? UNKNOWN
    : typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;

const portOfEndpoint = (settings: unknown, fallback: number): Known<number> => {
  const endpoint = mapAt(settings, "endpoint");
  if (isUnknown(endpoint)) return UNKNOWN;
  const port = typeof endpoint === "string" ? Number(/:(\d+)$/.exec(endpoint)?.[1]) : Number.NaN;
  return Number.isInteger(port) ? port : fallback;
};

const servicePort = (name: string, port: Known<number>, app: string | undefined): ServicePort => ({
  name: name.replace(/[^a-z0-9-]+/g, "-"),
  port,
  targetPort: port,
  nodePort: undefined,
  appProtocol: app,
  protocol: "TCP",
});

const receiverPorts = (config: Known<unknown>): Known<readonly ServicePort[]> => {
  const receivers = mapAt(config, "receivers");
  if (isUnknown(receivers)) return UNKNOWN;
  if (typeof receivers !== "object" || receivers === null) return [];
  return Object.entries(receivers as Record<string, unknown>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, settings]) => {
      const type = id.split("/")[0] ?? id;
      const single = SINGLE_PORT[type];
      if (single !== undefined) return [servicePort(id, portOfEndpoint(settings, single.port), single.app)];
      return (RECEIVER_PORTS[type] ?? []).flatMap(({ suffix, key, port, app }) => {
        const protocol = mapAt(mapAt(settings, "protocols"), key);
        return protocol === undefined ? [] : [servicePort(`${id}-${suffix}`, portOfEndpoint(protocol, port), app)];
      });
    });
};

const withNamed = (
  derived: Known<readonly ServicePort[]>,
  own: Known<readonly ServicePort[]>,
): Known<readonly ServicePort[]> => {
  if (isUnknown(derived) || isUnknown(own)) return UNKNOWN;
  const taken = new Set(own.map((port) => port.port));
  return [...own, ...derived.filter((port) => !taken.has(port.port))];
};

export function readCollector(root: Field, meta: Meta): OperatedCollector {
  const spec = root.at("spec");
  const mode = spec.at("mode").choice(MODES) ?? "deployment";
  if (mode === "sidecar") return { workloads: [], services: [] };
  const { namespace } = meta.ref;
  const name = `${meta.ref.name}-collector`;
  const selector: Labels = {
    "app.kubernetes.io/component": "opentelemetry-collector",
    "app.kubernetes.io/instance": `${namespace}.${meta.ref.name}`,
    "app.kubernetes.io/managed-by": "opentelemetry-operator",
    "app.kubernetes.io/part-of": "opentelemetry",
  };
  const ports = withNamed(receiverPorts(configOf(spec)), spec.at("ports").listOf(readServicePort) ?? []);
  const podLabels: Known<Labels> = isUnknown(meta.labels)
    ? UNKNOWN
    : { ...meta.labels, ...selector, "app.kubernetes.io/name": name };
  const workload: Workload = {
    ...meta,
    ref: { kind: isUnknown(mode) ? "Deployment" : KIND[mode], namespace, name },
    podLabels,
    podAnnotations: spec.at("podAnnotations").texts() ?? {},
    serviceAccount: spec.at("serviceAccount").text() ?? name,
    hostNetwork: spec.at("hostNetwork").flag() ?? false,
    containers: readOperatorContainers(spec, ports),
    volumes: [],
    pods: [],
    podIps: [],
    live: false,
    entry: undefined,
    podPath: "spec",
    replicas: spec.at("replicas").integer(0, Number.MAX_SAFE_INTEGER),
    raw: root.value,
  };
  const service = (suffix: string, headless: boolean, servicePorts: Known<readonly ServicePort[]>): Service => ({
    ...meta,
    ref: { kind: "Service", namespace, name: `${name}${suffix}` },
    type: "ClusterIP",
    headless,
    clusterIps: [],
    externalName: undefined,
    selector,
    ports: servicePorts,
    exportTo: undefined,
  });
  const monitoring = servicePort("monitoring", MONITORING_PORT, "http");
  return {
    workloads: [workload],
    services: [
      service("", false, ports),
      service("-headless", true, ports),
      service("-monitoring", false, [monitoring]),
    ],
  };
}

/** The operator runs one container, `otc-container`, beside those that the resource adds. */
const readOperatorContainers = (spec: Field, ports: Known<readonly ServicePort[]>): Workload["containers"] => {
  const added = readContainers(spec);
  if (isUnknown(added)) return UNKNOWN;
  return [
    {
      name: "otc-container",
      image: spec.at("image").text(),
      init: false,
      restartPolicy: undefined,
      ports: isUnknown(ports)
        ? UNKNOWN
        : ports.map(({ name, port, protocol }) => ({ name, number: port, protocol, hostPort: undefined })),
      env: [],
      envFrom: [],
      command: [],
      args: [],
      runAsUser: undefined,
      volumeMounts: [],
      path: spec.path,
      raw: settled(undefined),
    },
    ...added,
  ];
};
