import * as pulumi from "@pulumi/pulumi";

import {
  podFields,
  PROXY_FIRST,
  restrictedContainer,
  restrictedPod,
  rollOneByOne,
  scrapedAt,
  spreadOver,
} from "../workload/pods";
import { HEALTH_PORT, METRICS_PORT } from "./config";
import { collectorLabels } from "./labels";
import { type CollectorPlan } from "./schema";

/** The objects of a collector, as plain data. */

export const CONFIG_FILE = "collector.yaml";

/** The ConfigMap that holds the collector's configuration, and the hash of what is in it. */
export interface RenderedConfig {
  readonly mapName: pulumi.Output<string>;
  readonly hash: pulumi.Output<string>;
}

/** The user of the released images. */
const COLLECTOR_USER = 10001;

const host = (name: string, plan: CollectorPlan) => `${name}.${plan.namespace}.svc.${plan.clusterDomain}`;

export const endpoints = (name: string, plan: CollectorPlan) => ({
  grpc: `http://${host(name, plan)}:${plan.ports.grpc}`,
  http: `http://${host(name, plan)}:${plan.ports.http}`,
});

const imageOf = ({ repository, version, digest }: CollectorPlan["image"]): pulumi.Input<string> =>
  digest === undefined ? `${repository}:${version}` : pulumi.interpolate`${repository}:${version}@${digest}`;

/** Whether the pods have a sidecar: the exception's mode decides, and nothing else. */
export const isInjected = ({ mtlsException }: CollectorPlan): boolean => mtlsException?.contract.mode !== "no-sidecar";

function meshOf(plan: CollectorPlan) {
  const { mtlsException: exception } = plan;
  const injected = isInjected(plan);
  return {
    labels: { "sidecar.istio.io/inject": String(injected) },
    annotations: {
      ...(injected ? PROXY_FIRST : {}),
      ...(exception?.captured === false
        ? { "traffic.sidecar.istio.io/excludeInboundPorts": exception.contract.ports.join(",") }
        : {}),
    },
  };
}

export function deployment(name: string, plan: CollectorPlan, config: RenderedConfig) {
  const selector = collectorLabels(name);
  const mesh = meshOf(plan);
  return {
    metadata: { name, namespace: plan.namespace, labels: selector },
    spec: {
      replicas: plan.replicas,
      minReadySeconds: 10,
      strategy: rollOneByOne,
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels: { ...selector, "app.kubernetes.io/version": plan.image.version, ...mesh.labels },
          annotations: {
            "checksum/config": config.hash,
            ...scrapedAt(METRICS_PORT, "/metrics"),
            ...mesh.annotations,
          },
        },
        spec: {
          serviceAccountName: name,
          securityContext: restrictedPod(COLLECTOR_USER),
          // The queue drains after SIGTERM; a native sidecar stays until then.
          terminationGracePeriodSeconds: 60,
          topologySpreadConstraints: spreadOver(selector),
          containers: [container(plan)],
          volumes: [{ name: "config", configMap: { name: config.mapName } }],
        },
      },
    },
  };
}

function container(plan: CollectorPlan) {
  const probe = { httpGet: { path: "/", port: "health" } };
  const { cpu, memory } = plan.resources;
  return {
    name: "otel-collector",
    image: imageOf(plan.image),
    args: [`--config=/conf/${CONFIG_FILE}`],
    ports: [
      { name: "grpc-otlp", containerPort: plan.ports.grpc, protocol: "TCP" },
      { name: "http-otlp", containerPort: plan.ports.http, protocol: "TCP" },
      { name: "http-metrics", containerPort: METRICS_PORT, protocol: "TCP" },
      { name: "health", containerPort: HEALTH_PORT, protocol: "TCP" },
    ],
    env: [...podFields({ POD_IP: "status.podIP" }), { name: "GOMEMLIMIT", value: softLimit(memory) }],
    resources: { requests: { cpu, memory }, limits: { memory } },
    startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...probe, periodSeconds: 10 },
    livenessProbe: { ...probe, periodSeconds: 15, failureThreshold: 3 },
    // The Service stops sending before the receivers stop listening. The image has no shell: the native action.
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    securityContext: restrictedContainer,
    volumeMounts: [{ name: "config", mountPath: "/conf", readOnly: true }],
  };
}

