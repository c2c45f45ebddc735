import { UNKNOWN } from "../../../policies/mtls/known";
import type { MeshFacts } from "../../../policies/mtls/mesh";
import {
  effectivePeerAuthentication,
  namespaceMode,
  namespaceModeForClients,
} from "../../../policies/mtls/server/peer-authentication";
import { fields, indexOf, peerAuthentication, pod, workloadOf } from "./mesh";

const effective = (yaml: string, facts: MeshFacts = {}, server = pod()) => {
  const index = indexOf(server + yaml, facts);
  return effectivePeerAuthentication(index, workloadOf(index));
};

const ROOT = { namespace: "istio-system" };
const OTEL = "selector: {matchLabels: {app: otel}}";
const mesh = (mode: string) => peerAuthentication(`{mtls: {mode: ${mode}}}`, { name: "mesh", ...ROOT });
const whole = (mode: string, meta = {}) => peerAuthentication(`{mtls: {mode: ${mode}}}`, { name: "whole", ...meta });
const own = (rest: string, meta = {}) => peerAuthentication(`{${OTEL}, ${rest}}`, { name: "own", ...meta });
const STRICT = mesh("STRICT");

describe("the mode of a port", () => {
  test.each<[string, string, Record<number, string>]>([
    ["1: no policy at all", "", { 4317: "PERMISSIVE" }],
    ["2: a mesh policy that sets nothing", peerAuthentication("{mtls: {}}", ROOT), { 4317: "PERMISSIVE" }],
    ["3: an UNSET namespace inherits", STRICT + whole("UNSET"), { 4317: "STRICT" }],
    ["4: the namespace over the mesh", STRICT + whole("PERMISSIVE"), { 4317: "PERMISSIVE" }],
    ["5: the workload over the mesh", mesh("PERMISSIVE") + own("mtls: {mode: STRICT}"), { 4317: "STRICT" }],
    [
      "6: a port over an UNSET workload",
      STRICT + own("mtls: {}, portLevelMtls: {4317: {mode: PERMISSIVE}}"),
      { 4317: "PERMISSIVE", 4318: "STRICT" },
    ],
    ["7: an UNSET port inherits", STRICT + own("portLevelMtls: {4317: {}}"), { 4317: "STRICT" }],
    [
      "an UNSET port inherits from the workload, not from the mesh",
      STRICT + own("mtls: {mode: DISABLE}, portLevelMtls: {4317: {mode: UNSET}}"),
      { 4317: "DISABLE" },
    ],
    [
      "8: the port of the Service is no port of the workload",
      STRICT + own("portLevelMtls: {80: {mode: PERMISSIVE}}"),
      { 4317: "STRICT", 80: "PERMISSIVE" },
    ],
    [
      "11: a port that nothing declares",
      STRICT + own("portLevelMtls: {9999: {mode: PERMISSIVE}}"),
      { 9999: "PERMISSIVE" },
    ],
    [
      "12: the older of two, and no merging",
      STRICT +
        own("mtls: {mode: STRICT}", { name: "z", age: 1 }) +
        own("portLevelMtls: {4317: {mode: PERMISSIVE}}", { name: "a", age: 2 }),
      { 4317: "STRICT" },
    ],
    [
      "13: the first name of equally old ones",
      STRICT +
        own("mtls: {mode: STRICT}", { name: "b" }) +
        own("portLevelMtls: {4317: {mode: PERMISSIVE}}", { name: "a" }),
      { 4317: "PERMISSIVE" },
    ],
    [
      "14: the older of two for the namespace",
      whole("PERMISSIVE", { name: "z", age: 1 }) + whole("STRICT", { name: "a", age: 2 }),
      { 4317: "PERMISSIVE" },
    ],
    [
      "15: a selector in the root namespace selects nothing",
      STRICT + own("mtls: {mode: PERMISSIVE}", ROOT),
      { 4317: "STRICT" },
    ],
    [
      "17: a selector that does not match",
      STRICT + peerAuthentication("{selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}}"),
      { 4317: "STRICT" },
    ],
    [
      "18: ports without selector are ignored",
      STRICT + peerAuthentication("{portLevelMtls: {4317: {mode: PERMISSIVE}}}"),
      { 4317: "STRICT" },
    ],
    [
      "20: an empty selector is none",
      STRICT + peerAuthentication("{selector: {matchLabels: {}}, mtls: {mode: PERMISSIVE}}"),
      { 4317: "PERMISSIVE" },
    ],
    ["22: a policy of the client's namespace", STRICT + whole("PERMISSIVE", { namespace: "apps" }), { 4317: "STRICT" }],
    ["23: a workload that disables it", STRICT + own("mtls: {mode: DISABLE}"), { 4317: "DISABLE" }],
    [
      "24: a strict workload in a namespace that disables it",
      whole("DISABLE") + own("mtls: {mode: STRICT}"),
      { 4317: "STRICT" },
    ],
    [
      "25: a port that disables it in a strict namespace",
      whole("STRICT") + own("portLevelMtls: {4317: {mode: DISABLE}}"),
      { 4317: "DISABLE", 4318: "STRICT" },
    ],
  ])("%s", (_, yaml, expected) => {
    const { port } = effective(yaml);
    for (const [number, mode] of Object.entries(expected))
      expect(port(Number(number))).toMatchObject({ mode, possible: [mode], undecided: [] });
  });

  test("16: of a workload in the root namespace is the mesh's", () => {
    const server = pod({ ...ROOT });
    const yaml = STRICT + own("mtls: {mode: PERMISSIVE}, portLevelMtls: {4317: {mode: DISABLE}}", ROOT);
    expect(effective(yaml, {}, server).port(4317).mode).toBe("STRICT");
  });

  test("21: with another root namespace", () => {
    const facts = { rootNamespace: "istio-config" };
    expect(effective(STRICT, facts).port(4317).mode).toBe("PERMISSIVE");
    expect(
      effective(peerAuthentication("{mtls: {mode: STRICT}}", { namespace: "istio-config" }), facts).port(4317).mode,
    ).toBe("STRICT");
  });

  test("a stated mode of the mesh stands for a policy that is not among the objects", () => {
    expect(effective("", { meshMode: "STRICT" }).mode).toBe("STRICT");
    expect(effective(mesh("DISABLE"), { meshMode: "STRICT" }).mode).toBe("DISABLE");
    expect(effective(whole("PERMISSIVE"), { meshMode: "STRICT" }).mode).toBe("PERMISSIVE");
    expect(effective(mesh("UNSET"), { meshMode: "STRICT" }).mode).toBe("PERMISSIVE");
  });

  test("names the policy that set it", () => {
    const { mode, by, port } = effective(STRICT + own("portLevelMtls: {4317: {mode: PERMISSIVE}}"));
    expect([mode, by?.ref.name, port(4317).by?.ref.name, port(4318).by?.ref.name]).toEqual([
      "STRICT",
      "mesh",
      "own",
      "mesh",
    ]);
    expect(effective("").by).toBeUndefined();
  });

  test("labels that injection adds can be selected by", () => {
    const template =
      "---\n{apiVersion: v1, kind: Namespace, metadata: {name: monitoring, labels: {istio-injection: enabled}}}\n" +
      "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: otel, namespace: monitoring}, spec: {template: {metadata: {labels: {app: otel}}, spec: {containers: []}}}}\n";
    const bySelector = (labels: string) =>
      effective(
        STRICT + peerAuthentication(`{selector: {matchLabels: ${labels}}, mtls: {mode: DISABLE}}`),
        {},
        template,
      ).mode;
    expect(bySelector("{security.istio.io/tlsMode: istio}")).toBe("DISABLE");
    expect(bySelector("{service.istio.io/canonical-name: otel}")).toBe("DISABLE");
    expect(bySelector("{service.istio.io/canonical-name: other}")).toBe("STRICT");
  });
});

