import { createRequire } from "node:module";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checkArguments } from "./arguments/check";
import { childOf } from "./children";
import { today } from "./clock";
import { clusterSchema, type ClusterPlan, type CreatePlan } from "./cluster/schema";
import { supportWarning } from "./cluster/support";

export type ClusterAccessArgs = ExistingClusterArgs | CreateClusterArgs | RenderArgs;

/** A cluster that is there already. */
export interface ExistingClusterArgs {
  readonly kind: "existing";
  /** Context of the kubeconfig; stated, so that nobody deploys to the wrong cluster. */
  readonly context: string;
  /** Contents or path. @default what KUBECONFIG or the home folder gives */
  readonly kubeconfig?: pulumi.Input<string>;
  /** What stays the same while the cluster does, such as its ARN: a new kubeconfig then replaces nothing. */
  readonly clusterIdentifier: string;
  /** Such as "1.34"; warns when its support by EKS ends. */
  readonly kubernetesVersion?: string;
}

/** A new EKS cluster: private endpoint, access entries instead of aws-auth, one node group. */
export interface CreateClusterArgs {
  readonly kind: "create";
  readonly kubernetesVersion: string;
  readonly vpcId: pulumi.Input<string>;
  /** At least two, in different zones. */
  readonly privateSubnetIds: readonly pulumi.Input<string>[];
  /** @default false */
  readonly publicAccess?: boolean;
  /** Needed with `publicAccess`. */
  readonly publicAccessCidrs?: readonly string[];
  readonly nodeGroup?: {
    /** @default "m7g.large" */
    readonly instanceType?: string;
    /** @default 2 */
    readonly minSize?: number;
    /** @default 2 */
    readonly desiredCapacity?: number;
    /** @default 4 */
    readonly maxSize?: number;
    /** @default 50 */
    readonly rootVolumeGiB?: number;
  };
  /** Who may use the cluster, by a name of yours. @default only who creates it */
  readonly accessEntries?: Readonly<Record<string, AccessEntry>>;
  /** @default api, audit, authenticator */
  readonly logTypes?: readonly ("api" | "audit" | "authenticator" | "controllerManager" | "scheduler")[];
  readonly tags?: Readonly<Record<string, string>>;
}

export interface AccessEntry {
  readonly principalArn: pulumi.Input<string>;
  readonly policy?:
    "AmazonEKSClusterAdminPolicy" | "AmazonEKSAdminPolicy" | "AmazonEKSEditPolicy" | "AmazonEKSViewPolicy";
  /** @default the whole cluster */
  readonly namespaces?: readonly string[];
}

/** No cluster: manifests in a directory, for GitOps and for rehearsals. Secrets would be written in plain text. */
export interface RenderArgs {
  readonly kind: "render";
  readonly directory: string;
  readonly kubernetesVersion?: string;
}

/** What `cluster/create.ts` gives. */
export interface CreatedCluster {
  readonly kubeconfig: pulumi.Output<string>;
  readonly clusterIdentifier: pulumi.Output<string>;
}

/**
 * The way to a cluster: one that exists, a new one on EKS, or a directory of manifests. Gives one Kubernetes provider, whose
 * `clusterIdentifier` is always set.
 *
 * Policies see `{ kind, kubernetesVersion }` and what else is plain as inputs (never the kubeconfig), and as outputs
 * `{ schemaVersion: 1, kind, kubernetesVersion, clusterIdentifier }`.
 */
export class ClusterAccess extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:ClusterAccess";

  public readonly provider: k8s.Provider;

  constructor(name: string, args: ClusterAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("ClusterAccess", name, clusterSchema, args);
    super(ClusterAccess.__pulumiType, name, withoutKubeconfig(plan), opts);
    warnOfSupport(plan.kubernetesVersion, this);

    const settings = providerSettings(name, plan, this);
    this.provider = new k8s.Provider(`${name}-provider`, settings, childOf(this, opts));

    this.registerOutputs({
      schemaVersion: 1,
      kind: plan.kind,
      kubernetesVersion: plan.kubernetesVersion ?? null,
      clusterIdentifier: settings.clusterIdentifier,
    });
  }
}

function withoutKubeconfig(plan: ClusterPlan): pulumi.Inputs {
  if (plan.kind !== "existing") return plan;
  const { kind, context, clusterIdentifier, kubernetesVersion } = plan;
  return { kind, context, clusterIdentifier, kubernetesVersion };
}

function warnOfSupport(version: string | undefined, cluster: ClusterAccess): void {
  const warning = version === undefined ? undefined : supportWarning(version, today());
  if (warning !== undefined) void pulumi.log.warn(warning, cluster);
}

function providerSettings(
  name: string,
  plan: ClusterPlan,
  cluster: ClusterAccess,
): k8s.ProviderArgs & { clusterIdentifier: pulumi.Input<string> } {
  switch (plan.kind) {
    case "existing":
      return {
        context: plan.context,
        clusterIdentifier: plan.clusterIdentifier,
        ...(plan.kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(plan.kubeconfig) }),
      };
    case "render":
      // An empty kubeconfig keeps KUBECONFIG out, with which rendering is refused.
      return { renderYamlToDirectory: plan.directory, kubeconfig: "", clusterIdentifier: `render:${plan.directory}` };
    case "create":
      return loadCreate()(name, plan, cluster);
  }
}

type CreateCluster = (name: string, plan: CreatePlan, parent: pulumi.Resource) => CreatedCluster;

/** Loaded by path, not imported: neither Node nor the type checker then reads 85 MB of AWS SDK for the other kinds. */
const loadCreate = (): CreateCluster =>
  (createRequire(__filename)("./cluster/create") as { createCluster: CreateCluster }).createCluster;
