import { UNKNOWN } from "../../../policies/mtls/known";
import { describeRef } from "../../../policies/mtls/objects";
import type { Endpoint } from "../../../policies/mtls/mesh-index";
import { deployment, fields, indexOf, istio, namespace, pod, service, workloadOf } from "./mesh";

const show = ({ workload, ip, targetPort, ready, tlsModeLabel, certain, isGone }: Endpoint): string =>
  [
    workload === null ? "nobody" : describeRef(workload.ref),
    `${ip ?? ""}:${String(targetPort)}`,
    String(tlsModeLabel),
    ...(ready ? [] : ["not ready"]),
    ...(isGone === true ? ["gone"] : []),
    ...(certain ? [] : ["perhaps"]),
  ].join(" ");

function endpointsOf(yaml: string): readonly Endpoint[] {
  const index = indexOf(yaml);
  const found = index.service("monitoring", "otel");
  const port = found !== undefined && typeof found.ports !== "symbol" ? found.ports[0] : undefined;
  if (found === undefined || port === undefined) throw new Error("a Service with a port is expected");
  return index.endpointsOf(found, port);
}

const PORT = "[{name: grpc, port: 80, targetPort: 4317}]";
const NAMED = "[{name: grpc, port: 80, targetPort: otlp}]";

describe("a Service with a selector", () => {
  test.each<[string, string, string[]]>([
    ["a number", pod() + service(PORT), ["Pod monitoring/otel 10.0.0.1:4317 istio"]],
    ["the Service's own port", pod() + service("[{port: 80}]"), ["Pod monitoring/otel 10.0.0.1:80 istio"]],
    [
      "a name, which each pod resolves",
      pod({ name: "a" }) +
        pod({ name: "b" }, { ip: "10.0.0.2", ports: "[{name: otlp, containerPort: 14317}]" }) +
        service(NAMED),
      ["Pod monitoring/a 10.0.0.1:4317 istio", "Pod monitoring/b 10.0.0.2:14317 istio"],
    ],
    [
      "a name that a pod does not have: it is no endpoint",
      pod({}, { ports: "[{name: other, containerPort: 4317}]" }) + service(NAMED),
      [],
    ],
    [
      "a name of another protocol",
      pod({}, { ports: "[{name: otlp, containerPort: 4317, protocol: UDP}]" }) + service(NAMED),
      [],
    ],
    [
      "a name without protocol is TCP on both sides",
      pod() + service("[{name: grpc, port: 80, targetPort: otlp, protocol: TCP}]"),
      ["Pod monitoring/otel 10.0.0.1:4317 istio"],
    ],
    ["pods of other namespaces", pod({ namespace: "apps" }) + service(PORT), []],
    ["pods with other labels", pod({ labels: "{app: web}" }) + service(PORT), []],
    [
      "a template",
      namespace("monitoring", "{istio-injection: enabled}") + deployment() + service(PORT),
      ["Deployment monitoring/otel :4317 istio"],
    ],
    [
      "a WorkloadEntry, by the name of the Service's port",
      istio("WorkloadEntry", "{address: 1.2.3.4, labels: {app: otel}, ports: {grpc: 7000}}") + service(PORT),
      ["WorkloadEntry monitoring/otel 1.2.3.4:7000 undefined"],
    ],
    [
      "a WorkloadEntry without ports of its own",
      istio("WorkloadEntry", "{address: 1.2.3.4, labels: {app: otel}, serviceAccount: vm}") + service(PORT),
      ["WorkloadEntry monitoring/otel 1.2.3.4:4317 istio"],
    ],
    [
      "a WorkloadEntry without the named port",
      istio("WorkloadEntry", "{address: 1.2.3.4, labels: {app: otel}}") + service(NAMED),
      [],
    ],
  ])("%s", (_, yaml, expected) => {
    expect(endpointsOf(yaml).map(show)).toEqual(expected);
  });

  test("a workload that was scaled to nothing has none that is ready", () => {
    const idle = deployment().replace("spec: {template", "spec: {replicas: 0, template");
    expect(endpointsOf(namespace("monitoring", "{}") + idle + service(PORT)).map(show)).toEqual([
      "Deployment monitoring/otel :4317 undefined not ready",
    ]);
  });

  test.each<[string, string, string[], string[]]>([
    [
      "an unknown selector",
      pod() + service(PORT, {}, '"?"'),
      ["Pod monitoring/otel 10.0.0.1:4317 istio perhaps"],
      ["Service monitoring/otel spec.selector"],
    ],
    [
      "unknown labels",
      pod({ labels: '{app: "?", security.istio.io/tlsMode: istio}' }) + service(PORT),
      ["Pod monitoring/otel 10.0.0.1:4317 istio perhaps"],
      ["Pod monitoring/otel metadata.labels"],
    ],
    [
      "an unknown label in the selector",
      pod() + service(PORT, {}, '{app: "?"}'),
      ["Pod monitoring/otel 10.0.0.1:4317 istio perhaps"],
      ["Service monitoring/otel spec.selector"],
    ],
    [
      "an unknown target port",
      pod() + service('[{name: grpc, port: 80, targetPort: "?"}]'),
      ["Pod monitoring/otel 10.0.0.1:Symbol(meshtls.unknown) istio"],
      ["Service monitoring/otel spec.ports"],
    ],
    [
      "unknown container ports",
      pod({}, { ports: '"?"' }) + service(NAMED),
      ["Pod monitoring/otel 10.0.0.1:Symbol(meshtls.unknown) istio"],
      ["Pod monitoring/otel spec.containers"],
    ],
    [
      "an unknown namespace",
      pod({ namespace: '"?"' }) + service(PORT),
      ["Pod <unknown>/otel 10.0.0.1:4317 istio perhaps"],
      ["Pod <unknown>/otel metadata.namespace"],
    ],
  ])("%s is told", (_, yaml, expected, undecided) => {
    const endpoints = endpointsOf(yaml);
    expect(endpoints.map(show)).toEqual(expected);
    expect(fields(endpoints.flatMap((endpoint) => endpoint.undecided))).toEqual(undecided);
  });
});

