import { mergeRules } from "../../policies/mtls/client/destination-rule-merge";
import { SelectorIndex } from "../../policies/mtls/labels";
import { indexMesh, type MeshIndex } from "../../policies/mtls/mesh-index";
import { answerFlow } from "../../policies/mtls/answer";
import { declaredPort } from "../../policies/mtls/server/declared-protocol";
import type { Workload } from "../../policies/mtls/mesh";
import { contenders } from "../../policies/mtls/server/contest";
import { effectivePeerAuthentication } from "../../policies/mtls/server/peer-authentication";
import { deployment, destinationRule, INJECTED, meshOf, namespace, service } from "./support";

/** Objects that have a selector or a host in common are looked at together, once, however many pods and clients there are. */

const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));

const istio = (kind: string, name: string, spec: object, created?: string): object => ({
  apiVersion: kind === "PeerAuthentication" ? "security.istio.io/v1" : "networking.istio.io/v1",
  kind,
  metadata: { namespace: "apps", name, ...(created === undefined ? {} : { creationTimestamp: created }) },
  spec,
});

const SHARED = { matchLabels: { tier: "web" } };
const day = (at: number): string => new Date(Date.UTC(2026, 0, 1 + at)).toISOString();

const pods = (count: number) => [
  namespace("apps", INJECTED),
  ...times(count, (at) => deployment("apps", `web-${at}`, { labels: { tier: "web" } })),
  service("apps", "web-0", { ports: [{ name: "grpc", port: 4317 }], clusterIP: "10.0.0.1" }),
];

const indexWith = (objects: readonly object[], count: number): MeshIndex =>
  indexMesh(meshOf([...pods(count), ...objects]));

test("those that stand for the others are chosen once per selector, not once per question", () => {
  const chosen: number[] = [];
  const index = new SelectorIndex(
    times(1000, (at) => ({ at, selector: { tier: "web" } })),
    ({ selector }) => selector,
    (alike) => {
      chosen.push(alike.length);
      return alike.slice(0, 1);
    },
  );
  for (const app of times(500, String))
    expect(index.foremost({ tier: "web", app }).map(({ item }) => item.at)).toEqual([0]);
  expect(chosen).toEqual([1000]);
});

test("of policies with one selector the oldest and those that are as old and say something else come into question", () => {
  const policy = (name: string, mode: string, at: number) =>
    istio("PeerAuthentication", name, { selector: SHARED, mtls: { mode } }, day(at));
  const { peerAuthentications } = meshOf([
    policy("a", "STRICT", 0),
    policy("b", "STRICT", 0),
    policy("c", "DISABLE", 0),
    policy("d", "DISABLE", 0),
    policy("e", "PERMISSIVE", 1),
  ]);
  expect(contenders(peerAuthentications).map(({ ref }) => ref.name)).toEqual(["a", "c"]);
});

test("thousands of policies for thousands of pods: the oldest holds, and evidence still tells of every one", () => {
  const policies = times(5000, (at) =>
    istio(
      "PeerAuthentication",
      `p-${at}`,
      { selector: SHARED, mtls: { mode: at === 0 ? "STRICT" : "DISABLE" } },
      day(at),
    ),
  );
  const index = indexWith(policies, 2000);
  const found = index.mesh.workloads.map((workload) => effectivePeerAuthentication(index, workload));
  expect(new Set(found.map(({ mode }) => mode))).toEqual(new Set(["STRICT"]));
  expect(found.some(({ orderDependent }) => orderDependent)).toBe(false);
  const considered = found[7]?.considered() ?? [];
  expect(considered).toHaveLength(5000);
  expect(considered.filter(({ won }) => won).map(({ object }) => object)).toEqual(["PeerAuthentication apps/p-0"]);
  expect(new Set(considered.filter(({ won }) => !won).map(({ says }) => says))).toEqual(
    new Set(["an older policy of the same level wins; policies are not merged"]),
  );
});

test("an equally old policy among thousands that says something else is named as depending on the order", () => {
  const policies = times(2000, (at) =>
    istio("PeerAuthentication", `p-${String(at).padStart(4, "0")}`, {
      selector: SHARED,
      mtls: { mode: at === 1999 ? "DISABLE" : "STRICT" },
    }),
  );
  const index = indexWith(policies, 500);
  expect(index.mesh.workloads.every((workload) => effectivePeerAuthentication(index, workload).orderDependent)).toBe(
    true,
  );
});

