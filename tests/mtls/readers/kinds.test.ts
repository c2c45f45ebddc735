import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Mesh } from "../../../policies/mtls/mesh";

const ISTIO = "networking.istio.io/v1";

const object = (apiVersion: string, kind: string, spec: unknown, metadata: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name: "a", namespace: "ns", ...metadata },
  spec,
});
const read = (...objects: unknown[]): Mesh => readMesh(objects.map((each) => ({ object: each })));
const messages = ({ problems }: Mesh): string[] => problems.map(({ message }) => message);

describe("Service", () => {
  const service = (spec: unknown, metadata = {}) => read(object("v1", "Service", spec, metadata)).services[0];

  test("ports and their targets", () => {
    expect(
      service({
        ports: [
          { port: 80 },
          { name: "grpc", port: 4317, targetPort: "otlp", appProtocol: "grpc", nodePort: 30000 },
          { port: 53, protocol: "UDP", targetPort: 5353 },
          { port: 81, targetPort: UNKNOWN },
        ],
      })?.ports,
    ).toMatchObject([
      { port: 80, targetPort: 80, protocol: "TCP", name: undefined },
      { name: "grpc", port: 4317, targetPort: "otlp", appProtocol: "grpc", nodePort: 30000 },
      { port: 53, targetPort: 5353, protocol: "UDP" },
      { port: 81, targetPort: UNKNOWN },
    ]);
  });

  test.each<[string, unknown, object]>([
    ["headless", { clusterIP: "None" }, { headless: true, clusterIps: [] }],
    [
      "with addresses",
      { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd::1"] },
      { headless: false, clusterIps: ["10.0.0.1", "fd::1"] },
    ],
    ["with an unknown address", { clusterIP: UNKNOWN }, { headless: UNKNOWN, clusterIps: [] }],
    ["without selector", {}, { selector: undefined }],
    ["with an empty selector", { selector: {} }, { selector: undefined }],
    ["with an unknown selector", { selector: UNKNOWN }, { selector: UNKNOWN }],
    [
      "ExternalName",
      { type: "ExternalName", externalName: "x.example" },
      { type: "ExternalName", externalName: "x.example" },
    ],
  ])("%s", (_, spec, expected) => {
    expect(service(spec)).toMatchObject(expected);
  });

  test("visibility is an annotation", () => {
    const exportTo = "networking.istio.io/exportTo";
    expect(service({}, { annotations: { [exportTo]: "., other" } })?.exportTo).toEqual([".", "other"]);
    expect(service({}, { annotations: { [exportTo]: UNKNOWN } })?.exportTo).toBe(UNKNOWN);
    expect(service({})?.exportTo).toBeUndefined();
  });
});

test("EndpointSlice and Endpoints", () => {
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "s", namespace: "ns", labels: { "kubernetes.io/service-name": "web" } },
    endpoints: [
      { addresses: ["10.0.0.1"], targetRef: { kind: "Pod", name: "p" } },
      { addresses: ["10.0.0.2"], conditions: { ready: false } },
    ],
    ports: [
      { name: "http", port: 8080 },
      { name: "", port: 1 },
    ],
  };
  const endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "web", namespace: "ns" },
    subsets: [{ addresses: [{ ip: "10.0.0.3" }], notReadyAddresses: [{ ip: "10.0.0.4" }], ports: [{ port: 80 }] }],
  };
  expect(read(slice, endpoints).endpoints).toMatchObject([
    {
      service: "web",
      addresses: [
        { ip: "10.0.0.1", targetPod: "p", ready: true },
        { ip: "10.0.0.2", targetPod: undefined, ready: false },
      ],
      ports: [
        { name: "http", port: 8080 },
        { name: undefined, port: 1 },
      ],
    },
    {
      service: "web",
      addresses: [
        { ip: "10.0.0.3", ready: true },
        { ip: "10.0.0.4", ready: false },
      ],
      ports: [{ port: 80 }],
    },
  ]);
});

