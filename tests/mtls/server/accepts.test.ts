import { serverAccepts, type ServerSide } from "../../../policies/mtls/server/accepts";
import { fields, indexOf, istio, namespace, peerAuthentication, pod, service, workloadOf } from "./mesh";

const PLAIN: ServerSide = { serverSpeaks: "plaintext", protocol: "grpc" };

const accepts = (yaml: string, side: Partial<ServerSide> = {}, port = 4317) => {
  const index = indexOf(yaml);
  return serverAccepts(index, workloadOf(index), port, { ...PLAIN, ...side });
};

const mode = (value: string) => peerAuthentication(`{mtls: {mode: ${value}}}`);
const declaredAs = (name: string | undefined) => (name === undefined ? "" : service(`[{name: ${name}, port: 4317}]`));

describe("a port behind a sidecar", () => {
  // mode, name of the port, what becomes of plaintext, TLS and Istio mTLS
  test.each<[string, string | undefined, string, string, string]>([
    ["STRICT", "grpc", "no-chain", "needs-cert", "ok"],
    ["STRICT", "tcp", "no-chain", "needs-cert", "ok"],
    ["STRICT", "otlp", "no-chain", "needs-cert", "ok"],
    ["STRICT", undefined, "no-chain", "needs-cert", "ok"],
    ["PERMISSIVE", "grpc", "ok", "no-chain", "ok"],
    ["PERMISSIVE", "tcp", "ok", "raw", "ok"],
    ["PERMISSIVE", "otlp", "ok", "raw", "ok"],
    ["PERMISSIVE", undefined, "ok", "raw", "ok"],
    ["DISABLE", "grpc", "ok", "protocol-error", "protocol-error"],
    ["DISABLE", "tcp", "ok", "raw", "raw"],
    ["DISABLE", "otlp", "ok", "raw", "raw"],
    ["DISABLE", undefined, "ok", "raw", "raw"],
  ])("%s, named %s", (policy, name, plaintext, tls, mtls) => {
    const found = accepts(pod() + mode(policy) + declaredAs(name));
    expect(found).toMatchObject({ codes: { plaintext, tls, mtls }, intercepted: true, mode: policy, undecided: [] });
    const understood = { plaintext: plaintext === "ok", tls: tls === "ok", mtls: mtls === "ok" };
    expect(found.accepts).toEqual(Object.entries(understood).flatMap(([kind, taken]) => (taken ? [kind] : [])));
  });

  test.each<[string, string, string, string, string]>([
    ["STRICT", "grpc", "no-chain", "needs-cert", "protocol-error"],
    ["PERMISSIVE", "grpc", "protocol-error", "no-chain", "protocol-error"],
    ["DISABLE", "grpc", "protocol-error", "protocol-error", "protocol-error"],
    ["PERMISSIVE", "tcp", "ok", "raw", "ok"],
  ])("%s, named %s, gets bytes that are no HTTP", (policy, name, plaintext, tls, mtls) => {
    expect(accepts(pod() + mode(policy) + declaredAs(name), { protocol: "tcp" }).codes).toEqual({
      plaintext,
      tls,
      mtls,
    });
  });

  test.each<[string, string, readonly string[]]>([
    ["STRICT", "tcp", ["mtls"]],
    ["STRICT", "grpc", []],
    ["PERMISSIVE", "tcp", ["tls", "mtls"]],
    ["PERMISSIVE", "grpc", []],
    ["DISABLE", "tcp", ["tls"]],
    ["DISABLE", "grpc", []],
  ])("%s, named %s, before an application that speaks TLS", (policy, name, expected) => {
    expect(accepts(pod() + mode(policy) + declaredAs(name), { serverSpeaks: "tls" }).accepts).toEqual(expected);
  });

  test("has reasons in their order", () => {
    const { because } = accepts(pod() + mode("STRICT") + declaredAs("grpc"));
    expect(because).toEqual([
      { step: "injection", object: "Pod monitoring/otel", says: "its pods have a container istio-proxy" },
      { step: "interception", object: "Pod monitoring/otel", says: "all other ports are intercepted" },
      { step: "peer-authentication", object: "PeerAuthentication monitoring/default", says: "port 4317 is STRICT" },
      { step: "declared-protocol", object: "Service monitoring/otel", says: "port 4317 is declared HTTP" },
    ]);
  });
});

describe("a port without a proxy in between", () => {
  test.each<[string, string]>([
    ["of a pod without proxy", pod({}, { proxy: false })],
    ["that is excluded", pod({ annotations: '{traffic.sidecar.istio.io/excludeInboundPorts: "4317"}' })],
    ["in mode NONE", pod({ annotations: "{sidecar.istio.io/interceptionMode: NONE}" })],
    ["of a WorkloadEntry", istio("WorkloadEntry", "{address: 1.2.3.4, serviceAccount: vm}")],
  ])("%s takes what the application speaks, whatever the policy", (_, yaml) => {
    for (const serverSpeaks of ["plaintext", "tls"] as const)
      expect(accepts(yaml + mode("STRICT"), { serverSpeaks })).toMatchObject({
        accepts: [serverSpeaks],
        codes: null,
        intercepted: false,
        mode: undefined,
        undecided: [],
      });
  });
});

