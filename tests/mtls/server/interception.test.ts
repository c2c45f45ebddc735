import { UNKNOWN } from "../../../policies/mtls/known";
import { inboundIntercepted, outboundCaptured, type Dialled } from "../../../policies/mtls/server/interception";
import { deployment, fields, indexOf, namespace, pod, workloadOf } from "./mesh";

const annotated = (annotations: string): string => pod({ annotations: `{${annotations}}` });
const key = (name: string, value: string): string => `traffic.sidecar.istio.io/${name}: "${value}"`;

const inbound = (yaml: string, port = 4317) => {
  const index = indexOf(yaml);
  return inboundIntercepted(index, workloadOf(index), port);
};
const outbound = (yaml: string, dialled: Dialled) => {
  const index = indexOf(yaml);
  return outboundCaptured(index, workloadOf(index), dialled);
};

const settings = (proxy: object): string =>
  `---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: istio-sidecar-injector, namespace: istio-system}, data: {config: "{}", values: '${JSON.stringify({ global: { proxy } })}'}}\n`;
const meshConfig = (text: string): string =>
  `---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: '${text}'}}\n`;

describe("inbound", () => {
  test.each<[string, string, number, boolean]>([
    ["every port by default", pod(), 4317, true],
    ["but not those of the proxy itself: metrics", pod(), 15090, false],
    ["health", pod(), 15021, false],
    ["merged metrics", pod(), 15020, false],
    ["HBONE", pod(), 15008, false],
    ["an excluded port", annotated(key("excludeInboundPorts", "80, 4317")), 4317, false],
    ["a port that is not excluded", annotated(key("excludeInboundPorts", "80,4317")), 4318, true],
    ["only the included ports", annotated(key("includeInboundPorts", "4318")), 4317, false],
    ["an included port", annotated(key("includeInboundPorts", "4317, 4318")), 4318, true],
    [
      "an included port although it is excluded too",
      annotated(`${key("includeInboundPorts", "4317")}, ${key("excludeInboundPorts", "4317")}`),
      4317,
      true,
    ],
    ["an included port of the proxy", annotated(key("includeInboundPorts", "15020")), 15020, true],
    ["nothing where the list is empty", annotated(key("includeInboundPorts", "")), 4317, false],
    ["nothing in mode NONE", annotated("sidecar.istio.io/interceptionMode: NONE"), 4317, false],
    ["everything in mode TPROXY", annotated("sidecar.istio.io/interceptionMode: TPROXY"), 4317, true],
    [
      "nothing in mode NONE of the proxy's own configuration",
      annotated('proxy.istio.io/config: "interceptionMode: NONE"'),
      4317,
      false,
    ],
    [
      "the annotation before the proxy's own configuration",
      annotated('sidecar.istio.io/interceptionMode: REDIRECT, proxy.istio.io/config: "interceptionMode: NONE"'),
      4317,
      true,
    ],
    ["nothing in mode NONE of the mesh", pod() + meshConfig("defaultConfig: {interceptionMode: NONE}"), 4317, false],
    ["nothing of a pod without proxy", pod({}, { proxy: false }), 4317, false],
    ["nothing of a gateway", annotated("inject.istio.io/templates: gateway"), 4317, false],
    ["nothing of proxyless gRPC", annotated("inject.istio.io/templates: grpc-agent"), 4317, false],
    ["everything of a pod with a template more", annotated('inject.istio.io/templates: "sidecar,custom"'), 4317, true],
    ["what the injector excludes for all", pod() + settings({ excludeInboundPorts: "4317" }), 4317, false],
    [
      "the pod's list before the injector's",
      annotated(key("excludeInboundPorts", "")) + settings({ excludeInboundPorts: "4317" }),
      4317,
      true,
    ],
  ])("%s", (_, yaml, port, expected) => {
    const { intercepted, undecided } = inbound(yaml, port);
    expect({ intercepted, undecided }).toEqual({ intercepted: expected, undecided: [] });
  });

  test.each<[string, string, string[]]>([
    [
      "an unknown list",
      annotated(key("excludeInboundPorts", "?")),
      ["Pod monitoring/otel metadata.annotations.traffic.sidecar.istio.io/excludeInboundPorts"],
    ],
    ["unknown annotations", pod({ annotations: '"?"' }), ["Pod monitoring/otel metadata.annotations"]],
    [
      "an unknown mode",
      annotated('sidecar.istio.io/interceptionMode: "?"'),
      ["Pod monitoring/otel metadata.annotations.sidecar.istio.io/interceptionMode"],
    ],
    [
      "unknown injection",
      deployment({ labels: '{sidecar.istio.io/inject: "?"}' }) + namespace("monitoring", "{istio-injection: enabled}"),
      ["Deployment monitoring/otel spec.template.metadata.labels.sidecar.istio.io/inject"],
    ],
  ])("%s is not known", (_, yaml, expected) => {
    const { intercepted, undecided } = inbound(yaml);
    expect(intercepted).toBe(UNKNOWN);
    expect(fields(undecided)).toEqual(expected);
  });

  test("what is excluded stays so whatever else is not known", () => {
    const annotations = `{${key("excludeInboundPorts", "4317")}}`;
    const open = namespace("monitoring", '{istio-injection: "?"}') + deployment({ annotations });
    expect(inbound(open)).toMatchObject({ intercepted: false, undecided: [] });
  });
});

