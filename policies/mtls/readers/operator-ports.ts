import { isUnknown, UNKNOWN, type Known } from "../known";
import type { ServicePort } from "../mesh";
import { settled, type Field } from "./fields";

/**
 * Ports that the OpenTelemetry operator reads out of a collector's configuration: those of the receivers and exporters that some
 * pipeline uses. Sources in opentelemetry-operator: `getPortsForComponentKinds` and `MetricsEndpoint` in internal/otelconfig/config.go,
 * `componentParsers` in internal/components/receivers/helpers.go, `PortName` in internal/naming/port.go.
 */

interface KnownPort {
  readonly port: number;
  readonly appProtocol?: "grpc" | "http";
  readonly udp?: true;
}

/** Receivers with a port per protocol; only the protocols that the configuration names are opened. */
const PER_PROTOCOL: Readonly<Record<string, Readonly<Record<string, KnownPort>>>> = {
  otlp: { grpc: { port: 4317, appProtocol: "grpc" }, http: { port: 4318, appProtocol: "http" } },
  skywalking: { grpc: { port: 11800, appProtocol: "grpc" }, http: { port: 12800, appProtocol: "http" } },
  loki: { grpc: { port: 9095, appProtocol: "grpc" }, http: { port: 3100, appProtocol: "http" } },
  jaeger: {
    grpc: { port: 14250, appProtocol: "grpc" },
    thrift_http: { port: 14268, appProtocol: "http" },
    thrift_compact: { port: 6831, udp: true },
    thrift_binary: { port: 6832, udp: true },
  },
};

const SINGLE: Readonly<Record<string, KnownPort>> = {
  awsxray: { port: 2000, udp: true },
  carbon: { port: 2003 },
  collectd: { port: 8081 },
  fluent_forward: { port: 8006 },
  fluentforward: { port: 8006 },
  influxdb: { port: 8086 },
  sapm: { port: 7276 },
  signalfx: { port: 9943 },
  splunk_hec: { port: 8088 },
  statsd: { port: 8125, udp: true },
  wavefront: { port: 2003 },
  zipkin: { port: 9411, appProtocol: "http" },
};

/** Receivers that fetch: whatever `endpoint` they have is where they go, not where they listen. */
const SCRAPERS = new Set(
  `aerospike chrony cloud_foundry cloudfoundry couchdb docker_stats filelog flink_metrics flinkmetrics googlecloudpubsub haproxy
   http_check httpcheck jmx k8s_cluster k8s_events k8s_objects k8sobjects kubelet_stats kubeletstats memcached mysql nginx nsxt oracledb
   podman_stats postgresql prometheus prometheus_simple pulsar purefb rabbitmq redis riak saphana snmp ssh_check sshcheck vcenter
   zookeeper`.split(/\s+/),
);

const DEFAULT_METRICS_PORT = 8888;
const LONGEST_NAME = 15;

/** `PortName`: a receiver's name where it is a valid port name, else the number. */
const portName = (name: string, port: Known<number>): string | undefined => {
  const candidate = name.replace(/[/_]/g, "-");
  const isValid = name.length <= LONGEST_NAME && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(candidate);
  return isValid ? candidate : isUnknown(port) ? undefined : `port-${port}`;
};

const servicePort = (
  name: string,
  port: Known<number>,
  { appProtocol, udp }: Omit<KnownPort, "port">,
): ServicePort => ({
  name: portName(name, port),
  port,
  targetPort: port,
  nodePort: undefined,
  appProtocol,
  protocol: udp ? "UDP" : "TCP",
});

/** `PortFromEndpoint`: the first `:number`; `undefined` without one. */
const endpointPort = (settings: Field): Known<number> | undefined => {
  const endpoint = settings.at("endpoint").value ?? settings.at("listen_address").value;
  if (isUnknown(endpoint)) return UNKNOWN;
  const digits = typeof endpoint === "string" ? /:(\d+)/.exec(endpoint)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
};

/** A field that may as well be left empty (`grpc:` and nothing after it). */
const below = (field: Field, key: string): Field | undefined =>
  settled(field.keys())?.includes(key) ? field.at(key) : undefined;