describe("what is not known", () => {
  const maybe = (rest: string, meta = {}) =>
    peerAuthentication(`{selector: {matchLabels: {app: "?"}}, ${rest}}`, { name: "maybe", ...meta });

  test.each<[string, string, string[], string[]]>([
    [
      "an unknown mode",
      STRICT + own('mtls: {mode: "?"}'),
      ["DISABLE", "PERMISSIVE", "STRICT"],
      ["PeerAuthentication monitoring/own spec.mtls.mode"],
    ],
    [
      "an unknown mode of the mesh",
      mesh('"?"'),
      ["DISABLE", "PERMISSIVE", "STRICT"],
      ["PeerAuthentication istio-system/mesh spec.mtls.mode"],
    ],
    [
      "an unknown port",
      STRICT + own('portLevelMtls: {4317: {mode: "?"}}'),
      ["DISABLE", "PERMISSIVE", "STRICT"],
      ["PeerAuthentication monitoring/own spec.portLevelMtls.4317.mode"],
    ],
    [
      "unknown ports",
      STRICT + own('portLevelMtls: "?"'),
      ["DISABLE", "PERMISSIVE", "STRICT"],
      ["PeerAuthentication monitoring/own spec.portLevelMtls"],
    ],
    [
      "an unknown label in the selector",
      STRICT + maybe("mtls: {mode: DISABLE}"),
      ["DISABLE", "STRICT"],
      ["PeerAuthentication monitoring/maybe spec.selector"],
    ],
    [
      "an unknown selector",
      STRICT + peerAuthentication('{selector: "?", mtls: {mode: DISABLE}}'),
      ["DISABLE", "STRICT"],
      ["PeerAuthentication monitoring/default spec.selector"],
    ],
    [
      "an unknown namespace",
      STRICT + own("mtls: {mode: DISABLE}", { namespace: '"?"' }),
      ["DISABLE", "STRICT"],
      ["PeerAuthentication <unknown>/own metadata.namespace"],
    ],
    [
      "an unknown namespace, which may be the root's",
      peerAuthentication("{mtls: {mode: STRICT}}", { namespace: '"?"' }),
      ["PERMISSIVE", "STRICT"],
      ["PeerAuthentication <unknown>/default metadata.namespace"],
    ],
    [
      "an older policy that may or may not apply",
      STRICT + maybe("mtls: {mode: PERMISSIVE}", { age: 1 }) + own("mtls: {mode: STRICT}", { age: 2 }),
      ["PERMISSIVE", "STRICT"],
      ["PeerAuthentication monitoring/maybe spec.selector"],
    ],
  ])("%s decides and is named", (_, yaml, possible, undecided) => {
    const port = effective(yaml).port(4317);
    expect(port.mode).toBe(UNKNOWN);
    expect([...port.possible].sort()).toEqual(possible);
    expect([...new Set(fields(port.undecided))]).toEqual(undecided);
  });

  test("labels of the workload decide and are named", () => {
    const { mode, undecided } = effective(STRICT + own("mtls: {mode: DISABLE}"), {}, pod({ labels: '{app: "?"}' }));
    expect([mode, ...fields(undecided)]).toEqual([UNKNOWN, "Pod monitoring/otel metadata.labels"]);
  });

  test.each<[string, string, number, string]>([
    ["an unknown mode of a policy that another one overrides", mesh('"?"') + whole("STRICT"), 4317, "STRICT"],
    [
      "an unknown mode of a policy that came too late",
      STRICT + own("mtls: {mode: STRICT}", { name: "z", age: 1 }) + own('mtls: {mode: "?"}', { age: 2 }),
      4317,
      "STRICT",
    ],
    [
      "an unknown mode under a port of its own",
      own('mtls: {mode: "?"}, portLevelMtls: {4317: {mode: STRICT}}'),
      4317,
      "STRICT",
    ],
    ["an unknown port elsewhere", STRICT + own('portLevelMtls: {1: {mode: "?"}}'), 4317, "STRICT"],
    ["a policy that may apply, and says the same", STRICT + maybe("mtls: {mode: STRICT}"), 4317, "STRICT"],
    ["a policy that may apply, and says nothing", STRICT + maybe("mtls: {}"), 4317, "STRICT"],
    [
      "a selector that cannot match, whatever its unknown label is",
      STRICT + peerAuthentication('{selector: {matchLabels: {app: web, tier: "?"}}, mtls: {mode: "?"}}'),
      4317,
      "STRICT",
    ],
    ["an unknown mode in another namespace", STRICT + whole('"?"', { namespace: "apps" }), 4317, "STRICT"],
    ["an unknown mode of a selector in the root namespace", STRICT + own('mtls: {mode: "?"}', ROOT), 4317, "STRICT"],
  ])("%s does not matter", (_, yaml, number, expected) => {
    expect(effective(yaml).port(number)).toMatchObject({ mode: expected, undecided: [] });
  });
});

