import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type IsoDate } from "../policies/mtls/clock";
import { type ExceptionContract, type ExceptionMode } from "../policies/mtls/exception";
import { checkArguments } from "./arguments/check";
import { childOf } from "./children";
import { today } from "./clock";
import * as objects from "./exception/objects";
import { exceptionSchema, toContract } from "./exception/schema";

export interface OtelMtlsExceptionArgs {
  /** The collector whose OTLP ports are opened. */
  readonly collector: {
    readonly namespace: string;
    /** Name of its workload and Service. */
    readonly name: string;
    /** Labels of its pods; one value must be the collector's name. @default those of `OtelCollector` */
    readonly selector?: Readonly<Record<string, string>>;
    /** Ports to open: workload (target) ports, which `OtelCollector` also gives its Service. @default [4317, 4318] */
    readonly ports?: readonly number[];
    /** Every port on which the collector speaks OTLP, when they are not the registered ones. @default [4317, 4318] */
    readonly otlpPorts?: readonly number[];
  };
  /**
   * - `permissive` the ports accept plaintext too; clients in the mesh keep mTLS and identity. For clients outside the mesh.
   * - `plaintext` clients of the mesh stop sending TLS as well. For clients that something makes send TLS to a plaintext port.
   * - `no-sidecar` the collector's pods are not injected.
   * - `keep-strict` no hole: every declared client is in the mesh. Needs an owner and a reason; no approver, ticket or date.
   */
  readonly mode: ExceptionMode;
  /** Who sends to the collector: each a workload (`namespace`) or a range of hosts outside the mesh (`cidr`). */
  readonly clients: readonly OtlpClient[];
  /** Team that answers for the exception. */
  readonly owner: string;
  /** Who agreed to it; not the owner. */
  readonly approver?: string;
  readonly ticket?: string;
  readonly reason: string;
  /** UTC, valid through that day; at most 90 days ahead. */
  readonly expires?: IsoDate;
  /** Whether the cluster's CNI enforces NetworkPolicy; undeclared is a warning. */
  readonly networkPolicyEnforced?: boolean;
  /** `no-sidecar` only: a DestinationRule elsewhere makes clients send TLS, and cannot be removed. @default false */
  readonly tlsForced?: boolean;
  /** `plaintext` only: whether the collector's proxy captures the ports; `OtelCollector` obeys. @default true */
  readonly captured?: boolean;
  /** Refused as the collector's namespace. @default "istio-system" */
  readonly rootNamespace?: string;
  /** @default "cluster.local" */
  readonly trustDomain?: string;
  /** @default "cluster.local" */
  readonly clusterDomain?: string;
}

export interface OtlpClient {
  readonly name: string;
  readonly namespace?: string;
  readonly cidr?: string;
  /** Labels of the client's pods, for the NetworkPolicy. @default app.kubernetes.io/name: its name */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Its identity, for the AuthorizationPolicy. @default its name */
  readonly serviceAccount?: string;
}

/**
 * One declared, dated, owned hole in STRICT for one collector's OTLP ports, with what pays for it: a NetworkPolicy for the declared
 * clients, and an AuthorizationPolicy where clients keep their identity. Its record is a ConfigMap that carries the contract in
 * annotations `meshtls.dev/*`.
 *
 * Policies see the contract as its inputs (`ExceptionContract`: name, namespace, collector, selector, mode, ports, clients, owner,
 * approver, ticket, reason, expires), and as its outputs `{ schemaVersion: 1, ...contract }`.
 *
 * Throws `RunError` listing every problem: the root namespace, a port that is not OTLP, an expiry that is missing, past or more than
 * 90 days ahead, an approver who is the owner, a selector that can match more than the collector, unknown or empty fields.
 */
export class OtelMtlsException extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:OtelMtlsException";

  /** What the record says; plain, so that other components and policies can decide on it. */
  public readonly contract: ExceptionContract;
  /** Whether the collector's proxy captures the OTLP ports. */
  public readonly captured: boolean;

  constructor(name: string, args: OtelMtlsExceptionArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("OtelMtlsException", name, exceptionSchema(today()), args);
    const contract = toContract(name, plan);
    super(OtelMtlsException.__pulumiType, name, contract, opts);
    this.contract = contract;
    this.captured = plan.captured;

    const child = childOf(this, opts);
    const emits = objects.emittedBy(plan);
    const custom = (
      suffix: string,
      object: k8s.apiextensions.CustomResourceArgs,
      options: pulumi.CustomResourceOptions,
    ) => new k8s.apiextensions.CustomResource(`${name}-${suffix}`, object, options);

    new k8s.core.v1.ConfigMap(`${name}-record`, objects.record(contract), child);
    if (emits.networkPolicy) {
      new k8s.networking.v1.NetworkPolicy(`${name}-network-policy`, objects.networkPolicy(contract, plan), child);
      warnUnlessEnforced(plan.networkPolicyEnforced, this);
    }
    if (emits.authorizationPolicy) custom("authorization-policy", objects.authorizationPolicy(contract, plan), child);
    // The server opens before clients send plaintext, and closes after they stopped: deletion runs against dependsOn.
    const server = emits.peerAuthentication
      ? [custom("peer-authentication", objects.peerAuthentication(contract), child)]
      : [];
    if (emits.destinationRule)
      custom(
        "destination-rule",
        objects.destinationRule(contract, plan.clusterDomain),
        pulumi.mergeOptions(child, { dependsOn: server }),
      );

    this.registerOutputs({ schemaVersion: 1, ...contract });
  }
}

function warnUnlessEnforced(enforced: boolean | undefined, exception: OtelMtlsException): void {
  if (enforced === true) return;
  const state = enforced === false ? "is declared not to enforce" : "is not declared to enforce";
  void pulumi.log.warn(
    `The cluster's CNI ${state} NetworkPolicy: any pod may reach the ports that this exception opens. ` +
      "Set networkPolicyEnforced once it does (EKS: enableNetworkPolicy of the VPC CNI add-on).",
    exception,
  );
}