describe("a Service without selector", () => {
  const bare =
    "---\n{apiVersion: v1, kind: Service, metadata: {name: otel, namespace: monitoring}, spec: {ports: [{name: grpc, port: 4317}]}}\n";
  const slice = (endpoints: string, ports = "[{name: grpc, port: 14317}]") =>
    `---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, namespace: monitoring, labels: {kubernetes.io/service-name: otel}}, endpoints: ${endpoints}, ports: ${ports}}\n`;

  test.each<[string, string, string[]]>([
    [
      "by reference to a pod",
      pod() + slice("[{addresses: [10.0.0.1], targetRef: {kind: Pod, name: otel}}]"),
      ["Pod monitoring/otel 10.0.0.1:14317 istio"],
    ],
    [
      "a reference to a pod that does not exist: kube-proxy goes there, istiod does not",
      slice("[{addresses: [10.0.0.1], targetRef: {kind: Pod, name: gone}}]"),
      ["nobody 10.0.0.1:14317 undefined gone"],
    ],
    ["an address of nobody", slice("[{addresses: [203.0.113.5]}]"), ["nobody 203.0.113.5:14317 undefined"]],
    [
      "an address of a pod in another namespace: clients send plaintext",
      pod({ namespace: "apps" }) + slice("[{addresses: [10.0.0.1]}]"),
      ["Pod apps/otel 10.0.0.1:14317 undefined"],
    ],
    [
      "an address of a pod without label",
      pod({ labels: "{}" }) + slice("[{addresses: [10.0.0.1]}]"),
      ["Pod monitoring/otel 10.0.0.1:14317 undefined"],
    ],
    [
      "one that is not ready",
      slice("[{addresses: [203.0.113.5], conditions: {ready: false}}]"),
      ["nobody 203.0.113.5:14317 undefined not ready"],
    ],
    ["a port of another name", slice("[{addresses: [203.0.113.5]}]", "[{name: http, port: 1}]"), []],
    ["without any slice", "", []],
  ])("%s", (_, yaml, expected) => {
    expect(endpointsOf(bare + yaml).map(show)).toEqual(expected);
  });

  test("an address of a labelled pod is a race, so the label is not known", () => {
    const [endpoint] = endpointsOf(bare + pod() + slice("[{addresses: [10.0.0.1]}]"));
    expect(endpoint?.tlsModeLabel).toBe(UNKNOWN);
    expect(fields(endpoint?.undecided ?? [])).toEqual(["EndpointSlice monitoring/s endpoints.targetRef"]);
  });

  test("Endpoints say the same as a slice, once", () => {
    const endpoints =
      "---\n{apiVersion: v1, kind: Endpoints, metadata: {name: otel, namespace: monitoring}, subsets: [{addresses: [{ip: 203.0.113.5}], ports: [{name: grpc, port: 14317}]}]}\n";
    expect(endpointsOf(bare + endpoints + slice("[{addresses: [203.0.113.5]}]")).map(show)).toEqual([
      "nobody 203.0.113.5:14317 undefined",
    ]);
  });
});

