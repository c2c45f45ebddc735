import * as pulumi from "@pulumi/pulumi";

import { OtelMtlsException, setClock, type OtelMtlsExceptionArgs } from "../../components/index";
import { find, refusalOf, registeredBy } from "../support/mocks";
import { DAY, keepStrict, permissive } from "./support/exceptions";

beforeAll(() => setClock(() => DAY));

const create = (changes: object = {}, base = permissive) =>
  new OtelMtlsException("otel-collector", { ...base, ...changes } as OtelMtlsExceptionArgs);

const kindsOf = async (changes: object, base = permissive): Promise<string[]> => {
  const registered = await registeredBy(() => create(changes, base));
  return registered
    .flatMap(({ type }) => (type.startsWith("kubernetes:") ? [type.split(":").at(-1) ?? ""] : []))
    .sort();
};

const PEER_AUTHENTICATION = "kubernetes:security.istio.io/v1:PeerAuthentication";
const DESTINATION_RULE = "kubernetes:networking.istio.io/v1:DestinationRule";
const AUTHORIZATION_POLICY = "kubernetes:security.istio.io/v1:AuthorizationPolicy";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

describe("what each mode emits", () => {
  test.each([
    ["permissive", {}, ["AuthorizationPolicy", "ConfigMap", "NetworkPolicy", "PeerAuthentication"]],
    ["plaintext", {}, ["ConfigMap", "DestinationRule", "NetworkPolicy", "PeerAuthentication"]],
    ["plaintext", { captured: false }, ["ConfigMap", "DestinationRule", "NetworkPolicy"]],
    ["no-sidecar", {}, ["ConfigMap", "NetworkPolicy"]],
    ["no-sidecar", { tlsForced: true }, ["ConfigMap", "DestinationRule", "NetworkPolicy"]],
  ])("%s %j", async (mode, changes, expected) => {
    expect(await kindsOf({ mode, ...changes })).toEqual(expected);
  });

  test("keep-strict: the record alone", async () => {
    expect(await kindsOf({}, keepStrict)).toEqual(["ConfigMap"]);
  });
});

describe("the hole", () => {
  test("is the OTLP ports of the one collector, and STRICT everywhere else", async () => {
    const registered = await registeredBy(() => create());
    expect(find(registered, PEER_AUTHENTICATION).inputs["spec"]).toEqual({
      selector: {
        matchLabels: {
          "app.kubernetes.io/name": "opentelemetry-collector",
          "app.kubernetes.io/instance": "otel-collector",
        },
      },
      mtls: { mode: "STRICT" },
      portLevelMtls: { "4317": { mode: "PERMISSIVE" }, "4318": { mode: "PERMISSIVE" } },
    });
  });

  test("is as narrow as the ports asked for", async () => {
    const registered = await registeredBy(() => create({ collector: { ...permissive.collector, ports: [4317] } }));
    expect(find(registered, PEER_AUTHENTICATION).inputs["spec"]).toMatchObject({
      portLevelMtls: { "4317": { mode: "PERMISSIVE" } },
    });
    expect(JSON.stringify(registered)).not.toContain('"4318"');
  });

  test("on the client's side disables TLS for those ports of the one host", async () => {
    const registered = await registeredBy(() => create({ mode: "plaintext", clusterDomain: "corp.example" }));
    expect(find(registered, DESTINATION_RULE).inputs["spec"]).toEqual({
      host: "otel-collector.monitoring.svc.corp.example",
      trafficPolicy: {
        portLevelSettings: [
          { port: { number: 4317 }, tls: { mode: "DISABLE" } },
          { port: { number: 4318 }, tls: { mode: "DISABLE" } },
        ],
      },
    });
  });
});

