import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Container, Labels, Meta, Service, ServicePort, Workload } from "../mesh";
import { parseYaml } from "../yaml";
import { containerFrom, readContainers, readVolumes } from "./container";
import type { Field } from "./fields";
import { configuredPorts, metricsPort, monitoringPort, withOwnPorts } from "./operator-ports";
import { readExportTo, readServicePort } from "./service";

/**
 * opentelemetry.io OpenTelemetryCollector: the workload and the Services that the operator makes of it. Sources in
 * opentelemetry-operator: internal/manifests/collector/{deployment,container,service}.go, internal/manifests/manifestutils/
 * {labels,annotations}.go, internal/naming/main.go.
 */

const MODES = ["deployment", "daemonset", "statefulset", "sidecar"] as const;
const KIND = { deployment: "Deployment", daemonset: "DaemonSet", statefulset: "StatefulSet" } as const;
const CONTAINER = "otc-container";
const LONGEST_LABEL = 63;

/** What the operator makes. */
interface Operated {
  readonly workloads: Workload[];
  readonly services: Service[];
}

/** The collector's configuration: a map since v1beta1, YAML in a string before. */
const configOf = (spec: Field): Field => {
  const config = spec.at("config");
  if (typeof config.value !== "string") return config;
  const parsed = parseYaml(config.value);
  if ("value" in parsed) return config.holding(parsed.value);
  config.problem(`${config.path} is no YAML: ${parsed.error}`);
  return config.holding(UNKNOWN);
};

/** Labels of the resource are handed down to its pods, and then those by which its Services select them. */
const podLabels = (labels: Known<Labels>, name: string, selector: Labels): Known<Labels> =>
  isUnknown(labels) ? UNKNOWN : { "app.kubernetes.io/name": name, ...labels, ...selector };

const podAnnotations = (annotations: Known<Labels>, own: Known<Labels>): Known<Labels> =>
  isUnknown(annotations) || isUnknown(own) ? UNKNOWN : { ...annotations, ...own };

/** `spec.args` is a map of flags. */
const flagsOf = (spec: Field): Container["args"] => {
  const flags = spec.texts("args") ?? {};
  if (isUnknown(flags)) return UNKNOWN;
  const known = Object.entries(flags).flatMap(([flag, value]) => (isUnknown(value) ? [] : [`--${flag}=${value}`]));
  return known.length === Object.keys(flags).length ? known : UNKNOWN;
};

const containersOf = (spec: Field, ports: Known<readonly ServicePort[]>): Workload["containers"] => {
  const others = readContainers(spec, "additionalContainers");
  if (isUnknown(others)) return UNKNOWN;
  const collector = containerFrom(spec, undefined, {
    name: CONTAINER,
    init: false,
    restartPolicy: undefined,
    args: flagsOf(spec),
    ports: mapKnown(ports, (known) =>
      known.map(({ name, targetPort, protocol }) => ({
        name,
        number: typeof targetPort === "string" ? UNKNOWN : targetPort,
        protocol,
        hostPort: undefined,
      })),
    ),
  });
  return [collector, ...others];
};

export function readCollector({ workloads, services }: Operated, root: Field, meta: Meta): void {
  const spec = root.at("spec");
  const mode = spec.choice("mode", MODES) ?? "deployment";
  if (mode === "sidecar") return;

  const { namespace } = meta.ref;
  const name = `${meta.ref.name}-collector`;
  const selector: Labels = {
    "app.kubernetes.io/component": "opentelemetry-collector",
    "app.kubernetes.io/instance": `${namespace}.${meta.ref.name}`.slice(0, LONGEST_LABEL),
    "app.kubernetes.io/managed-by": "opentelemetry-operator",
    "app.kubernetes.io/part-of": "opentelemetry",
  };
  const config = configOf(spec);
  const ports = withOwnPorts(spec.listOf("ports", readServicePort) ?? [], configuredPorts(config));
  const monitoring = monitoringPort(metricsPort(config));
  workloads.push({
    ...meta,
    ref: { kind: isUnknown(mode) ? "Deployment" : KIND[mode], namespace, name },
    podLabels: podLabels(meta.labels, name, selector),
    podAnnotations: podAnnotations(meta.annotations, spec.texts("podAnnotations") ?? {}),
    serviceAccount: spec.text("serviceAccount") ?? name,
    hostNetwork: spec.flag("hostNetwork") ?? false,
    containers: containersOf(spec, isUnknown(ports) ? UNKNOWN : [...ports, { ...monitoring, name: "metrics" }]),
    volumes: readVolumes(spec),
    pods: [],
    podIps: [],
    live: false,
    entry: undefined,
    podPath: spec.path,
    replicas: spec.integer("replicas"),
    raw: root.value,
  });
  const service = (suffix: string, headless: boolean, servicePorts: Known<readonly ServicePort[]>): Service => ({
    ...meta,
    ref: { kind: "Service", namespace, name: `${name}${suffix}` },
    type: "ClusterIP",
    headless,
    clusterIps: [],
    externalName: undefined,
    selector,
    ports: servicePorts,
    exportTo: readExportTo(meta.annotations),
  });
  const isExposed = isUnknown(ports) || ports.length > 0;
  if (isExposed) services.push(service("", false, ports), service("-headless", true, ports));
  services.push(service("-monitoring", false, [monitoring]));
}