/** Go collects garbage harder from 80 % of the limit on, as the memory limiter's README advises. */
function softLimit(memory: string): string {
  const [, size, unit] = /^(\d+)(Mi|Gi)$/.exec(memory) ?? [];
  return `${Math.floor(Number(size) * (unit === "Gi" ? 1024 : 1) * 0.8)}MiB`;
}

// Istio learns what a port speaks from appProtocol; without it Envoy has to sniff, and cannot balance gRPC by request.
const otlpPorts = ({ ports }: CollectorPlan) => [
  { name: "grpc-otlp", port: ports.grpc, targetPort: ports.grpc, protocol: "TCP", appProtocol: "grpc" },
  { name: "http-otlp", port: ports.http, targetPort: ports.http, protocol: "TCP", appProtocol: "http" },
];

export const service = (name: string, plan: CollectorPlan) => ({
  metadata: { name, namespace: plan.namespace, labels: collectorLabels(name) },
  spec: {
    type: "ClusterIP",
    selector: collectorLabels(name),
    ports: [
      ...otlpPorts(plan),
      { name: "http-metrics", port: METRICS_PORT, targetPort: METRICS_PORT, protocol: "TCP", appProtocol: "http" },
    ],
  },
});

/** Where the exception's clients outside the cluster are. */
export const outsideRanges = ({ mtlsException }: CollectorPlan): string[] =>
  (mtlsException?.contract.clients ?? []).flatMap((client) => ("cidr" in client ? [client.cidr] : []));

/** Where a load balancer can ask without mTLS: the proxy's readiness, on a port that is not captured, or the collector's own. */
const healthOf = (plan: CollectorPlan) =>
  isInjected(plan) ? { port: 15021, path: "/healthz/ready" } : { port: HEALTH_PORT, path: "/" };

/** For hosts outside the cluster: their own address arrives at the pods, so that policies can tell who they are. */
export const internalLoadBalancer = (name: string, plan: CollectorPlan) => ({
  metadata: {
    name: `${name}-internal`,
    namespace: plan.namespace,
    labels: collectorLabels(name),
    annotations: {
      "service.beta.kubernetes.io/aws-load-balancer-type": "external",
      "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
      "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
      "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes": "preserve_client_ip.enabled=true",
      "service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol": "http",
      "service.beta.kubernetes.io/aws-load-balancer-healthcheck-port": String(healthOf(plan).port),
      "service.beta.kubernetes.io/aws-load-balancer-healthcheck-path": healthOf(plan).path,
    },
  },
  spec: {
    type: "LoadBalancer",
    selector: collectorLabels(name),
    loadBalancerSourceRanges: outsideRanges(plan),
    ports: otlpPorts(plan),
  },
});

/** The load balancer's health checks come from addresses of its own, which are no clients of the exception. */
export const healthPolicy = (name: string, plan: CollectorPlan) => ({
  metadata: { name: `${name}-health`, namespace: plan.namespace, labels: collectorLabels(name) },
  spec: {
    podSelector: { matchLabels: collectorLabels(name) },
    policyTypes: ["Ingress"],
    ingress: [{ ports: [{ protocol: "TCP", port: healthOf(plan).port }] }],
  },
});

/** Cluster-scoped names carry the namespace: two collectors may have the same name. */
const clusterName = (name: string, { namespace }: CollectorPlan) => `${namespace}-${name}`;

export const clusterRole = (name: string, plan: CollectorPlan) => ({
  metadata: { name: clusterName(name, plan), labels: collectorLabels(name) },
  rules: [
    { apiGroups: [""], resources: ["pods", "namespaces"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list", "watch"] },
  ],
});

export const clusterRoleBinding = (name: string, plan: CollectorPlan) => ({
  metadata: { name: clusterName(name, plan), labels: collectorLabels(name) },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterName(name, plan) },
  subjects: [{ kind: "ServiceAccount", name, namespace: plan.namespace }],
});