describe("what pays for the hole", () => {
  test("answers declared clients only, and leaves the other ports alone", async () => {
    const registered = await registeredBy(() => create());
    expect(find(registered, AUTHORIZATION_POLICY).inputs["spec"]).toMatchObject({
      action: "ALLOW",
      rules: [
        {
          from: [
            { source: { principals: ["cluster.local/ns/staging-webs/sa/order-core"] } },
            { source: { ipBlocks: ["10.20.0.0/24"] } },
          ],
          to: [{ operation: { ports: ["4317", "4318"] } }],
        },
        { to: [{ operation: { notPorts: ["4317", "4318"] } }] },
      ],
    });
  });

  test("names the identity and the labels that a client says it has", async () => {
    const client = { namespace: "jobs", name: "nightly", serviceAccount: "runner", podLabels: { app: "nightly" } };
    const registered = await registeredBy(() => create({ clients: [client], trustDomain: "corp.example" }));
    expect(JSON.stringify(find(registered, AUTHORIZATION_POLICY).inputs)).toContain("corp.example/ns/jobs/sa/runner");
    expect(find(registered, NETWORK_POLICY).inputs["spec"]).toMatchObject({
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "nightly" } } }] }, {}],
    });
  });

  test("lets declared clients reach the OTLP ports, and the own namespace every other one", async () => {
    const registered = await registeredBy(() => create());
    const [otlp, others] = (find(registered, NETWORK_POLICY).inputs["spec"] as { ingress: object[] }).ingress;
    expect(otlp).toEqual({
      from: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "staging-webs" } },
          podSelector: { matchLabels: { "app.kubernetes.io/name": "order-core" } },
        },
        { ipBlock: { cidr: "10.20.0.0/24" } },
      ],
      ports: [
        { protocol: "TCP", port: 4317 },
        { protocol: "TCP", port: 4318 },
      ],
    });
    expect(others).toEqual({
      from: [{ podSelector: {} }],
      ports: [
        { protocol: "TCP", port: 1, endPort: 4316 },
        { protocol: "TCP", port: 4319, endPort: 65535 },
      ],
    });
  });

  test.each([
    [undefined, "is not declared to enforce"],
    [false, "is declared not to enforce"],
  ])("warns when the CNI's enforcement is %s", async (networkPolicyEnforced, expected) => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    await registeredBy(() => create({ networkPolicyEnforced }));
    expect(warn.mock.calls.map(([message]) => message)).toEqual([expect.stringContaining(expected)]);
    warn.mockRestore();
  });
});

describe("what others learn", () => {
  test("the record carries the contract", async () => {
    const registered = await registeredBy(() => create());
    expect(find(registered, "kubernetes:core/v1:ConfigMap").inputs["metadata"]).toMatchObject({
      name: "otel-collector",
      namespace: "monitoring",
      annotations: {
        "meshtls.dev/schema": "1",
        "meshtls.dev/exception": "otel-collector",
        "meshtls.dev/mode": "permissive",
        "meshtls.dev/ports": "4317,4318",
        "meshtls.dev/clients": "staging-webs/order-core,batch-hosts=10.20.0.0/24",
        "meshtls.dev/owner": "team-observability",
        "meshtls.dev/approver": "team-security",
        "meshtls.dev/expires": "2027-02-01",
      },
    });
  });

  test("policies see the contract as the component's inputs", async () => {
    const registered = await registeredBy(() => create());
    expect(find(registered, OtelMtlsException.__pulumiType).inputs).toEqual({
      name: "otel-collector",
      namespace: "monitoring",
      collector: "otel-collector",
      selector: { "app.kubernetes.io/name": "opentelemetry-collector", "app.kubernetes.io/instance": "otel-collector" },
      mode: "permissive",
      ports: [4317, 4318],
      clients: [
        { namespace: "staging-webs", name: "order-core" },
        { name: "batch-hosts", cidr: "10.20.0.0/24" },
      ],
      owner: "team-observability",
      approver: "team-security",
      ticket: "PLAT-1234",
      reason: "batch hosts outside the mesh send OTLP",
      expires: "2027-02-01",
    });
  });
});