describe("PeerAuthentication", () => {
  const policy = (spec: unknown) => read(object("security.istio.io/v1", "PeerAuthentication", spec));

  test.each<[string, unknown, object]>([
    ["nothing at all", undefined, { selector: undefined, mode: undefined, portLevel: new Map() }],
    ["an empty selector", { selector: { matchLabels: {} } }, { selector: undefined }],
    ["UNSET", { mtls: { mode: "UNSET" } }, { mode: undefined }],
    ["no mode", { mtls: {} }, { mode: undefined }],
    ["an unknown mode", { mtls: { mode: UNKNOWN } }, { mode: UNKNOWN }],
    [
      "ports",
      {
        selector: { matchLabels: { app: "otel" } },
        portLevelMtls: { 4317: { mode: "PERMISSIVE" }, "4318": {}, 80: UNKNOWN },
      },
      {
        selector: { app: "otel" },
        portLevel: new Map<number, unknown>([
          [80, UNKNOWN],
          [4317, "PERMISSIVE"],
          [4318, undefined],
        ]),
      },
    ],
    ["unknown ports", { portLevelMtls: UNKNOWN }, { portLevel: UNKNOWN }],
    ["an unknown spec", UNKNOWN, { selector: UNKNOWN, mode: UNKNOWN, portLevel: UNKNOWN }],
  ])("%s", (_, spec, expected) => {
    const mesh = policy(spec);
    expect(mesh.problems).toEqual([]);
    expect(mesh.peerAuthentications[0]).toMatchObject(expected);
  });

  test.each<[unknown, string]>([
    [{ mtls: { mode: 5 } }, "spec.mtls.mode is 5; one of UNSET, DISABLE, PERMISSIVE, STRICT"],
    [{ mtls: { mode: "strict" } }, 'spec.mtls.mode is "strict"; one of UNSET, DISABLE, PERMISSIVE, STRICT'],
    [{ portLevelMtls: { 70000: {} } }, "spec.portLevelMtls.70000 is for no port; a number from 1 to 65535 is expected"],
    [{ portLevelMtls: { http: {} } }, "spec.portLevelMtls.http is for no port; a number from 1 to 65535 is expected"],
    [{ selector: { matchLabels: "app=otel" } }, "spec.selector.matchLabels is a string; a map is expected"],
    [{ mtls: "STRICT" }, "spec.mtls is a string; a map is expected"],
  ])("%j is refused", (spec, message) => {
    expect(messages(policy(spec))).toEqual([message]);
  });
});

describe("DestinationRule", () => {
  const rule = (spec: unknown) => read(object(ISTIO, "DestinationRule", spec)).destinationRules[0];

  test("whole", () => {
    expect(
      rule({
        host: "otel",
        exportTo: ["."],
        workloadSelector: { matchLabels: { app: "web" } },
        trafficPolicy: {
          tls: { mode: "SIMPLE", caCertificates: "/ca", insecureSkipVerify: true },
          loadBalancer: { simple: "PASSTHROUGH" },
          portLevelSettings: [{ port: { number: 4317 } }, { port: { number: 4318 }, tls: { mode: "DISABLE" } }],
        },
        subsets: [{ name: "v1", labels: { version: "v1" }, trafficPolicy: { tls: {} } }],
      }),
    ).toMatchObject({
      host: "otel",
      exportTo: ["."],
      workloadSelector: { app: "web" },
      trafficPolicy: {
        tls: { mode: "SIMPLE", caCertificates: "/ca", insecureSkipVerify: true },
        loadBalancer: "PASSTHROUGH",
        portLevel: [
          { port: 4317, tls: undefined },
          { port: 4318, tls: { mode: "DISABLE" } },
        ],
      },
      subsets: [{ name: "v1", labels: { version: "v1" }, trafficPolicy: { tls: { mode: "DISABLE" } } }],
    });
  });

  test("an absent policy is not an empty one, and a selector without labels still is one", () => {
    expect(rule({ host: "a" })).toMatchObject({ trafficPolicy: undefined, workloadSelector: undefined, subsets: [] });
    expect(rule({ host: "a", trafficPolicy: {}, workloadSelector: {} })).toMatchObject({
      trafficPolicy: { tls: undefined, portLevel: [] },
      workloadSelector: {},
    });
  });

  test("unknown field by field", () => {
    expect(rule({ host: UNKNOWN, trafficPolicy: { tls: { mode: UNKNOWN } }, subsets: UNKNOWN })).toMatchObject({
      host: UNKNOWN,
      trafficPolicy: { tls: { mode: UNKNOWN } },
      subsets: UNKNOWN,
    });
    expect(rule({ host: "a", trafficPolicy: { portLevelSettings: [UNKNOWN] } })?.trafficPolicy).toBe(UNKNOWN);
  });

  test("a wrong mode is refused", () => {
    expect(
      messages(read(object(ISTIO, "DestinationRule", { host: "a", trafficPolicy: { tls: { mode: "MTLS" } } }))),
    ).toEqual(['spec.trafficPolicy.tls.mode is "MTLS"; one of DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL']);
  });
});

