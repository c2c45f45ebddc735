import type { FlowAnswer } from "../../../policies/mtls/flow";
import { ask, destinationRule, service, serviceEntry, sidecar, twoEnds, virtualService } from "../support";

/** What several objects for one host, and hosts that only routes name, lead to. */

const HOST = "collector.example.com";

type Port = readonly [number: number, name: string, protocol?: string];

const entry = (place: string, name: string, ports: readonly Port[], address: string, fields: object = {}): object =>
  serviceEntry(place, name, {
    hosts: [HOST],
    ports: ports.map(([number, portName, protocol = "GRPC"]) => ({ number, name: portName, protocol })),
    resolution: "STATIC",
    location: "MESH_EXTERNAL",
    endpoints: [{ address }],
    ...fields,
  });

const servers = ({ servers: all }: FlowAnswer): readonly string[] =>
  all.map(({ workload, symptom, targetPort }) =>
    workload === null ? (symptom ?? "") : `${workload.name}:${targetPort}`,
  );

const reached = (objects: readonly object[], port = 4317, host = HOST): readonly string[] =>
  servers(ask([...twoEnds(), ...objects], { host, port })).toSorted();

describe("ServiceEntries of a namespace for one host", () => {
  test("have their endpoints together, by the name of the port", () => {
    const [one, other] = [
      entry("apps", "a", [[4317, "otlp"]], "10.1.0.1"),
      entry("apps", "b", [[4317, "otlp"]], "10.1.0.2"),
    ];
    expect(reached([one, other])).toEqual(["10.1.0.1:4317", "10.1.0.2:4317"]);
    expect(reached([one, entry("apps", "b", [[4317, "other"]], "10.1.0.2")])).toEqual(["10.1.0.1:4317"]);
  });

  test("have their ports together, if all else is alike", () => {
    const first = entry("apps", "a", [[4317, "otlp"]], "10.1.0.1");
    const second = entry("apps", "b", [[4318, "http"]], "10.1.0.2");
    expect(reached([first, second], 4318)).toEqual(["10.1.0.2:4318"]);
    const unlike = entry("apps", "b", [[4318, "http"]], "10.1.0.2", { resolution: "DNS" });
    expect(reached([first, unlike], 4318)).toEqual(["cluster-not-found"]);
  });
});

test("of several namespaces the client's own counts alone", () => {
  const far = entry("other", "a", [[4317, "otlp"]], "10.1.0.1");
  const near = entry("apps", "b", [[4317, "otlp"]], "10.1.0.2");
  expect(reached([far])).toEqual(["10.1.0.1:4317"]);
  expect(reached([far, near])).toEqual(["10.1.0.2:4317"]);
});

test("an entry beside a Service of its name adds endpoints, and shuts out requests that it does not take", () => {
  const own = service("monitoring", "otel", { ports: [{ name: "otlp", port: 4317 }], clusterIP: "10.96.0.9" });
  const host = "otel.monitoring.svc.cluster.local";
  const beside = (protocol: string): object =>
    entry("monitoring", "a", [[4317, "otlp", protocol]], "10.1.0.1", { hosts: [host] });
  const mesh = (protocol: string) => [...twoEnds().slice(0, -1), own, beside(protocol)];
  expect(servers(ask(mesh("HTTP"), { host }))).toContain("10.1.0.1:4317");
  expect(servers(ask(mesh("TCP"), { host }))).toEqual(["cluster-not-found"]);
});

test("a host that only a VirtualService names is routed on port 80", () => {
  const to = { route: [{ destination: { host: "otel.monitoring.svc.cluster.local", port: { number: 4317 } } }] };
  const routes = virtualService("apps", "routes", { hosts: ["bare.example.com"], http: [to] });
  const some = service("apps", "some", { ports: [{ name: "http", port: 80 }] });
  expect(reached([routes, some], 80, "bare.example.com")).toEqual(["otel:4317"]);
  expect(reached([some], 80, "bare.example.com")).toEqual(["bare.example.com:80"]);
});

test("what an egress entry for a port imports is listened for on 0.0.0.0 when it has no address", () => {
  const egress = (protocol: string) => [
    { port: { number: 4317, name: "own", protocol }, hosts: ["monitoring/*"] },
    { hosts: ["apps/*"] },
  ];
  const headless = service("monitoring", "otel", { clusterIP: "None", ports: [{ name: "otlp", port: 4317 }] });
  const mesh = (protocol: string) => [
    ...twoEnds().slice(0, -1),
    headless,
    sidecar("apps", "own", { egress: egress(protocol) }),
  ];
  const sent = (protocol: string) =>
    ask(mesh(protocol), { host: "elsewhere.example.com" }).servers.map(({ sends }) => sends);
  expect(sent("TCP")).toEqual(["mtls"]);
  expect(sent("HTTP")).toEqual(["plaintext"]);
});

