import * as eks from "@pulumi/eks";
import type * as pulumi from "@pulumi/pulumi";

import { type CreatedCluster } from "../cluster-access";
import { type CreatePlan } from "./schema";

/** The one file that loads `@pulumi/eks` and with it `@pulumi/aws`; `ClusterAccess` requires it only when it is chosen. */
export function createCluster(name: string, plan: CreatePlan, parent: pulumi.Resource): CreatedCluster {
  const { nodeGroup } = plan;
  const cluster = new eks.Cluster(
    `${name}-eks`,
    {
      version: plan.kubernetesVersion,
      vpcId: plan.vpcId,
      privateSubnetIds: plan.privateSubnetIds,
      nodeAssociatePublicIpAddress: false,
      // The aws-auth ConfigMap is one edit away from locking everybody out; access entries are AWS resources.
      authenticationMode: eks.AuthenticationMode.Api,
      accessEntries: accessEntries(plan.accessEntries),
      endpointPrivateAccess: true,
      endpointPublicAccess: plan.publicAccess,
      ...(plan.publicAccess ? { publicAccessCidrs: plan.publicAccessCidrs } : {}),
      instanceType: nodeGroup.instanceType,
      minSize: nodeGroup.minSize,
      desiredCapacity: nodeGroup.desiredCapacity,
      maxSize: nodeGroup.maxSize,
      nodeRootVolumeSize: nodeGroup.rootVolumeGiB,
      nodeRootVolumeEncrypted: true,
      createOidcProvider: true,
      enabledClusterLogTypes: plan.logTypes,
      // Without it the VPC CNI ignores every NetworkPolicy.
      vpcCniOptions: { enableNetworkPolicy: true },
      tags: plan.tags,
    },
    { parent },
  );
  return {
    // Not getKubeconfig(): a method of a remote component, which neither mocks nor an offline preview can call.
    kubeconfig: cluster.kubeconfigJson,
    clusterIdentifier: cluster.eksCluster.apply(({ arn }) => arn),
  };
}

type Entries = CreatePlan["accessEntries"];

const accessEntries = (entries: Entries) =>
  Object.fromEntries(
    Object.entries(entries).map(([name, { principalArn, policy, namespaces }]) => [
      name,
      {
        principalArn,
        ...(policy === undefined
          ? {}
          : {
              accessPolicies: {
                [policy]: {
                  policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`,
                  accessScope: namespaces.length === 0 ? { type: "cluster" } : { type: "namespace", namespaces },
                },
              },
            }),
      },
    ]),
  );
