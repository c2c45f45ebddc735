import { MeshNamespace, type MeshNamespaceArgs } from "../../components/index";
import { find, refusalOf, registeredBy } from "../support/mocks";

const create = (args: MeshNamespaceArgs = {}) => registeredBy(() => new MeshNamespace("staging-webs", args));

const labelsOf = async (args: MeshNamespaceArgs): Promise<Record<string, string>> =>
  (find(await create(args), "kubernetes:core/v1:Namespace").inputs["metadata"] as { labels: Record<string, string> })
    .labels;

test("is injected by the default control plane, or by the revision it names, never by both", async () => {
  const byDefault = await labelsOf({});
  const byRevision = await labelsOf({ revision: "staging" });
  expect(byDefault).toMatchObject({ "istio-injection": "enabled" });
  expect("istio.io/rev" in byDefault).toBe(false);
  expect(byRevision).toMatchObject({ "istio.io/rev": "staging" });
  expect("istio-injection" in byRevision).toBe(false);
});

test("enforces a pod security standard, and warns of everything under restricted", async () => {
  expect(await labelsOf({ podSecurity: "baseline", labels: { team: "shop" } })).toMatchObject({
    team: "shop",
    "pod-security.kubernetes.io/enforce": "baseline",
    "pod-security.kubernetes.io/warn": "restricted",
  });
});

test("is STRICT by itself, whatever the mesh says", async () => {
  expect(find(await create(), "kubernetes:security.istio.io/v1:PeerAuthentication").inputs).toMatchObject({
    metadata: { name: "default", namespace: "staging-webs" },
    spec: { mtls: { mode: "STRICT" } },
  });
});

test("is closed to everybody but itself and those it names", async () => {
  const allowFrom = [{ namespace: "istio-ingress" }, { namespace: "monitoring", ports: [15020] }];
  const policy = find(await create({ allowFrom }), "kubernetes:networking.k8s.io/v1:NetworkPolicy");
  const from = (namespace: string) => [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
  ];
  expect(policy.inputs["spec"]).toEqual({
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [
      { from: [{ podSelector: {} }] },
      { from: from("istio-ingress") },
      { from: from("monitoring"), ports: [{ protocol: "TCP", port: 15020 }] },
    ],
  });
});

test.each([
  [
    "labels that decide injection",
    { labels: { "istio-injection": "disabled" } },
    "labels.istio-injection  is set by the component",
  ],
  ["an unknown standard", { podSecurity: "none" }, 'podSecurity  is "none"; one of restricted, baseline, privileged'],
  [
    "a port that is none",
    { allowFrom: [{ namespace: "x", ports: [0] }] },
    "allowFrom[0].ports[0]  is 0; a port number",
  ],
])("it refuses %s", async (_, args, expected) => {
  expect(await refusalOf(() => new MeshNamespace("staging-webs", args as MeshNamespaceArgs))).toContain(expected);
});