describe("a ServiceEntry", () => {
  const of = (yaml: string) => {
    const index = indexOf(yaml);
    const [entry] = index.mesh.serviceEntries;
    const port = entry?.ports[0];
    if (entry === undefined || port === undefined) throw new Error("a ServiceEntry with a port is expected");
    return index.entryEndpoints(entry, port).map(show);
  };
  const PORTS = "ports: [{number: 4317, name: grpc, protocol: GRPC}]";

  test.each<[string, string, string[]]>([
    [
      "its own endpoints",
      istio(
        "ServiceEntry",
        `{${PORTS}, endpoints: [{address: 1.1.1.1}, {address: 2.2.2.2, serviceAccount: sa, ports: {grpc: 7}}]}`,
      ),
      ["nobody 1.1.1.1:4317 undefined", "nobody 2.2.2.2:7 istio"],
    ],
    [
      "workloads that it selects",
      istio("ServiceEntry", `{${PORTS}, workloadSelector: {labels: {app: otel}}}`) +
        pod() +
        istio("WorkloadEntry", "{address: 3.3.3.3, labels: {app: otel}, ports: {grpc: 8}}", { name: "vm" }),
      ["Pod monitoring/otel 10.0.0.1:4317 istio", "WorkloadEntry monitoring/vm 3.3.3.3:8 undefined"],
    ],
  ])("%s", (_, yaml, expected) => {
    expect(of(yaml)).toEqual(expected);
  });
});

describe("lookups", () => {
  const index = indexOf(
    pod({ name: "a" }) +
      pod({ name: "host", labels: "{}" }, { ip: "10.0.0.1" }).replace("spec: {", "spec: {hostNetwork: true, ") +
      service(PORT, {}, "{app: otel}", ", clusterIP: 10.96.0.1"),
    { clusterDomain: "corp.local" },
  );

  test("a Service by its name, host and address", () => {
    const found = index.service("monitoring", "otel");
    expect(found).toBeDefined();
    expect(index.serviceByHost("otel.monitoring.svc.corp.local")).toBe(found);
    expect(index.serviceByHost("otel.monitoring.svc.cluster.local")).toBeUndefined();
    expect(index.serviceByIp("10.96.0.1")).toBe(found);
    expect(index.servicesSelecting(workloadOf(index, "a")).map((each) => each.service)).toEqual([found]);
  });

  test("a workload by its address: not one that merely shares its node's", () => {
    expect(index.workloadByIp("10.0.0.1")?.ref.name).toBe("a");
    expect(index.workload({ kind: "Pod", namespace: "monitoring", name: "a" })).toBe(workloadOf(index, "a"));
  });
});
