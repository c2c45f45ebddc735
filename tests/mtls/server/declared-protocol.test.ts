import { UNKNOWN } from "../../../policies/mtls/known";
import { declaredPort, portProtocol, writtenProtocol } from "../../../policies/mtls/server/declared-protocol";
import { fields, indexOf, istio, pod, service, workloadOf } from "./mesh";

describe("the protocol of a Service port", () => {
  const protocol = (
    name: string | undefined,
    appProtocol?: string | typeof UNKNOWN,
    port: number | typeof UNKNOWN = 4317,
    l4 = "TCP",
  ) => portProtocol({ name, appProtocol, port, protocol: l4 });

  test.each<[string | undefined, string | undefined, string]>([
    ["grpc", undefined, "HTTP"],
    ["grpc-otlp", undefined, "HTTP"],
    ["grpc-web", undefined, "HTTP"],
    ["grpc-web-x", undefined, "HTTP"],
    ["http-otlp", undefined, "HTTP"],
    ["http2-otlp", undefined, "HTTP"],
    ["HTTP-otlp", undefined, "HTTP"],
    ["https", undefined, "TLS"],
    ["tls-otlp", undefined, "TLS"],
    ["tcp-otlp", undefined, "TCP"],
    ["mongo", undefined, "TCP"],
    ["otlp-grpc", undefined, "AUTO"],
    ["otlp", undefined, "AUTO"],
    ["httpx", undefined, "AUTO"],
    [undefined, undefined, "AUTO"],
    ["otlp-grpc", "grpc", "HTTP"],
    ["tcp-otlp", "http", "HTTP"],
    ["grpc", "tcp", "TCP"],
    ["grpc", "h2c", "AUTO"],
    ["otlp", "kubernetes.io/h2c", "HTTP"],
    ["otlp", "kubernetes.io/ws", "HTTP"],
    ["otlp", "kubernetes.io/wss", "TLS"],
    ["kubernetes.io/h2c", undefined, "AUTO"],
  ])("name %s, appProtocol %s: %s", (name, appProtocol, expected) => {
    expect(protocol(name, appProtocol)).toBe(expected);
  });

  test.each([25, 53, 3306, 27017])("port %i is never sniffed", (port) => {
    expect(protocol("db", undefined, port)).toBe("TCP");
  });

  test("unknown only as far as it matters", () => {
    expect(protocol("grpc", UNKNOWN)).toBe(UNKNOWN);
    expect(protocol("db", undefined, UNKNOWN)).toBe(UNKNOWN);
    expect(protocol("grpc", undefined, UNKNOWN)).toBe("HTTP");
  });

  test("UDP is none of HTTP's business", () => {
    expect(protocol("http", undefined, 53, "UDP")).toBe("TCP");
  });

  test.each([
    ["GRPC", "HTTP"],
    ["HTTPS", "TLS"],
    ["", "AUTO"],
  ])("written out as %s: %s", (text, expected) => {
    expect(writtenProtocol(text)).toBe(expected);
  });
});

const declared = (yaml: string, port = 4317) => {
  const index = indexOf(pod() + yaml);
  return declaredPort(index, workloadOf(index), port);
};