test("thousands of rules of one host, each for the pods of one client, are each followed by that client", () => {
  const rules = times(2000, (at) =>
    destinationRule("apps", `r-${at}`, {
      host: "web-0",
      workloadSelector: { matchLabels: { app: `web-${at}` } },
      trafficPolicy: { tls: { mode: at % 2 === 0 ? "DISABLE" : "ISTIO_MUTUAL" } },
    }),
  );
  const index = indexWith(rules, 2000);
  const sends = (at: number) =>
    answerFlow(index, { from: `apps/web-${at}`, host: "web-0", port: 4317 }).servers[0]?.sends;
  expect([1, 2, 1998, 1999].map(sends)).toEqual(["mtls", "plaintext", "plaintext", "mtls"]);
});

test("thousands of rules of one host become one, with the subsets of all", () => {
  const { destinationRules } = meshOf(
    times(3000, (at) =>
      destinationRule("apps", `r-${at}`, { host: "web-0", subsets: [{ name: `v${at}`, labels: { v: "1" } }] }),
    ),
  );
  const merged = mergeRules(destinationRules.map((rule) => ({ rule, exportTo: new Set<string>() })));
  expect(
    merged.map(({ from, rule: { subsets } }) => [from.length, typeof subsets === "symbol" ? 0 : subsets.length]),
  ).toEqual([[3000, 3000]]);
});

test("a rule whose audience is not known leaves the rules of other hosts as sure as they were", () => {
  const index = indexWith(
    [
      destinationRule("apps", "known", { host: "web-0", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } }),
      destinationRule("apps", "wide", {
        host: "*.apps.svc.cluster.local",
        trafficPolicy: { tls: { mode: "DISABLE" } },
      }),
      destinationRule("apps", "open", { host: "other", exportTo: Symbol.for("meshtls.unknown") }),
    ],
    2,
  );
  const { outcome, undecided } = answerFlow(index, { from: "apps/web-1", host: "web-0", port: 4317 });
  expect([outcome, undecided]).toEqual(["mtls", []]);
});

test("of Sidecars with one selector the oldest counts, before and after those with another", () => {
  const sidecar = (name: string, labels: object, mode: string, at: number) =>
    istio("Sidecar", name, { workloadSelector: { labels }, outboundTrafficPolicy: { mode } }, day(at));
  const index = indexWith(
    [
      sidecar("late", { tier: "web" }, "ALLOW_ANY", 3),
      ...times(1000, (at) => sidecar(`s-${at}`, { tier: "web" }, "ALLOW_ANY", 4 + at)),
      sidecar("first", { app: "web-1" }, "REGISTRY_ONLY", 1),
      sidecar("second", { tier: "web" }, "REGISTRY_ONLY", 2),
    ],
    3,
  );
  const outcome = (from: string) => answerFlow(index, { from, host: "example.com", port: 80 }).servers[0]?.symptom;
  expect(["apps/web-0", "apps/web-1"].map(outcome)).toEqual(["black-hole", "black-hole"]);
});

test("of thousands of Services that select the same pods the oldest says what their port speaks", () => {
  const services = times(3000, (at) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "apps", name: `s-${at}`, creationTimestamp: day(at === 1234 ? 0 : at + 1) },
    spec: { selector: { tier: "web" }, ports: [{ name: at === 1234 ? "tcp" : "http", port: 80, targetPort: 8080 }] },
  }));
  const index = indexWith(services, 1000);
  const declared = index.mesh.workloads.map((workload) => declaredPort(index, workload, 8080));
  expect(new Set(declared.map(({ protocol, by }) => `${String(protocol)} ${by?.name}`))).toEqual(
    new Set(["TCP s-1234"]),
  );
  const [, second, third] = index.mesh.workloads as readonly [Workload, Workload, Workload];
  expect(index.servicesSelecting(second)).toHaveLength(3000);
  expect(index.servicesSelecting(third)).toBe(index.servicesSelecting(second));
});
