import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checkArguments } from "./arguments/check";
import { after, childOf } from "./children";
import * as objects from "./java/objects";
import { endpointOf, javaServiceSchema } from "./java/schema";
import { type OtelCollector } from "./otel-collector";
import { type OtelMtlsException } from "./otel-mtls-exception";
import { createDisruptionBudget, createServiceAccount } from "./workload/pods";

export interface JavaServiceArgs {
  readonly namespace: string;
  /** With a tag or, better, a digest. */
  readonly image: pulumi.Input<string>;
  /** Port of pods and Service alike. @default 8080 */
  readonly port?: number;
  /** @default 2 */
  readonly replicas?: number;
  /** Requests; memory is the limit too. @default 250m and 768Mi */
  readonly resources?: { readonly cpu?: string; readonly memory?: string };
  readonly agent?: {
    /** @default the operator's autoinstrumentation-java image */
    readonly repository?: string;
    /** Under 2.26.1 the RMI instrumentation is switched off (CVE-2026-33701). @default "2.31.0" */
    readonly version?: string;
    /** `sha256:…`; pins what runs. */
    readonly digest?: pulumi.Input<string>;
    /** @default "grpc" */
    readonly protocol?: "grpc" | "http/protobuf";
    /** Part of the traces that is kept, 0 to 1. @default 1 */
    readonly sampleRatio?: number;
  };
  /** Where telemetry goes, unless `endpoint` says otherwise; one of the two is needed. */
  readonly collector?: OtelCollector;
  /** OTLP address, without path for grpc. @default the collector's for the agent's protocol */
  readonly endpoint?: pulumi.Input<string>;
  /** The collector's exception; the pods roll when what it decides for this service changes. */
  readonly mtlsException?: OtelMtlsException;
  /** `deployment.environment.name` of the telemetry. @default - none */
  readonly environment?: string;
  /** More environment variables; what the component sets itself is refused. */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Options of the JVM besides the agent. @default heap at 70 % of the memory limit, exit when out of memory */
  readonly javaOptions?: string;
  readonly health?: {
    /** @default `port` */
    readonly port?: number;
    /** @default Spring Boot's liveness group */
    readonly liveness?: string;
    /** @default Spring Boot's readiness group */
    readonly readiness?: string;
    /** How long a start may take: twice what was measured with the agent. @default 300 */
    readonly startupSeconds?: number;
  };
  readonly metrics?: {
    /** @default `port` */
    readonly port?: number;
    /** @default "/actuator/prometheus" */
    readonly path?: string;
  };
  /** @default 10001 */
  readonly runAsUser?: number;
}

/**
 * A Java service in the mesh with the OpenTelemetry Java agent. Its name is the name of the workload, the Service, the service
 * account and the telemetry. Prometheus scrapes it through the port on which Istio merges metrics (15020, plaintext, not captured);
 * every other port is as STRICT as its namespace.
 *
 * Policies see its arguments after defaults, with `collector` as `{ namespace, name }` and `mtlsException` as the exception's
 * contract, and as outputs `{ schemaVersion: 1, namespace, name, port, agentVersion, protocol, endpoint, collector, mtlsException }`
 * where the last two are `null` when not given.
 *
 * Throws `RunError` listing every problem, among them an endpoint that does not fit the protocol.
 */
export class JavaService extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:JavaService";

  public readonly name: string;
  public readonly namespace: string;
  public readonly port: number;
  /** Where the agent sends. */
  public readonly endpoint: pulumi.Output<string>;

  constructor(name: string, args: JavaServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("JavaService", name, javaServiceSchema(), args);
    const published = publishedFrom(plan.collector, plan.mtlsException);
    super(JavaService.__pulumiType, name, { ...plan, ...published }, opts);
    this.name = name;
    this.namespace = plan.namespace;
    this.port = plan.port;
    this.endpoint = pulumi.output(endpointOf(plan));

    const labels = objects.javaServiceLabels(name);
    const metadata = { name, namespace: plan.namespace, labels };
    // The hole is there before the first export. Not the collector itself: an application never waits for its telemetry.
    const child = childOf(this, after(plan.mtlsException, opts));
    const account = createServiceAccount(`${name}-service-account`, metadata, false, child);
    new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      objects.deployment(name, plan),
      pulumi.mergeOptions(child, { dependsOn: account }),
    );
    new k8s.core.v1.Service(`${name}-service`, objects.service(name, plan), child);
    createDisruptionBudget(`${name}-disruption-budget`, metadata, labels, child);

    this.registerOutputs({
      schemaVersion: 1,
      namespace: plan.namespace,
      name,
      port: plan.port,
      agentVersion: plan.agent.version,
      protocol: plan.agent.protocol,
      endpoint: this.endpoint,
      collector: null,
      mtlsException: null,
      ...published,
    });
  }
}

/** Other components, as the plain data that policies can read. */
const publishedFrom = (collector: OtelCollector | undefined, exception: OtelMtlsException | undefined) => ({
  ...(collector === undefined ? {} : { collector: { namespace: collector.namespace, name: collector.name } }),
  ...(exception === undefined ? {} : { mtlsException: exception.contract }),
});