describe("the order of equally old policies", () => {
  test.each<[string, string, boolean]>([
    [
      "decides between different ones",
      own("mtls: {mode: STRICT}", { name: "a" }) + own("mtls: {mode: DISABLE}", { name: "b" }),
      true,
    ],
    [
      "decides between different ports",
      own("portLevelMtls: {1: {mode: STRICT}}", { name: "a" }) + own("mtls: {}", { name: "b" }),
      true,
    ],
    [
      "decides nothing between like ones",
      own("mtls: {mode: STRICT}", { name: "a" }) + own("mtls: {mode: STRICT}", { name: "b" }),
      false,
    ],
    [
      "decides nothing where ages differ",
      own("mtls: {mode: STRICT}", { name: "a", age: 1 }) + own("mtls: {mode: DISABLE}", { name: "b", age: 2 }),
      false,
    ],
    ["decides between two for the namespace", whole("STRICT", { name: "a" }) + whole("DISABLE", { name: "b" }), true],
    [
      "decides nothing for the namespace under a workload's own mode",
      whole("STRICT", { name: "a" }) + whole("DISABLE", { name: "b" }) + own("mtls: {mode: STRICT}"),
      false,
    ],
  ])("%s", (_, yaml, expected) => {
    expect(effective(yaml).orderDependent).toBe(expected);
  });
});

