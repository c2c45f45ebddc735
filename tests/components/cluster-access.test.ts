import { dirname, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";

import { supportWarning } from "../../components/cluster/support";
import { ClusterAccess, setClock, type ClusterAccessArgs } from "../../components/index";
import { find, refusalOf, registeredBy } from "../support/mocks";

beforeAll(() => setClock(() => new Date("2026-06-01T00:00:00Z")));

const PROVIDER = "pulumi:providers:kubernetes";
const EKS = "eks:index:Cluster";

const existing: ClusterAccessArgs = { kind: "existing", context: "staging", clusterIdentifier: "arn:staging" };

const create = {
  kind: "create",
  kubernetesVersion: "1.34",
  vpcId: "vpc-1",
  privateSubnetIds: ["subnet-1", "subnet-2"],
} as const;

const outputs = {
  [EKS]: { kubeconfigJson: '{"apiVersion":"v1"}', eksCluster: { arn: "arn:aws:eks:eu-west-1:1:cluster/new" } },
};

const access = (args: ClusterAccessArgs) => new ClusterAccess("cluster", args);

const isLoaded = (name: string) =>
  Object.keys(require.cache).some((file) => dirname(file).includes(["node_modules", "@pulumi", name].join(sep)));

test("an existing cluster: one provider, whose identifier outlives its kubeconfig", async () => {
  const registered = await registeredBy(() => access({ ...existing, kubeconfig: pulumi.secret("apiVersion: v1") }));
  expect(find(registered, PROVIDER).inputs).toMatchObject({ context: "staging", clusterIdentifier: "arn:staging" });
  expect(registered).toHaveLength(2);
});

test("policies never see the kubeconfig", async () => {
  const registered = await registeredBy(() => access({ ...existing, kubeconfig: "s3cret" }));
  expect(find(registered, ClusterAccess.__pulumiType).inputs).toEqual(existing);
});

test("rendering keeps the kubeconfig of whoever runs it out", async () => {
  const registered = await registeredBy(() => access({ kind: "render", directory: "manifests" }));
  expect(find(registered, PROVIDER).inputs).toMatchObject({
    renderYamlToDirectory: "manifests",
    kubeconfig: "",
    clusterIdentifier: "render:manifests",
  });
});

test("nothing of AWS is loaded for a cluster that is not created", async () => {
  await registeredBy(() => access(existing));
  expect([isLoaded("eks"), isLoaded("aws")]).toEqual([false, false]);
});

describe("a new cluster", () => {
  test("is private, and known by access entries", async () => {
    const registered = await registeredBy(
      () =>
        access({
          ...create,
          accessEntries: {
            platform: { principalArn: "arn:aws:iam::1:role/platform", policy: "AmazonEKSClusterAdminPolicy" },
            shop: {
              principalArn: "arn:aws:iam::1:role/shop",
              policy: "AmazonEKSEditPolicy",
              namespaces: ["staging-webs"],
            },
          },
        }),
      { outputs },
    );
    const { accessEntries, ...inputs } = find(registered, EKS).inputs;
    expect(inputs).toMatchObject({
      version: "1.34",
      authenticationMode: "API",
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
      minSize: 2,
      maxSize: 4,
      nodeRootVolumeEncrypted: true,
      vpcCniOptions: { enableNetworkPolicy: true },
    });
    expect(accessEntries).toMatchObject({
      platform: { accessPolicies: { AmazonEKSClusterAdminPolicy: { accessScope: { type: "cluster" } } } },
      shop: {
        accessPolicies: { AmazonEKSEditPolicy: { accessScope: { type: "namespace", namespaces: ["staging-webs"] } } },
      },
    });
  });

  test("gives its kubeconfig and its ARN to the provider", async () => {
    const registered = await registeredBy(() => access(create), { outputs });
    expect(find(registered, PROVIDER).inputs).toMatchObject({
      kubeconfig: '{"apiVersion":"v1"}',
      clusterIdentifier: "arn:aws:eks:eu-west-1:1:cluster/new",
    });
    expect([isLoaded("eks"), isLoaded("aws")]).toEqual([true, true]);
  });

  test.each([
    ["one subnet", { privateSubnetIds: ["subnet-1"] }, 'privateSubnetIds  is ["subnet-1"]; at least two subnets'],
    [
      "a public endpoint for everyone",
      { publicAccess: true },
      "publicAccessCidrs  is empty; the ranges that may reach",
    ],
    [
      "ranges without a public endpoint",
      { publicAccessCidrs: ["10.0.0.0/8"] },
      "publicAccessCidrs  is given, but publicAccess is false",
    ],
    [
      "nodes outside their bounds",
      { nodeGroup: { desiredCapacity: 9 } },
      "nodeGroup.desiredCapacity  is 9; from minSize (2) to maxSize (4)",
    ],
    ["a version that is a number", { kubernetesVersion: 1.34 }, "kubernetesVersion  is 1.34; a version in quotes"],
  ])("is refused with %s", async (_, changes, expected) => {
    expect(await refusalOf(() => access({ ...create, ...changes } as ClusterAccessArgs))).toContain(expected);
  });
});

test.each([
  ["no kind", { context: "staging" }, "kind  is missing; one of existing, create, render"],
  ["a field of another kind", { ...existing, directory: "x" }, "directory  is unknown; known here are kind, context"],
])("it refuses %s", async (_, args, expected) => {
  expect(await refusalOf(() => access(args as ClusterAccessArgs))).toContain(expected);
});

describe("support by EKS", () => {
  test.each([
    ["1.34", "2026-09-02", undefined],
    ["1.34", "2026-09-03", "Standard support of EKS for Kubernetes 1.34 ends on 2026-12-02, in 90 days"],
    ["1.34", "2026-12-02", "ends on 2026-12-02, in 0 days"],
    ["1.34", "2026-12-03", "is in paid extended support of EKS until 2027-12-02"],
    ["1.34", "2027-12-03", "left extended support of EKS on 2027-12-02"],
    ["1.12", "2026-06-01", "is not in this program's EKS support calendar"],
  ] as const)("of %s on %s", (version, day, expected) => {
    const warning = supportWarning(version, day);
    if (expected === undefined) expect(warning).toBeUndefined();
    else expect(warning).toContain(expected);
  });

  test("is warned of by the component", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    await registeredBy(() => access({ ...existing, kubernetesVersion: "1.33" }));
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining("Kubernetes 1.33 ends on 2026-07-29"),
    ]);
    warn.mockRestore();
  });
});
