import { addDays, toIsoDate } from "../../policies/mtls/clock";
import {
  BARE_COLLECTOR,
  CLIENT,
  COLLECTOR,
  documents,
  MESH,
  PERMISSIVE_PORTS,
  record,
} from "../../policies/rules/support/background";
import { clusterOf } from "../../policies/stack/cluster";
import { publishedPack } from "./support/published-pack";
import { resourcesOf } from "./support/resources";
import { UNKNOWN_STRING } from "./support/unknown";
import type { SentResource } from "./support/wire";

/** A stack whose providers speak to several clusters: what stands in one of them says nothing about another. */

const kubeconfig = (server: string): string =>
  JSON.stringify({
    "current-context": "admin",
    contexts: [{ name: "admin", context: { cluster: "it" } }],
    clusters: [{ name: "it", cluster: { server } }],
  });
const [A, B] = ["https://a.example.com", "https://b.example.com"] as const;

describe("a provider's cluster", () => {
  test.each<[string, object, string | undefined]>([
    ["is its API server's address", { kubeconfig: kubeconfig(A) }, A],
    ["is that of the context it was given", { kubeconfig: kubeconfig(A), context: "nobody" }, undefined],
    ["is that of the cluster it was given", { kubeconfig: kubeconfig(A), context: "nobody", cluster: "it" }, A],
    ["is the context, where the file is not here", { context: "staging" }, "staging"],
    ["is the file, where that is all it was given", { kubeconfig: "/etc/kube/a" }, "/etc/kube/a"],
    ["is nobody's to tell before it is created", { kubeconfig: UNKNOWN_STRING }, undefined],
    ["is nobody's to tell when it was given nothing", { namespace: "shop" }, undefined],
    ["is nobody's to tell by a broken file", { kubeconfig: "clusters: [" }, undefined],
  ])("%s: %j", (_, props, cluster) => {
    expect(clusterOf(props)).toBe(cluster);
  });
});

const pack = publishedPack();

const on = (name: string, props: object, ...texts: readonly string[]): SentResource[] =>
  resourcesOf(documents(...texts)).map((resource) => ({
    ...resource,
    name: `${name}-${resource.name}`,
    provider: { name, props },
  }));

const EXCEPTED = [
  MESH,
  COLLECTOR,
  CLIENT,
  PERMISSIVE_PORTS,
  record({ expires: addDays(toIsoDate(new Date()), 30) }),
] as const;

const refused = async (resources: readonly SentResource[]): Promise<string[]> =>
  (await pack.served.stack(resources))
    .filter(({ level }) => level === "mandatory")
    .map(({ policy, urn }) => `${policy} ${urn.split("::").at(-1) ?? ""}`);

test("an exception in one cluster excuses nothing in another", async () => {
  const first = on("first", { kubeconfig: kubeconfig(A) }, ...EXCEPTED);
  const second = on("second", { kubeconfig: kubeconfig(B) }, MESH, COLLECTOR, CLIENT);
  expect(await refused([...first, ...second])).toEqual([
    "strict-only-collector-without-exception second-monitoring-Deployment-otel-collector",
  ]);
});

test("objects of one name in two clusters are two objects", async () => {
  const first = on("first", { kubeconfig: kubeconfig(A) }, ...EXCEPTED);
  const second = on("second", { kubeconfig: kubeconfig(B) }, ...EXCEPTED).map((resource) =>
    resource.name.includes("order-core")
      ? { ...resource, props: JSON.parse(JSON.stringify(resource.props).replace("1.4.2", "1.4.3")) as object }
      : resource,
  );
  expect(await refused([...first, ...second])).toEqual([]);
});

test.each<[string, object, object]>([
  ["that speak to one cluster", { kubeconfig: kubeconfig(A) }, { kubeconfig: kubeconfig(A), namespace: "shop" }],
  ["of which one does not tell", { kubeconfig: kubeconfig(A) }, { kubeconfig: UNKNOWN_STRING }],
])("two providers %s make one mesh", async (_, one, other) => {
  const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: mutual, namespace: staging-webs }
spec: { host: otel-collector.monitoring.svc.cluster.local, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
`;
  const resources = [...on("first", one, MESH, BARE_COLLECTOR), ...on("second", other, CLIENT, rule)];
  expect(await refused(resources)).toEqual([
    "client-and-collector-disagree second-staging-webs-DestinationRule-mutual",
  ]);
});