describe("outbound", () => {
  const SERVICE_IP = "10.96.0.10";

  test.each<[string, string, Dialled, boolean]>([
    ["everything by default", "", { ip: SERVICE_IP, port: 4317 }, true],
    ["an address that is not known", "", { port: 4317 }, true],
    ["an excluded port", key("excludeOutboundPorts", "4317"), { ip: SERVICE_IP, port: 4317 }, false],
    [
      "an excluded target port is not the port that is dialled",
      key("excludeOutboundPorts", "4317"),
      { ip: SERVICE_IP, port: 80 },
      true,
    ],
    [
      "an excluded port comes before an included one",
      `${key("excludeOutboundPorts", "4317")}, ${key("includeOutboundPorts", "4317")}`,
      { port: 4317 },
      false,
    ],
    ["the user of the proxy", "", { ip: SERVICE_IP, port: 4317, uid: 1337 }, false],
    ["another user", "", { ip: SERVICE_IP, port: 4317, uid: 1000 }, true],
    ["loopback", "", { ip: "127.0.0.1", port: 4317 }, false],
    ["loopback of IPv6", "", { ip: "::1", port: 4317 }, false],
    ["an excluded range", key("excludeOutboundIPRanges", "10.96.0.0/12"), { ip: SERVICE_IP, port: 4317 }, false],
    [
      "a range of pods does not cover a Service",
      key("excludeOutboundIPRanges", "10.244.0.0/16"),
      { ip: SERVICE_IP, port: 4317 },
      true,
    ],
    [
      "an included port in spite of the ranges",
      `${key("includeOutboundIPRanges", "")}, ${key("includeOutboundPorts", "4317")}`,
      { port: 4317 },
      true,
    ],
    ["nothing where the ranges are empty", key("includeOutboundIPRanges", ""), { ip: SERVICE_IP, port: 4317 }, false],
    [
      "nothing where the ranges are empty, whatever the address",
      key("includeOutboundIPRanges", ""),
      { port: 4317 },
      false,
    ],
    [
      "only the included ranges",
      key("includeOutboundIPRanges", "192.168.0.0/16"),
      { ip: SERVICE_IP, port: 4317 },
      false,
    ],
    [
      "an included range",
      key("includeOutboundIPRanges", "192.168.0.0/16, 10.96.0.0/12"),
      { ip: SERVICE_IP, port: 4317 },
      true,
    ],
    ["an included range of IPv6", key("includeOutboundIPRanges", "fd00::/8"), { ip: "fd00::5", port: 4317 }, true],
  ])("%s", (_, annotations, dialled, expected) => {
    const { captured, undecided } = outbound(annotated(annotations), dialled);
    expect({ captured, undecided }).toEqual({ captured: expected, undecided: [] });
  });

  test("nothing without a proxy", () => {
    expect(outbound(pod({}, { proxy: false }), { ip: SERVICE_IP, port: 4317 }).captured).toBe(false);
  });

  test("the ranges that the injector excludes for all", () => {
    const yaml = pod() + settings({ excludeIPRanges: "10.96.0.0/12" });
    expect(outbound(yaml, { ip: SERVICE_IP, port: 4317 }).captured).toBe(false);
  });

  test("ranges decide nothing about an address that is not known", () => {
    for (const annotations of [
      key("excludeOutboundIPRanges", "10.96.0.0/12"),
      key("includeOutboundIPRanges", "10.96.0.0/12"),
    ])
      expect(outbound(annotated(annotations), { port: 4317 }).captured).toBe(UNKNOWN);
  });
});