describe("a port of an ambient pod", () => {
  const server =
    namespace("monitoring", "{istio.io/dataplane-mode: ambient}") + pod({ labels: "{app: otel}" }, { proxy: false });
  const mesh = (value: string) =>
    peerAuthentication(`{mtls: {mode: ${value}}}`, { name: "mesh", namespace: "istio-system" });
  const whole = (value: string) => peerAuthentication(`{mtls: {mode: ${value}}}`, { name: "whole" });
  const own = (value: string, ports: string) =>
    peerAuthentication(`{selector: {matchLabels: {app: otel}}, mtls: {mode: ${value}}, portLevelMtls: ${ports}}`, {
      name: "own",
    });
  const STRICT = mesh("STRICT");

  test.each<[string, string, boolean, boolean]>([
    // is plaintext denied on 4317, and on another port
    ["no policy", "", false, false],
    ["126: a strict mesh", STRICT, true, true],
    ["a permissive namespace", STRICT + whole("PERMISSIVE"), false, false],
    ["a namespace that disables it is not strict", STRICT + whole("DISABLE"), false, false],
    [
      "127: a DISABLE port of an unset workload is ignored",
      STRICT + own("UNSET", "{4317: {mode: DISABLE}}"),
      true,
      true,
    ],
    ["128: a PERMISSIVE port of an unset workload", STRICT + own("UNSET", "{4317: {mode: PERMISSIVE}}"), false, true],
    [
      "A1: a PERMISSIVE port lifts the DISABLE ports too",
      STRICT + own("UNSET", "{1: {mode: PERMISSIVE}, 4317: {mode: DISABLE}}"),
      false,
      true,
    ],
    ["a strict workload: DISABLE lifts", STRICT + own("STRICT", "{4317: {mode: DISABLE}}"), false, true],
    ["a strict workload: PERMISSIVE lifts", own("STRICT", "{4317: {mode: PERMISSIVE}}"), false, true],
    ["a permissive workload: a STRICT port denies", own("PERMISSIVE", "{4317: {mode: STRICT}}"), true, false],
    ["A2: but not under a strict mesh", STRICT + own("PERMISSIVE", "{4317: {mode: STRICT}}"), false, false],
    [
      "A2: also with an unset namespace",
      STRICT + whole("UNSET") + own("DISABLE", "{4317: {mode: STRICT}}"),
      false,
      false,
    ],
    [
      "A2: a namespace with a mode brings it back",
      STRICT + whole("PERMISSIVE") + own("PERMISSIVE", "{4317: {mode: STRICT}}"),
      true,
      false,
    ],
    [
      "A3: an unset namespace loses the policy altogether",
      STRICT + whole("UNSET") + own("UNSET", "{4317: {mode: PERMISSIVE}}"),
      false,
      false,
    ],
    ["a strict namespace keeps it", STRICT + whole("STRICT") + own("UNSET", "{4317: {mode: PERMISSIVE}}"), false, true],
    [
      "an unset workload under a permissive mesh: a STRICT port denies",
      own("UNSET", "{4317: {mode: STRICT}}"),
      true,
      false,
    ],
  ])("%s", (_, yaml, isDenied, isOtherDenied) => {
    const denied = { accepts: ["mtls"], codes: { plaintext: "denied", tls: "denied", mtls: "ok" } };
    const open = { accepts: ["plaintext", "mtls"], codes: { plaintext: "ok", tls: "raw", mtls: "ok" } };
    for (const [port, expected] of [
      [4317, isDenied],
      [4318, isOtherDenied],
    ] as const)
      expect(accepts(server + yaml, {}, port)).toMatchObject({
        ...(expected ? denied : open),
        intercepted: true,
        undecided: [],
      });
  });

  test("with an unknown mode is not known, and the field is named", () => {
    const found = accepts(server + mesh('"?"'));
    expect(found).toMatchObject({ accepts: null, codes: null });
    expect(fields(found.undecided)).toEqual(["PeerAuthentication istio-system/mesh spec.mtls.mode"]);
  });

  test("with an unknown mode that ztunnel does not distinguish is known", () => {
    const found = accepts(server + mesh("PERMISSIVE") + own('"?"', "{4317: {mode: STRICT}}"));
    expect(found).toMatchObject({ accepts: ["mtls"], undecided: [] });
  });
});

describe("what is not known", () => {
  test.each<[string, string, string[]]>([
    ["the mode", pod() + mode('"?"'), ["PeerAuthentication monitoring/default spec.mtls.mode"]],
    [
      "interception",
      pod({ annotations: '{traffic.sidecar.istio.io/excludeInboundPorts: "?"}' }),
      ["Pod monitoring/otel metadata.annotations.traffic.sidecar.istio.io/excludeInboundPorts"],
    ],
    [
      "the protocol before an application that speaks TLS",
      pod() + mode("PERMISSIVE") + service('"?"'),
      ["Service monitoring/otel spec.ports"],
    ],
  ])("%s decides and is named", (_, yaml, expected) => {
    const found = accepts(yaml, { serverSpeaks: "tls" });
    expect(found).toMatchObject({ accepts: null, codes: null });
    expect(found.possible.length).toBeGreaterThan(1);
    expect(fields(found.undecided)).toEqual(expected);
  });

  test("the protocol of a STRICT port does not matter to a plaintext application", () => {
    expect(accepts(pod() + mode("STRICT") + service('"?"'))).toMatchObject({ accepts: ["mtls"], undecided: [] });
  });

  test("the mode does not matter where no proxy is in between", () => {
    expect(accepts(pod({}, { proxy: false }) + mode('"?"'))).toMatchObject({ accepts: ["plaintext"], undecided: [] });
  });

  test("every way that it may be is told", () => {
    const found = accepts(pod() + peerAuthentication('{selector: "?", mtls: {mode: STRICT}}'));
    expect(found.possible.map((side) => side.accepts)).toEqual([["mtls"], ["plaintext", "mtls"]]);
  });
});
