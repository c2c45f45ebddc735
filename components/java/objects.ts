import * as pulumi from "@pulumi/pulumi";

import { type ExceptionContract } from "../../policies/mtls/exception";
import { PROXY_FIRST, restrictedContainer, restrictedPod, rollOneByOne, scrapedAt, spreadOver } from "../workload/pods";
import { agentEnvironment, agentInitContainer, agentMount, agentVolume } from "./agent";
import { endpointOf, type JavaServicePlan } from "./schema";

/** The objects of a Java service, as plain data. */

export const javaServiceLabels = (name: string): Record<string, string> => ({ "app.kubernetes.io/name": name });

const CONTAINER = "app";

/** Seconds: the Service forgets the pod, Spring finishes its requests, the agent flushes (10 s when the collector is away). */
const SHUTDOWN = { preStop: 10, requests: 20, flush: 10 };

/** Graceful shutdown, and the endpoints that probes and Prometheus ask for. Other frameworks ignore these; `env` overrides them. */
const SPRING = {
  SERVER_SHUTDOWN: "graceful",
  SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: `${SHUTDOWN.requests}s`,
  MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED: "true",
  MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: "health,prometheus",
};

/**
 * What the exception decides for this one service: its mode, its ports, whether the service is a client. In the pod template it rolls
 * the pods when that changes, and not when a date or a ticket is renewed.
 */
export function decisionFor(service: { namespace: string; name: string }, contract: ExceptionContract): string {
  const declared = contract.clients.some(
    (client) => "namespace" in client && client.namespace === service.namespace && client.name === service.name,
  );
  return `${contract.mode} ${contract.ports.join(",")} ${declared ? "client" : "no-client"}`;
}

export function deployment(name: string, plan: JavaServicePlan) {
  const selector = javaServiceLabels(name);
  const contract = plan.mtlsException?.contract;
  return {
    metadata: { name, namespace: plan.namespace, labels: selector },
    spec: {
      replicas: plan.replicas,
      strategy: rollOneByOne,
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels: { ...selector, "sidecar.istio.io/inject": "true" },
          annotations: {
            ...scrapedAt(plan.metrics.port ?? plan.port, plan.metrics.path),
            ...PROXY_FIRST,
            ...(contract === undefined
              ? {}
              : { "meshtls.dev/decision": decisionFor({ namespace: plan.namespace, name }, contract) }),
          },
        },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          securityContext: restrictedPod(plan.runAsUser),
          terminationGracePeriodSeconds: SHUTDOWN.preStop + SHUTDOWN.requests + SHUTDOWN.flush + 5,
          topologySpreadConstraints: spreadOver(selector),
          initContainers: [agentInitContainer(agentImage(plan.agent))],
          containers: [container(name, plan)],
          volumes: [agentVolume, { name: "tmp", emptyDir: {} }],
        },
      },
    },
  };
}

const agentImage = ({ repository, version, digest }: JavaServicePlan["agent"]): pulumi.Input<string> =>
  digest === undefined ? `${repository}:${version}` : pulumi.interpolate`${repository}:${version}@${digest}`;

/** Each port once, however many purposes it has. */
function containerPorts({ port, health, metrics }: JavaServicePlan) {
  const named = new Map([[port, "http"]]);
  for (const [purpose, other] of [
    ["http-health", health.port],
    ["http-metrics", metrics.port],
  ] as const)
    if (other !== undefined && !named.has(other)) named.set(other, purpose);
  return [...named].map(([containerPort, portName]) => ({ name: portName, containerPort, protocol: "TCP" }));
}

function container(name: string, plan: JavaServicePlan) {
  const { cpu, memory } = plan.resources;
  const probe = (path: string) => ({ httpGet: { path, port: plan.health.port ?? plan.port } });
  return {
    name: CONTAINER,
    image: plan.image,
    ports: containerPorts(plan),
    env: [
      ...agentEnvironment({
        service: name,
        namespace: plan.namespace,
        container: CONTAINER,
        version: plan.agent.version,
        protocol: plan.agent.protocol,
        endpoint: endpointOf(plan),
        sampleRatio: plan.agent.sampleRatio,
        environment: plan.environment,
        javaOptions: plan.javaOptions,
        sendsMetrics: plan.collector?.signals.includes("metrics") ?? true,
      }),
      ...Object.entries({ ...SPRING, ...plan.env }).map(([variable, value]) => ({ name: variable, value })),
    ],
    // No CPU limit: a JVM with an agent needs its peak exactly at start, when probes are watching.
    resources: { requests: { cpu, memory }, limits: { memory } },
    startupProbe: {
      ...probe(plan.health.liveness),
      periodSeconds: 5,
      failureThreshold: Math.ceil(plan.health.startupSeconds / 5),
    },
    readinessProbe: { ...probe(plan.health.readiness), periodSeconds: 10, timeoutSeconds: 3 },
    livenessProbe: { ...probe(plan.health.liveness), periodSeconds: 15, timeoutSeconds: 3, failureThreshold: 4 },
    lifecycle: { preStop: { sleep: { seconds: SHUTDOWN.preStop } } },
    securityContext: restrictedContainer,
    volumeMounts: [agentMount, { name: "tmp", mountPath: "/tmp" }],
  };
}

export const service = (name: string, plan: JavaServicePlan) => ({
  metadata: { name, namespace: plan.namespace, labels: javaServiceLabels(name) },
  spec: {
    type: "ClusterIP",
    selector: javaServiceLabels(name),
    ports: [{ name: "http", port: plan.port, targetPort: plan.port, protocol: "TCP", appProtocol: "http" }],
  },
});
