import { createHash } from "node:crypto";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checkArguments } from "./arguments/check";
import { after, childOf } from "./children";
import { renderCollectorConfig, signalsOf, type Signal } from "./collector/config";
import { collectorLabels } from "./collector/labels";
import * as objects from "./collector/objects";
import { collectorSchema, type CollectorPlan } from "./collector/schema";
import { type OtelMtlsException } from "./otel-mtls-exception";
import { createDisruptionBudget, createServiceAccount } from "./workload/pods";

export interface OtelCollectorArgs {
  readonly namespace: string;
  /** The exception from STRICT that this collector lives by; its mode decides whether the pods are injected. */
  readonly mtlsException?: OtelMtlsException;
  readonly image?: {
    /** @default the `k8s` distribution of opentelemetry-collector-releases */
    readonly repository?: string;
    /** Decides how components are called in the configuration; 0.130.0 or newer. @default "0.159.0" */
    readonly version?: string;
    /** `sha256:…`; pins what runs. */
    readonly digest?: pulumi.Input<string>;
  };
  /** Ports of pods and Service alike. @default 4317 and 4318 */
  readonly ports?: { readonly grpc?: number; readonly http?: number };
  /** Where telemetry goes; what has no backend is not received. */
  readonly exporters: {
    /** Traces: `host:port` of Tempo's OTLP/gRPC receiver. */
    readonly tempo?: pulumi.Input<string>;
    /** Metrics: address of Prometheus' OTLP receiver, `http://…/api/v1/otlp`. */
    readonly prometheus?: pulumi.Input<string>;
  };
  /** `k8s.cluster.name` of everything that passes. @default - none */
  readonly clusterName?: string;
  /** @default "info" */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /** @default 2 */
  readonly replicas?: number;
  /** Requests; memory is the limit too. @default 200m and 1Gi */
  readonly resources?: { readonly cpu?: string; readonly memory?: string };
  /** An internal AWS load balancer on the OTLP ports, if the exception has clients outside the cluster to use it. @default false */
  readonly internalLoadBalancer?: boolean;
  /** @default "cluster.local" */
  readonly clusterDomain?: string;
}

/**
 * An OpenTelemetry Collector as a gateway: OTLP in (gRPC and HTTP), Tempo and Prometheus out. Its name is the name of the workload
 * and of its Service. It is part of the mesh unless its exception's mode is `no-sidecar`.
 *
 * Policies see its arguments after defaults, with `mtlsException` as the exception's contract, and as outputs
 * `{ schemaVersion: 1, namespace, name, selector, ports: { grpc, http }, injected, signals, endpoints: { grpc, http }, mtlsException }`
 * where `mtlsException` is `null` without one.
 *
 * Throws `RunError` listing every problem, among them an exception that is for another collector, namespace, port or selector.
 */
export class OtelCollector extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:OtelCollector";

  public readonly name: string;
  public readonly namespace: string;
  /** `http://` addresses as an SDK wants them, without path. */
  public readonly endpoints: { readonly grpc: string; readonly http: string };
  public readonly signals: readonly Signal[];
  /** Whether the pods have a sidecar. */
  public readonly injected: boolean;

  constructor(name: string, args: OtelCollectorArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("OtelCollector", name, collectorSchema(name), args);
    const contract = plan.mtlsException?.contract;
    super(
      OtelCollector.__pulumiType,
      name,
      { ...plan, ...(contract === undefined ? {} : { mtlsException: contract }) },
      opts,
    );
    this.name = name;
    this.namespace = plan.namespace;
    this.endpoints = objects.endpoints(name, plan);
    this.signals = signalsOf(plan.exporters);
    this.injected = objects.isInjected(plan);

    const metadata = { name, namespace: plan.namespace, labels: collectorLabels(name) };
    // The hole is there before the collector relies on it, and goes after it.
    const child = childOf(this, after(plan.mtlsException, opts));
    const config = createConfig(name, plan, child);
    const access = createAccess(name, plan, child);
    new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      objects.deployment(name, plan, config),
      pulumi.mergeOptions(child, { dependsOn: access }),
    );
    new k8s.core.v1.Service(`${name}-service`, objects.service(name, plan), child);
    if (plan.internalLoadBalancer && objects.outsideRanges(plan).length > 0) createLoadBalancer(name, plan, child);
    createDisruptionBudget(`${name}-disruption-budget`, metadata, metadata.labels, child);

    this.registerOutputs({
      schemaVersion: 1,
      namespace: this.namespace,
      name,
      selector: metadata.labels,
      ports: plan.ports,
      injected: this.injected,
      signals: this.signals,
      endpoints: this.endpoints,
      mtlsException: contract ?? null,
    });
  }
}

/** An immutable ConfigMap named after its content: a change is a new map, and pods of the old Deployment keep theirs. */
function createConfig(
  name: string,
  plan: CollectorPlan,
  options: pulumi.CustomResourceOptions,
): objects.RenderedConfig {
  const file = pulumi.output(plan.exporters).apply(({ tempo, prometheus }) =>
    renderCollectorConfig({
      version: plan.image.version,
      ports: plan.ports,
      clusterName: plan.clusterName,
      logLevel: plan.logLevel,
      exporters: { tempo, prometheus },
    }),
  );
  const hash = file.apply((text) => createHash("sha256").update(text).digest("hex"));
  const mapName = pulumi.interpolate`${name}-config-${hash.apply((text) => text.slice(0, 10))}`;
  new k8s.core.v1.ConfigMap(
    `${name}-config`,
    {
      metadata: { name: mapName, namespace: plan.namespace, labels: collectorLabels(name) },
      immutable: true,
      data: { [objects.CONFIG_FILE]: file },
    },
    options,
  );
  return { mapName, hash };
}

function createLoadBalancer(name: string, plan: CollectorPlan, options: pulumi.CustomResourceOptions): void {
  new k8s.core.v1.Service(`${name}-internal`, objects.internalLoadBalancer(name, plan), options);
  new k8s.networking.v1.NetworkPolicy(`${name}-health-policy`, objects.healthPolicy(name, plan), options);
}

/** The k8s_attributes processor looks pods up at the API server. */
function createAccess(name: string, plan: CollectorPlan, options: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const labels = collectorLabels(name);
  const account = createServiceAccount(
    `${name}-service-account`,
    { name, namespace: plan.namespace, labels },
    true,
    options,
  );
  const role = new k8s.rbac.v1.ClusterRole(`${name}-cluster-role`, objects.clusterRole(name, plan), options);
  const binding = new k8s.rbac.v1.ClusterRoleBinding(
    `${name}-cluster-role-binding`,
    objects.clusterRoleBinding(name, plan),
    options,
  );
  return [account, role, binding];
}