test("an entry without resolution beside a headless Service is listened for at the pods", () => {
  const own = service("monitoring", "otel", { clusterIP: "None", ports: [{ name: "http", port: 4317 }] });
  const host = "otel.monitoring.svc.cluster.local";
  const beside = serviceEntry("monitoring", "a", {
    hosts: [host],
    ports: [{ number: 4317, name: "otlp", protocol: "TCP" }],
    resolution: "NONE",
  });
  const sent = (objects: readonly object[]) =>
    ask([...twoEnds().slice(0, -1), own, ...objects], { host, protocol: "tcp" }).servers.map(({ sends }) => sends);
  expect(sent([])).toEqual(["plaintext"]);
  expect(sent([beside])).toEqual(["mtls"]);
});

test("the endpoints of a host are those of the last object that finds any, so an entry looked up by name hides the pods", () => {
  const own = service("monitoring", "otel", { clusterIP: "None", ports: [{ name: "rpc", port: 4317 }] });
  const host = "otel.monitoring.svc.cluster.local";
  const beside = serviceEntry("monitoring", "a", {
    hosts: [host],
    addresses: ["240.240.1.1"],
    ports: [{ number: 4317, name: "otlp", protocol: "HTTPS" }],
    resolution: "DNS",
  });
  const rule = destinationRule("apps", "mutual", { host, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } });
  const sent = (objects: readonly object[]) =>
    ask([...twoEnds().slice(0, -1), own, rule, ...objects], { host }).servers.map(({ sends }) => sends);
  expect(sent([])).toEqual(["mtls"]);
  expect(sent([beside])).toEqual(["plaintext"]);
});

test("istiod makes no cluster for a subset of a host that is looked up and carries no labels", () => {
  const looked = entry("apps", "a", [[4317, "otlp"]], "", { resolution: "DNS", endpoints: undefined });
  const rule = destinationRule("apps", "subsets", { host: HOST, subsets: [{ name: "v1", labels: { version: "v1" } }] });
  const routes = (subset?: string) =>
    virtualService("apps", "routes", { hosts: [HOST], http: [{ route: [{ destination: { host: HOST, subset } }] }] });
  expect(reached([looked, rule, routes()])).toEqual([`${HOST}:4317`]);
  expect(reached([looked, rule, routes("v1")])).toEqual(["cluster-not-found"]);
});

describe("the host that a route names comes along with the VirtualService", () => {
  const other = service("monitoring", "other", { selector: { app: "otel" }, ports: [{ name: "grpc", port: 4318 }] });
  const routes = virtualService("monitoring", "routes", {
    hosts: ["otel.monitoring.svc.cluster.local"],
    tcp: [{ route: [{ destination: { host: "other.monitoring.svc.cluster.local" } }] }],
  });
  const through = (egress: readonly object[]) =>
    servers(
      ask([...twoEnds().slice(0, -1), plain, other, routes, sidecar("apps", "own", { egress })], { protocol: "tcp" }),
    );
  const plain = service("monitoring", "otel", { ports: [{ name: "tcp", port: 4317 }] });

  test("whatever the egress list leaves out", () => {
    expect(through([{ hosts: ["monitoring/otel.monitoring.svc.cluster.local"] }])).toEqual(["otel:4318"]);
  });

  test("unless the egress entry is for a port that the host does not have", () => {
    const own = { port: { number: 4317, name: "own", protocol: "TCP" }, hosts: ["monitoring/*"] };
    expect(through([own, { hosts: ["./*"] }])).toEqual(["cluster-not-found"]);
  });
});

test("an entry of the name of an ExternalName Service is listened for, and has no cluster", () => {
  const alias = service("apps", "alias", { type: "ExternalName", externalName: "otel.monitoring.svc.cluster.local" });
  const claim = entry("apps", "a", [[4319, "grpc"]], "10.1.0.1", { hosts: ["alias.apps.svc.cluster.local"] });
  expect(reached([alias], 4319, "alias")).toEqual(["connection-timeout"]);
  expect(reached([alias, claim], 4319, "alias")).toEqual(["cluster-not-found"]);
});

test("a request is led by the routes of the egress entry for its port, whatever is detected for the service elsewhere", () => {
  const headless = service("monitoring", "otel", { clusterIP: "None", ports: [{ name: "otlp", port: 4317 }] });
  const read = entry("apps", "a", [[4317, "grpc"]], "10.1.0.1");
  const mesh = (egress: readonly object[]) => [
    ...twoEnds({ otel: { labels: { app: "elsewhere" } } }).slice(0, -1),
    headless,
    read,
    sidecar("apps", "own", { egress }),
  ];
  const own = { port: { number: 4317, name: "own", protocol: "GRPC" }, hosts: ["./*"] };
  expect(servers(ask(mesh([own, { hosts: ["monitoring/*"] }]), {}))).toEqual(["no-healthy-upstream"]);
});