test("evidence names every policy that could be thought to apply", () => {
  const yaml =
    STRICT +
    own("mtls: {mode: PERMISSIVE}", { name: "root-selector", ...ROOT }) +
    own("portLevelMtls: {4317: {mode: PERMISSIVE}}", { name: "older", age: 1 }) +
    own("mtls: {mode: STRICT}", { name: "newer", age: 2 }) +
    peerAuthentication("{selector: {matchLabels: {app: web}}}", { name: "other-pods" }) +
    whole("DISABLE", { name: "elsewhere", namespace: "apps" });
  expect(
    effective(yaml)
      .considered()
      .map(({ object, won, says }) => [object, won, says]),
  ).toEqual([
    ["PeerAuthentication istio-system/mesh", true, "sets STRICT"],
    [
      "PeerAuthentication istio-system/root-selector",
      false,
      "in the root namespace a policy with a selector applies to nothing",
    ],
    ["PeerAuthentication monitoring/newer", false, "an older policy of the same level wins; policies are not merged"],
    ["PeerAuthentication monitoring/older", true, "sets no mode; port 4317 PERMISSIVE"],
    ["PeerAuthentication monitoring/other-pods", false, "its selector does not match the pods"],
  ]);
});

describe("what clients know of a namespace", () => {
  test.each<[string, string, MeshFacts, string, string]>([
    ["nothing", "", {}, "monitoring", "UNKNOWN-TO-CLIENTS"],
    ["the mesh's mode", STRICT, {}, "monitoring", "STRICT"],
    ["PERMISSIVE where the mesh's policy sets nothing", mesh("UNSET"), {}, "monitoring", "PERMISSIVE"],
    ["the namespace's own", STRICT + whole("DISABLE"), {}, "monitoring", "DISABLE"],
    ["the mesh's where the namespace's sets nothing", STRICT + whole("UNSET"), {}, "monitoring", "STRICT"],
    [
      "PERMISSIVE where the namespace's sets nothing and the mesh has none",
      whole("UNSET"),
      {},
      "monitoring",
      "PERMISSIVE",
    ],
    ["never a workload's", STRICT + own("mtls: {mode: DISABLE}"), {}, "monitoring", "STRICT"],
    ["the mesh's in the root namespace", STRICT, {}, "istio-system", "STRICT"],
    ["the stated mode of the mesh", "", { meshMode: "STRICT" }, "monitoring", "STRICT"],
  ])("%s", (_, yaml, facts, namespace, expected) => {
    expect(namespaceModeForClients(indexOf(pod() + yaml, facts), namespace)).toBe(expected);
  });

  test("an unknown mode is named, unless the namespace has its own", () => {
    const open = namespaceMode(indexOf(mesh('"?"')), "monitoring");
    expect([open.mode, ...fields(open.undecided)]).toEqual([
      UNKNOWN,
      "PeerAuthentication istio-system/mesh spec.mtls.mode",
    ]);
    expect(namespaceMode(indexOf(mesh('"?"') + whole("STRICT")), "monitoring")).toMatchObject({
      mode: "STRICT",
      undecided: [],
    });
  });
});