const receiverPorts = (id: string, settings: Field | undefined): readonly ServicePort[] => {
  const type = id.split("/")[0] ?? id;
  const single = SINGLE[type];
  if (single !== undefined) return [servicePort(id, (settings && endpointPort(settings)) ?? single.port, single)];
  const protocols = PER_PROTOCOL[type];
  if (protocols !== undefined) {
    const named = settings?.at("protocols");
    return Object.entries(protocols).flatMap(([protocol, known]) => {
      const own = named && below(named, protocol);
      return own === undefined ? [] : [servicePort(`${id}-${protocol}`, endpointPort(own) ?? known.port, known)];
    });
  }
  const port = settings === undefined || SCRAPERS.has(type) ? undefined : endpointPort(settings);
  return port === undefined ? [] : [servicePort(id, port, {})];
};

const exporterPorts = (id: string, settings: Field | undefined): readonly ServicePort[] =>
  (id.split("/")[0] ?? id) === "prometheus"
    ? [servicePort(id, (settings && endpointPort(settings)) ?? DEFAULT_METRICS_PORT, {})]
    : [];

/** Components of a kind that some pipeline uses. */
const enabled = (config: Field, kind: "receivers" | "exporters"): Known<ReadonlySet<string>> => {
  const pipelines = config.at("service").at("pipelines");
  const names = pipelines.keys();
  if (isUnknown(names)) return UNKNOWN;
  const used = new Set<string>();
  for (const name of names) {
    const ids = pipelines.at(name).textList(kind) ?? [];
    if (isUnknown(ids)) return UNKNOWN;
    for (const id of ids) used.add(id);
  }
  return used;
};

const KINDS = { receivers: receiverPorts, exporters: exporterPorts } as const;

/** Ports of the collector's Service as far as its configuration tells, ordered by name. */
export function configuredPorts(config: Field): Known<readonly ServicePort[]> {
  const ports: ServicePort[] = [];
  for (const kind of ["receivers", "exporters"] as const) {
    const components = config.at(kind);
    const used = enabled(config, kind);
    if (isUnknown(used) || components.isUnknown) return UNKNOWN;
    for (const id of used) {
      const settings = below(components, id);
      if (settings?.isUnknown) return UNKNOWN;
      ports.push(...KINDS[kind](id, settings));
    }
  }
  return ports.sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
}

/** The port on which the collector shows its own metrics: of the first Prometheus reader, else of the old `address`. */
export function metricsPort(config: Field): Known<number> {
  const metrics = config.at("service").at("telemetry").at("metrics");
  const readers = metrics.items("readers") ?? [];
  const address = metrics.at("address");
  if (isUnknown(readers) || address.isUnknown) return UNKNOWN;
  const [first] = readers
    .map((reader) => reader.at("pull").at("exporter").at("prometheus"))
    .filter((prometheus) => !prometheus.isAbsent);
  if (first !== undefined) return first.port("port") ?? DEFAULT_METRICS_PORT;
  const digits = typeof address.value === "string" ? /:(\d+)$/.exec(address.value)?.[1] : undefined;
  return digits === undefined ? DEFAULT_METRICS_PORT : Number(digits);
}

const sameNumber = (a: ServicePort, b: ServicePort): boolean => a.port === b.port && a.protocol === b.protocol;

/** `spec.ports` first; of the configured ones those with a number of their own, renamed where their name is taken. */
export function withOwnPorts(
  own: Known<readonly ServicePort[]>,
  configured: Known<readonly ServicePort[]>,
): Known<readonly ServicePort[]> {
  if (isUnknown(own) || isUnknown(configured)) return UNKNOWN;
  const names = new Set(own.map(({ name }) => name));
  const added = configured
    .filter((port) => !own.some((other) => sameNumber(port, other)))
    .map((port) => (names.has(port.name) ? { ...port, name: `port-${settled(port.port) ?? ""}` } : port))
    .filter(({ name }) => !names.has(name));
  return [...own, ...added];
}

export const monitoringPort = (port: Known<number>): ServicePort => servicePort("monitoring", port, {});