describe("the protocol of a workload's port", () => {
  const grpc = "[{name: grpc-otlp, port: 80, targetPort: 4317}]";
  const tcp = "[{name: tcp-otlp, port: 81, targetPort: 4317}]";
  const older = { name: "b", age: 1 };
  const newer = { name: "a", age: 2 };

  test.each<[string, string, number, string, string | undefined]>([
    ["no Service", "", 4317, "UNDECLARED", undefined],
    ["a Service", service(grpc), 4317, "HTTP", "otel"],
    ["by the target port, not by the Service's", service(grpc), 80, "UNDECLARED", undefined],
    ["a named target port", service("[{name: grpc, port: 80, targetPort: otlp}]"), 4317, "HTTP", "otel"],
    [
      "a named target port of another protocol",
      service("[{name: grpc, port: 80, targetPort: otlp, protocol: UDP}]"),
      4317,
      "UNDECLARED",
      undefined,
    ],
    ["a Service of another workload", service(grpc, {}, "{app: other}"), 4317, "UNDECLARED", undefined],
    ["a Service of another namespace", service(grpc, { namespace: "apps" }), 4317, "UNDECLARED", undefined],
    ["the oldest of several Services", service(grpc, newer) + service(tcp, older), 4317, "TCP", "b"],
    [
      "the first name of equally old Services",
      service(grpc, { name: "b" }) + service(tcp, { name: "a" }),
      4317,
      "TCP",
      "a",
    ],
    [
      "the first port within a Service",
      service("[{name: http, port: 1, targetPort: 4317}, {name: tcp, port: 2, targetPort: 4317}]"),
      4317,
      "HTTP",
      "otel",
    ],
    ["a UDP port declares nothing", service("[{name: udp, port: 4317, protocol: UDP}]"), 4317, "UNDECLARED", undefined],
    [
      "a ServiceEntry that selects the pod",
      istio(
        "ServiceEntry",
        "{hosts: [x], ports: [{name: g, number: 4317, protocol: GRPC}], workloadSelector: {labels: {app: otel}}}",
      ),
      4317,
      "HTTP",
      "otel",
    ],
  ])("%s", (_, yaml, port, expected, by) => {
    const found = declared(yaml, port);
    expect({ protocol: found.protocol, by: found.by?.name, undecided: found.undecided }).toEqual({
      protocol: expected,
      by,
      undecided: [],
    });
  });

  test.each<[string, string, string, number]>([
    [
      "a Sidecar's ingress list replaces the Services",
      istio("Sidecar", "{ingress: [{port: {number: 4317, protocol: TCP}}]}"),
      "TCP",
      4317,
    ],
    [
      "what it does not list is not declared",
      istio("Sidecar", "{ingress: [{port: {number: 1, protocol: TCP}}]}"),
      "UNDECLARED",
      4317,
    ],
    ["a Sidecar without ingress replaces nothing", istio("Sidecar", "{egress: [{hosts: ['*/*']}]}"), "HTTP", 4317],
    [
      "a Sidecar of other workloads",
      istio("Sidecar", "{workloadSelector: {labels: {app: web}}, ingress: [{port: {number: 4317, protocol: TCP}}]}"),
      "HTTP",
      4317,
    ],
    [
      "one that selects the workload comes before the namespace's",
      istio("Sidecar", "{ingress: [{port: {number: 4317, protocol: TCP}}]}", { name: "a", age: 1 }) +
        istio("Sidecar", "{workloadSelector: {labels: {app: otel}}, egress: [{hosts: ['*/*']}]}", {
          name: "b",
          age: 2,
        }),
      "HTTP",
      4317,
    ],
    [
      "the mesh's",
      istio("Sidecar", "{ingress: [{port: {number: 4317, protocol: TCP}}]}", { namespace: "istio-system" }),
      "TCP",
      4317,
    ],
  ])("%s", (_, sidecar, expected, port) => {
    expect(declared(service(grpc) + sidecar, port).protocol).toBe(expected);
  });

  test.each<[string, string, string[]]>([
    [
      "an unknown appProtocol",
      service('[{name: grpc, port: 4317, appProtocol: "?"}]'),
      ["Service monitoring/otel spec.ports"],
    ],
    [
      "an unknown target port",
      service('[{name: grpc, port: 80, targetPort: "?"}]'),
      ["Service monitoring/otel spec.ports"],
    ],
    ["unknown ports", service('"?"'), ["Service monitoring/otel spec.ports"]],
    ["an unknown selector", service(grpc, {}, '"?"'), ["Service monitoring/otel spec.selector"]],
    ["an unknown ingress list", istio("Sidecar", '{ingress: "?"}'), ["Sidecar monitoring/otel spec.ingress"]],
  ])("%s leaves it open", (_, yaml, expected) => {
    const found = declared(yaml);
    expect(found.protocol).toBe(UNKNOWN);
    expect(fields(found.undecided)).toEqual(expected);
  });

  test("what is not known of a younger Service does not matter", () => {
    expect(declared(service(grpc, older) + service('"?"', newer))).toMatchObject({ protocol: "HTTP", undecided: [] });
  });

  test("what is not known of an older Service does not matter where it would say the same", () => {
    const maybe = service(grpc, older, '{app: "?"}');
    expect(declared(maybe + service(grpc, newer))).toMatchObject({ protocol: "HTTP", undecided: [] });
    expect(declared(maybe + service(tcp, newer)).possible).toEqual(["HTTP", "TCP"]);
  });
});
