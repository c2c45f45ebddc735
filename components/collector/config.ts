import { dump } from "js-yaml";

import { atLeast } from "../versions";

/**
 * The collector's configuration as data. Receivers and pipelines follow what is exported; limits follow the pod's memory. Reference:
 * https://opentelemetry.io/docs/collector/configuration/ and the READMEs of the components.
 */

export interface CollectorSettings {
  /** Of the image, `0.159.0`: decides how components are called. */
  readonly version: string;
  readonly ports: { readonly grpc: number; readonly http: number };
  /** Value of `k8s.cluster.name` on everything that passes. */
  readonly clusterName: string | undefined;
  readonly logLevel: string;
  readonly exporters: {
    /** `host:port` of Tempo's OTLP/gRPC receiver. */
    readonly tempo: string | undefined;
    /** Address of Prometheus' OTLP receiver, `http://…/api/v1/otlp`. */
    readonly prometheus: string | undefined;
  };
}

export type Signal = "traces" | "metrics";

/** Ports of the collector's own. */
export const HEALTH_PORT = 13133;
export const METRICS_PORT = 8888;

/** New name → the old one, and the first version that knows the new one. New names do not resolve in older images. */
const RENAMED = {
  otlp_grpc: { before: "otlp", since: "0.144.0" },
  otlp_http: { before: "otlphttp", since: "0.144.0" },
  k8s_attributes: { before: "k8sattributes", since: "0.146.0" },
} as const;

const nameIn = (version: string, name: keyof typeof RENAMED): string =>
  atLeast(version, RENAMED[name].since) ? name : RENAMED[name].before;

/** Full queues answer "try again" and lose nothing for five minutes. */
const patient = {
  timeout: "10s",
  retry_on_failure: { enabled: true, initial_interval: "5s", max_interval: "30s", max_elapsed_time: "300s" },
  sending_queue: { enabled: true, num_consumers: 4, queue_size: 5000 },
};

// A queue must hold a batch: the collector refuses min_size above queue_size.
const batched = {
  ...patient,
  sending_queue: { ...patient.sending_queue, batch: { flush_timeout: "200ms", min_size: 1000 } },
};

/** The oldest image that reads this configuration as written: batching in the exporters' queues, metrics readers. */
export const OLDEST_VERSION = "0.130.0";

/** The signals the collector takes; a client that sends another one is answered `unimplemented`. */
export const signalsOf = (exporters: { readonly tempo?: unknown; readonly prometheus?: unknown }): Signal[] => [
  ...(exporters.tempo === undefined ? [] : (["traces"] as const)),
  ...(exporters.prometheus === undefined ? [] : (["metrics"] as const)),
];

export function collectorConfig(settings: CollectorSettings) {
  const { version, ports, exporters, clusterName } = settings;
  const attributes = nameIn(version, "k8s_attributes");
  // A collector that runs out of memory loses everything: its limiter comes first.
  const processors = ["memory_limiter", attributes, ...(clusterName === undefined ? [] : ["resource"])];
  const tempo = `${nameIn(version, "otlp_grpc")}/tempo`;
  const prometheus = `${nameIn(version, "otlp_http")}/prometheus`;
  const pipeline = (exporter: string) => ({ receivers: ["otlp"], processors, exporters: [exporter] });
  return {
    receivers: {
      otlp: {
        protocols: {
          // The pod's address, not 0.0.0.0 (CWE-1327); Istio hands captured connections to it.
          grpc: { endpoint: `\${env:POD_IP}:${ports.grpc}`, max_recv_msg_size_mib: 16 },
          http: { endpoint: `\${env:POD_IP}:${ports.http}` },
        },
      },
    },
    processors: {
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 },
      [attributes]: {
        auth_type: "serviceAccount",
        // Behind a sidecar every connection comes from 127.0.0.6: only what clients say of themselves tells pods apart.
        pod_association: ["k8s.pod.uid", "k8s.pod.ip"].map((name) => ({
          sources: [{ from: "resource_attribute", name }],
        })),
        extract: {
          metadata: ["k8s.namespace.name", "k8s.pod.name", "k8s.pod.uid", "k8s.deployment.name", "k8s.node.name"],
        },
      },
      ...(clusterName === undefined
        ? {}
        : { resource: { attributes: [{ key: "k8s.cluster.name", value: clusterName, action: "upsert" }] } }),
    },
    exporters: {
      // The mesh encrypts where the receiver is part of it.
      ...(exporters.tempo === undefined
        ? {}
        : { [tempo]: { endpoint: exporters.tempo, tls: { insecure: true }, ...batched } }),
      ...(exporters.prometheus === undefined ? {} : { [prometheus]: { endpoint: exporters.prometheus, ...batched } }),
    },
    extensions: {
      // Istio's rewritten probes and a port-forward dial other addresses than the pod's.
      health_check: { endpoint: `0.0.0.0:${HEALTH_PORT}` },
      zpages: { endpoint: "localhost:55679" },
    },
    service: {
      extensions: ["health_check", "zpages"],
      telemetry: {
        logs: { level: settings.logLevel, encoding: "json" },
        metrics: {
          level: "normal",
          readers: [
            {
              pull: {
                exporter: {
                  prometheus: {
                    host: "0.0.0.0",
                    port: METRICS_PORT,
                    // Versions differ in their defaults; these give the names of the documentation in all of them.
                    without_type_suffix: true,
                    without_units: true,
                    without_scope_info: true,
                  },
                },
              },
            },
          ],
        },
      },
      pipelines: {
        ...(exporters.tempo === undefined ? {} : { traces: pipeline(tempo) }),
        ...(exporters.prometheus === undefined ? {} : { metrics: pipeline(prometheus) }),
      },
    },
  };
}

/** The file the collector reads. Equal settings give equal bytes. */
export const renderCollectorConfig = (settings: CollectorSettings): string =>
  dump(collectorConfig(settings), { lineWidth: -1, noRefs: true });