test("ServiceEntry", () => {
  const spec = {
    hosts: ["x.example"],
    addresses: ["10.1.0.0/16"],
    ports: [{ number: 4317, name: "grpc", protocol: "GRPC", targetPort: 14317 }],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    endpoints: [{ address: "10.1.0.1", labels: { a: "b" }, serviceAccount: "sa", ports: { grpc: 1 } }],
  };
  expect(read(object(ISTIO, "ServiceEntry", spec)).serviceEntries[0]).toMatchObject({
    ...spec,
    workloadSelector: undefined,
  });
  expect(read(object(ISTIO, "ServiceEntry", { hosts: ["x"] })).serviceEntries[0]).toMatchObject({
    location: "MESH_EXTERNAL",
    resolution: "NONE",
    endpoints: [],
  });
  expect(
    read(object(ISTIO, "ServiceEntry", { workloadSelector: { labels: { a: "b" } } })).serviceEntries[0],
  ).toMatchObject({
    workloadSelector: { a: "b" },
  });
});

test("Sidecar", () => {
  const spec = {
    workloadSelector: { labels: { app: "web" } },
    egress: [{ hosts: ["./*"] }, { hosts: ["istio-system/*"], port: { number: 80 }, bind: "127.0.0.1" }],
    ingress: [{ port: { number: 8080, protocol: "HTTP" }, defaultEndpoint: "127.0.0.1:8080", tls: { mode: "SIMPLE" } }],
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
  };
  expect(read(object(ISTIO, "Sidecar", spec)).sidecars[0]).toMatchObject({
    workloadSelector: { app: "web" },
    egress: [
      { hosts: ["./*"], port: undefined },
      { hosts: ["istio-system/*"], port: 80, bind: "127.0.0.1" },
    ],
    ingress: [{ port: 8080, protocol: "HTTP", defaultEndpoint: "127.0.0.1:8080", tls: true }],
    outboundTrafficPolicy: "REGISTRY_ONLY",
  });
  expect(read(object(ISTIO, "Sidecar", { egress: [] })).sidecars[0]).toMatchObject({
    egress: undefined,
    ingress: undefined,
  });
});

test("VirtualService", () => {
  const spec = {
    hosts: ["otel"],
    http: [
      {
        match: [{ port: 4317, sourceLabels: { app: "web" }, gateways: ["mesh"] }, { headers: { a: { exact: "b" } } }],
        route: [{ destination: { host: "otel", subset: "v1", port: { number: 4317 } }, weight: 90 }],
      },
    ],
    tcp: [{ route: [{ destination: { host: "otel" } }] }],
  };
  expect(read(object(ISTIO, "VirtualService", spec)).virtualServices[0]?.routes).toMatchObject([
    {
      type: "http",
      match: [
        { port: 4317, sourceLabels: { app: "web" }, gateways: ["mesh"], conditional: false },
        { port: undefined, conditional: true },
      ],
      destinations: [{ host: "otel", subset: "v1", port: 4317, weight: 90 }],
    },
    { type: "tcp", match: [], destinations: [{ host: "otel", subset: undefined, weight: 0 }] },
  ]);
});

test("Gateway and AuthorizationPolicy", () => {
  const gateway = {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 443, protocol: "HTTPS" }, hosts: ["*"], tls: { mode: "SIMPLE", credentialName: "c" } }],
  };
  expect(read(object(ISTIO, "Gateway", gateway)).gateways[0]).toMatchObject({
    selector: { istio: "ingressgateway" },
    servers: [{ port: 443, protocol: "HTTPS", hosts: ["*"], tlsMode: "SIMPLE", credentialName: "c" }],
  });
  const rules = [{ to: [{ operation: { ports: ["4317"] } }] }];
  expect(
    read(object("security.istio.io/v1", "AuthorizationPolicy", { selector: { matchLabels: { a: "b" } }, rules }))
      .authorizationPolicies[0],
  ).toMatchObject({ selector: { a: "b" }, action: "ALLOW", rules });
});

test("anything else is kept as it came", () => {
  const monitor = object("monitoring.coreos.com/v1", "PodMonitor", { a: 1 });
  expect(read(monitor).others).toMatchObject([{ apiVersion: "monitoring.coreos.com/v1", raw: monitor }]);
});

test("times compare as text however they are written", () => {
  const at = (creationTimestamp: unknown) => read(object("v1", "Service", {}, { creationTimestamp }));
  expect(at("2026-01-01T01:00:00+01:00").services[0]?.created).toBe("2026-01-01T00:00:00.000Z");
  expect(at(new Date(0)).services[0]?.created).toBe("1970-01-01T00:00:00.000Z");
  expect(at(UNKNOWN).services[0]?.created).toBeUndefined();
  expect(messages(at("yesterday"))).toEqual([
    "metadata.creationTimestamp is no time; a time such as 2026-01-31T12:00:00Z is expected",
  ]);
});
