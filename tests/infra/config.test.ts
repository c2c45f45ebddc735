import * as pulumi from "@pulumi/pulumi";

import { setClock } from "../../components/index";
import { parseConfig } from "../../infra/config";
import { asTexts, DAY, stagingValues } from "./support/staging";

beforeAll(() => setClock(() => DAY));

/** Lines of the message with which a configuration is refused, without the title. */
function problemsOf(texts: Record<string, string | undefined>): string[] {
  try {
    parseConfig(texts, "staging");
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    const [title, ...lines] = error.message.split("\n");
    const count = lines.length === 1 ? "a problem" : `${lines.length} problems`;
    expect(title).toBe(`The configuration of stack "staging" has ${count}:`);
    return lines.map((line) => line.trim().replace(/ {2,}/, " "));
  }
  return [];
}

/** The staging configuration with one value changed; `undefined` takes it away. */
function changed(path: readonly (string | number)[], value: unknown): Record<string, string> {
  const values: Record<string, unknown> = stagingValues();
  let at = values as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined) delete at[last];
  else at[last] = value;
  return asTexts(values);
}

test("the repository's configuration is valid", () => {
  expect(problemsOf(asTexts(stagingValues()))).toEqual([]);
});

test("what is not said has a default", () => {
  const { cluster, services } = stagingValues();
  const [service] = services as unknown as { image: string }[];
  const config = parseConfig(
    asTexts({
      cluster,
      collector: { exporters: { tempo: "tempo.monitoring:4317" } },
      services: [{ name: "order-core", image: service?.image }],
    }),
    "staging",
  );
  expect(config.mesh).toMatchObject({
    rootNamespace: "istio-system",
    enableAutoMtls: true,
    clusterDomain: "cluster.local",
  });
  expect(config.collector).toMatchObject({
    name: "otel-collector",
    namespace: "monitoring",
    ports: { grpc: 4317, http: 4318 },
  });
  expect(config.services).toMatchObject([
    { namespace: "staging-webs", port: 8080, replicas: 2, agent: { protocol: "grpc" } },
  ]);
  expect(config.exceptions).toEqual([]);
});

describe("a missing key", () => {
  test.each([
    [["cluster"], "cluster is missing; a map of fields"],
    [["collector"], "collector is missing; a map of fields"],
    [["services"], "services is missing; a list"],
    [["cluster", "kind"], "cluster.kind is missing; one of existing, create, render"],
    [["cluster", "context"], "cluster.context is missing; a text that is not empty"],
    [["cluster", "clusterIdentifier"], "cluster.clusterIdentifier is missing; a text that is not empty"],
    [["collector", "exporters"], "collector.exporters is missing; a map of fields"],
    [["mesh", "ingress", "credentialName"], "mesh.ingress.credentialName is missing; a text that is not empty"],
    [["services", 1, "name"], 'services[1].name is missing; a name of lower-case letters, digits and "-"'],
    [["services", 1, "image"], "services[1].image is missing; an image reference such as"],
    [["exceptions", 0, "mode"], "exceptions[0].mode is missing; one of permissive, plaintext, no-sidecar, keep-strict"],
    [["exceptions", 0, "clients"], "exceptions[0].clients is missing; a list"],
    [["exceptions", 0, "owner"], "exceptions[0].owner is missing; a text that is not empty"],
    [["exceptions", 0, "approver"], "exceptions[0].approver is missing; who approved the exception"],
    [["exceptions", 0, "ticket"], "exceptions[0].ticket is missing; the ticket that tracks its removal"],
    [["exceptions", 0, "reason"], "exceptions[0].reason is missing; a text that is not empty"],
    [["exceptions", 0, "expires"], "exceptions[0].expires is missing; a date at most 90 days ahead (2027-02-22)"],
  ])("%j is named", (path, expected) => {
    expect(problemsOf(changed(path, undefined))).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
  });
});