describe("it refuses", () => {
  const collector = permissive.collector;
  test.each([
    [
      "the root namespace",
      { collector: { ...collector, namespace: "istio-system" } },
      "collector.namespace  is istio-system, Istio's root namespace",
    ],
    [
      "another root namespace",
      { collector, rootNamespace: "monitoring" },
      "collector.namespace  is monitoring, Istio's root namespace",
    ],
    [
      "a port that is not OTLP",
      { collector: { ...collector, ports: [4317, 8888] } },
      "collector.ports[1]  is 8888; an OTLP port",
    ],
    ["no port", { collector: { ...collector, ports: [] } }, "collector.ports  is []; at least one OTLP port"],
    ["a missing expiry", { expires: undefined }, "expires  is missing; a date at most 90 days ahead (2027-02-22)"],
    ["a past expiry", { expires: "2026-11-23" }, "expires  is 2026-11-23, which is past (today is 2026-11-24)"],
    [
      "an expiry too far ahead",
      { expires: "2027-02-23" },
      "expires  is 2027-02-23; at most 90 days ahead (2027-02-22)",
    ],
    ["no date at all", { expires: "soon" }, 'expires  is "soon"; a date in quotes, "YYYY-MM-DD"'],
    [
      "an approver who is the owner",
      { approver: " Team-Observability" },
      'approver  is " Team-Observability", the owner too',
    ],
    ["a missing approver", { approver: undefined }, "approver  is missing; who approved the exception"],
    ["a missing ticket", { ticket: undefined }, "ticket  is missing; the ticket that tracks its removal"],
    ["an empty reason", { reason: "  " }, 'reason  is "  "; a text that is not empty'],
    [
      "a selector that can match more",
      { collector: { ...collector, selector: { "app.kubernetes.io/name": "opentelemetry-collector" } } },
      'collector.selector  is {"app.kubernetes.io/name":"opentelemetry-collector"}, which can match more than the collector',
    ],
    [
      "an empty selector",
      { collector: { ...collector, selector: {} } },
      "collector.selector  is {}, which can match more",
    ],
    ["an unknown field", { expiry: "2027-02-01" }, "expiry  is unknown; did you mean expires?"],
    ["no clients", { clients: [] }, "clients  is []; at least one client"],
    ["a client that is nowhere", { clients: [{ name: "x" }] }, "clients[0]  needs exactly one of namespace"],
    [
      "everybody",
      { clients: [{ name: "x", cidr: "0.0.0.0/0" }] },
      "clients[0].cidr  is 0.0.0.0/0; a range of /8 or narrower",
    ],
    [
      "a port not captured that stays in the mesh",
      { captured: false },
      "captured  is false; a port that the proxy does not capture needs mode plaintext",
    ],
    [
      "forced TLS where it means nothing",
      { tlsForced: true },
      "tlsForced  is true; it says something about mode no-sidecar only",
    ],
  ])("%s", async (_, changes, expected) => {
    const message = await refusalOf(() => create(changes));
    const [title, ...lines] = message.split("\n");
    expect(title).toBe('OtelMtlsException "otel-collector" cannot be created:');
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  test("hosts outside the mesh when the collector stays STRICT", async () => {
    const message = await refusalOf(() => create({ clients: [{ name: "batch", cidr: "10.20.0.0/24" }] }, keepStrict));
    expect(message).toContain("clients[0].cidr  is 10.20.0.0/24; hosts outside the mesh have no mTLS to send");
  });

  test("everything at once, and registers nothing", async () => {
    const registered: unknown[] = [];
    const message = await refusalOf(async () => {
      registered.push(
        ...(await registeredBy(() => create({ owner: "", mode: "off", expires: "2031-01-01", reson: "x" }))),
      );
    });
    expect(
      message
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(" ")[0]),
    ).toEqual(["mode", "owner", "reson", "expires"]);
    expect(registered).toEqual([]);
  });

  test("an expiry judged by the clock it is given", async () => {
    setClock(() => new Date("2027-11-24T00:00:00Z"));
    const message = await refusalOf(() => create());
    setClock(() => DAY);
    expect(message).toContain("is 2027-02-01, which is past (today is 2027-11-24)");
  });

  test("not: the last day itself", async () => {
    setClock(() => new Date("2027-02-01T23:59:00Z"));
    expect(await registeredBy(() => create())).not.toEqual([]);
    setClock(() => DAY);
  });
});
