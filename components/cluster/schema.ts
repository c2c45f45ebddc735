import { z } from "zod";

import {
  cidr,
  dnsLabel,
  fields,
  flag,
  inputOf,
  minorVersion,
  oneOf,
  secretText,
  text,
  wholeNumber,
} from "../arguments/kinds";
import { together } from "../arguments/together";

/** How the program gets at a cluster, by `kind`. */

const existing = fields({
  kind: z.literal("existing"),
  context: text,
  kubeconfig: secretText.exactOptional(),
  clusterIdentifier: text,
  kubernetesVersion: minorVersion.exactOptional(),
});

const render = fields({
  kind: z.literal("render"),
  directory: text,
  kubernetesVersion: minorVersion.exactOptional(),
});

const accessEntry = fields({
  principalArn: inputOf(text),
  policy: oneOf(
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
  ).exactOptional(),
  namespaces: z.array(dnsLabel).default([]),
});

const nodeGroup = together(
  fields({
    instanceType: text.default("m7g.large"),
    minSize: wholeNumber(0, 450).default(2),
    desiredCapacity: wholeNumber(0, 450).default(2),
    maxSize: wholeNumber(1, 450).default(4),
    rootVolumeGiB: wholeNumber(20, 16384).default(50),
  }),
  ({ minSize, desiredCapacity, maxSize }, report) => {
    if (minSize === undefined || desiredCapacity === undefined || maxSize === undefined) return;
    if (desiredCapacity < minSize || desiredCapacity > maxSize)
      report(["desiredCapacity"], `is ${desiredCapacity}; from minSize (${minSize}) to maxSize (${maxSize})`);
  },
);

const create = together(
  fields({
    kind: z.literal("create"),
    kubernetesVersion: minorVersion,
    vpcId: inputOf(text),
    privateSubnetIds: z.array(inputOf(text)).min(2, "at least two subnets, in different zones"),
    publicAccess: flag.default(false),
    publicAccessCidrs: z.array(cidr).default([]),
    nodeGroup: nodeGroup.prefault({}),
    accessEntries: z.record(z.string(), accessEntry).default({}),
    logTypes: z
      .array(oneOf("api", "audit", "authenticator", "controllerManager", "scheduler"))
      .default(["api", "audit", "authenticator"]),
    tags: z.record(z.string(), text).default({}),
  }),
  ({ publicAccess, publicAccessCidrs = [] }, report) => {
    if (publicAccess === true && publicAccessCidrs.length === 0)
      report(["publicAccessCidrs"], "is empty; the ranges that may reach the public endpoint");
    if (publicAccess === false && publicAccessCidrs.length > 0)
      report(["publicAccessCidrs"], "is given, but publicAccess is false; set it, or remove the ranges");
  },
);

export const clusterSchema = z.discriminatedUnion("kind", [existing, create, render], {
  error: (issue) => (issue.code === "invalid_union" ? "one of existing, create, render" : undefined),
});

export type ClusterPlan = z.output<typeof clusterSchema>;
export type CreatePlan = z.output<typeof create>;