describe("a wrong value", () => {
  test.each([
    [["cluster"], 5, "cluster is 5; a map of fields"],
    [["cluster", "kind"], "exisiting", 'cluster.kind is "exisiting"; one of existing, create, render'],
    [["cluster", "kubernetesVersion"], 1.34, 'cluster.kubernetesVersion is 1.34; a version in quotes, such as "1.34"'],
    [["mesh", "enableAutoMtls"], "yes", 'mesh.enableAutoMtls is "yes"; true or false'],
    [["mesh", "enableAutoMtls"], false, "mesh.enableAutoMtls is false; without auto mTLS clients send plaintext"],
    [["mesh", "podSecurity"], "strict", 'mesh.podSecurity is "strict"; one of restricted, baseline, privileged'],
    [
      ["mesh", "destinationRules"],
      { everyone: { host: "*.local", tls: "ISTIO_MUTUAL" } },
      "mesh.destinationRules.everyone.tls is ISTIO_MUTUAL for *.local; no TLS mode for hosts of the mesh",
    ],
    [
      ["mesh", "ingress", "routes"],
      { "/shop": "shop" },
      "mesh.ingress.routes./shop is shop; the name of one of services",
    ],
    [["collector", "ports", "grpc"], 70000, "collector.ports.grpc is 70000; a port number from 1 to 65535"],
    [["collector", "ports", "http"], 4317, "collector.ports.http is 4317, the gRPC port too; two different ports"],
    [["collector", "replicas"], 0, "collector.replicas is 0; a whole number from 1 to 50"],
    [["collector", "namespace"], "istio-system", "collector.namespace is istio-system, Istio's root namespace"],
    [["collector", "image", "version"], "0.98.0", "collector.image.version is 0.98.0; 0.130.0 or newer"],
    [["collector", "exporters"], {}, "collector.exporters names no backend"],
    [["collector", "exporters", "tempo"], "tempo", 'collector.exporters.tempo is "tempo"; a host and a port'],
    [["services"], [], "services is []; at least one service"],
    [["services", 0, "name"], "Auth_Guard", 'services[0].name is "Auth_Guard"; a name of lower-case letters'],
    [["services", 1, "name"], "auth-guard", "services[1].name is auth-guard, the name of services[0] too"],
    [["services", 0, "image"], "auth-guard", 'services[0].image is "auth-guard"; an image reference such as'],
    [["services", 0, "agent", "protocol"], "http", 'services[0].agent.protocol is "http"; one of grpc, http/protobuf'],
    [["services", 0, "resources"], { memory: "lots" }, 'services[0].resources.memory is "lots"; a memory size'],
    [
      ["services", 0, "env"],
      { JAVA_TOOL_OPTIONS: "-Xmx1g" },
      "services[0].env.JAVA_TOOL_OPTIONS is set by the component",
    ],
    [
      ["exceptions", 0, "mode"],
      "off",
      'exceptions[0].mode is "off"; one of permissive, plaintext, no-sidecar, keep-strict',
    ],
    [
      ["exceptions", 0, "ports"],
      [4317, 8888],
      "exceptions[0].ports[1] is 8888; an OTLP port of the collector (4317, 4318)",
    ],
    [["exceptions", 0, "clients"], [], "exceptions[0].clients is []; at least one client"],
    [
      ["exceptions", 0, "clients", 4, "cidr"],
      "10.20.0/24",
      'exceptions[0].clients[4].cidr is "10.20.0/24"; an IPv4 range',
    ],
    [["exceptions", 0, "clients", 4, "namespace"], "batch", "exceptions[0].clients[4] needs exactly one of namespace"],
    [
      ["exceptions", 0, "clients", 0, "name"],
      "auth",
      "exceptions[0].clients do not name staging-webs/auth-guard (services[0])",
    ],
    [
      ["exceptions", 0, "approver"],
      "Team-Observability",
      'exceptions[0].approver is "Team-Observability", the owner too',
    ],
    [
      ["exceptions", 0, "expires"],
      "2026-11-23",
      "exceptions[0].expires is 2026-11-23, which is past (today is 2026-11-24)",
    ],
    [
      ["exceptions", 0, "expires"],
      "2027-02-23",
      "exceptions[0].expires is 2027-02-23; at most 90 days ahead (2027-02-22)",
    ],
    [["exceptions", 0, "expires"], "2027-02-30", 'exceptions[0].expires is "2027-02-30"; a date in quotes'],
    [
      ["exceptions", 0, "mode"],
      "keep-strict",
      "exceptions[0].clients[4].cidr is 10.20.0.0/24; hosts outside the mesh have no mTLS",
    ],
  ])("%j = %j is refused", (path, value, expected) => {
    expect(problemsOf(changed(path, value))).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
  });

  test.each([
    [["collecter"], {}, "collecter is unknown; did you mean collector?"],
    [["cluster", "contxt"], "x", "cluster.contxt is unknown; did you mean context?"],
    [["services", 0, "replica"], 2, "services[0].replica is unknown; did you mean replicas?"],
    [["exceptions", 0, "expiry"], "2027-01-01", "exceptions[0].expiry is unknown; did you mean expires?"],
    [["mesh", "colour"], "blue", "mesh.colour is unknown; known here are rootNamespace, "],
  ])("%j is unknown", (path, value, expected) => {
    expect(problemsOf(changed(path, value))).toEqual([expect.stringContaining(expected)]);
  });
});

test("a text where a structure belongs is named, and hides nothing else", () => {
  const { services } = stagingValues();
  const [service] = services as unknown as object[];
  const problems = problemsOf({
    ...asTexts({ ...stagingValues(), services: [{ ...service, replicas: -1 }], mesh: {}, exceptions: [] }),
    collector: "{ name: otel",
  });
  expect(problems).toEqual([
    'collector is "{ name: otel"; a YAML or JSON structure',
    "services[0].replicas is -1; a whole number from 0 to 100",
  ]);
});

test("everything wrong is in one message, whether of one field or between fields", () => {
  const values = stagingValues();
  const [exception] = values["exceptions"] as unknown as Record<string, unknown>[];
  const problems = problemsOf(
    asTexts({
      ...values,
      mesh: { podSecurity: "strict", enableAutoMtls: false },
      collector: { ...values["collector"], ports: { grpc: "4317" } },
      exceptions: [{ ...exception, owner: "", approver: "", expires: "2031-01-01", ports: [9999] }],
    }),
  );
  expect(problems.map((line) => line.split(" ")[0])).toEqual(
    expect.arrayContaining([
      "mesh.podSecurity",
      "mesh.enableAutoMtls",
      "collector.ports.grpc",
      "exceptions[0].owner",
      "exceptions[0].approver",
      "exceptions[0].expires",
      "exceptions[0].ports[0]",
    ]),
  );
});

test("a credential is never shown", () => {
  const { cluster, ...others } = stagingValues();
  const [problem] = problemsOf(asTexts({ ...others, cluster: { ...cluster, kubeconfig: { token: "s3cret" } } }));
  expect(problem).toBe("cluster.kubeconfig is object (not shown); a text");
});
