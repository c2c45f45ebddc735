import type { Report } from "../../../cli/report";
import { UNKNOWN } from "../../../policies/mtls/known";
import { readPreviewFile } from "../../../cli/sources/preview";
import { readStateFile } from "../../../cli/sources/state";
import { folder, meshtls } from "../support/meshtls";
import { join } from "node:path";

const STACK = "urn:pulumi:staging::mesh::pulumi:pulumi:Stack::mesh-staging";
const PROVIDER = "urn:pulumi:staging::mesh::pulumi:providers:kubernetes::cluster";
const SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const urnOf = (type: string, name: string): string => `urn:pulumi:staging::mesh::${type}::${name}`;

const stack = { urn: STACK, type: "pulumi:pulumi:Stack", custom: false };
const provider = {
  urn: PROVIDER,
  type: "pulumi:providers:kubernetes",
  custom: true,
  inputs: { namespace: "shop" },
  parent: STACK,
};

const resource = (kind: string, name: string, inputs: object, more: object = {}) => ({
  urn: urnOf(`kubernetes:core/v1:${kind}`, name),
  type: `kubernetes:core/v1:${kind}`,
  custom: true,
  parent: STACK,
  provider: `${PROVIDER}::id`,
  inputs: { apiVersion: "v1", kind, metadata: { name }, ...inputs },
  ...more,
});

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe("a stack export", () => {
  const state = (resources: readonly unknown[]) =>
    readStateFile("state.json", bytes({ version: 3, deployment: { manifest: {}, resources } }));

  test("objects, in the provider's namespace, with their URN and parent", () => {
    const component = { urn: urnOf("x:index:Y", "y"), type: "x:index:Y", custom: false, parent: STACK };
    const { manifests, problems } = state([
      stack,
      provider,
      component,
      resource("Service", "a", {}, { parent: component.urn }),
    ]);
    expect(problems).toEqual([]);
    expect(manifests).toEqual([
      {
        object: expect.objectContaining({ kind: "Service", metadata: { name: "a", namespace: "shop" } }) as unknown,
        source: { urn: urnOf("kubernetes:core/v1:Service", "a"), parent: component.urn },
      },
    ]);
  });

  test("what the provider reported wins over what was asked, deletions are gone, secrets are unknown", () => {
    const outputs = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a", namespace: "n" },
      spec: { clusterIP: "10.0.0.1" },
    };
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    const { manifests } = state([
      stack,
      resource("Service", "a", {}, { outputs }),
      resource("Service", "b", {}, { delete: true }),
      resource("ConfigMap", "c", { data: { key: secret } }),
    ]);
    expect(manifests.map(({ object }) => object)).toEqual([
      expect.objectContaining({ kind: "ConfigMap", data: { key: UNKNOWN } }) as unknown,
      expect.objectContaining({ spec: { clusterIP: "10.0.0.1" } }) as unknown,
    ]);
  });

  test.each([
    ["a text", "x", "no exported stack"],
    ["another version", { version: 9, deployment: {} }, "version 3 or 4"],
    ["no deployment", { version: 3 }, "has no deployment"],
    ["no list", { version: 3, deployment: { resources: {} } }, "no list"],
    ["entries that are none", { version: 3, deployment: { resources: [1, { urn: "u" }] } }, "resources[0]"],
  ])("%s is refused", (_, document, message) => {
    const { manifests, problems } = readStateFile("state.json", bytes(document));
    expect(manifests).toEqual([]);
    expect(problems.map((problem) => problem.message).join("\n")).toContain(message);
  });

  test("what is no JSON is refused with its line", () => {
    expect(readStateFile("s.json", Buffer.from('{\n"version": 3,\n"version": 4}')).problems[0]?.message).toContain(
      "line 3",
    );
  });
});

describe("a preview", () => {
  const step = (op: string, newState: { readonly urn: string } | undefined, urn = newState?.urn) => ({
    op,
    urn,
    newState,
  });
  const preview = (steps: readonly unknown[], more: object = { changeSummary: { create: 1, same: 2 } }) =>
    readPreviewFile("preview.json", bytes({ steps, ...more }));
  const base = [step("same", stack), step("same", provider)];

  test("what is decided during the update is unknown, in that field alone", () => {
    const created = resource("Service", "a", {
      metadata: { name: "a", labels: { known: "x", later: SENTINEL } },
      spec: SENTINEL,
    });
    const { manifests, problems } = preview([...base, step("create", created)]);
    expect(problems).toEqual([]);
    expect(manifests[0]?.object).toMatchObject({ metadata: { labels: { known: "x", later: UNKNOWN } }, spec: UNKNOWN });
  });

  test("an update is judged by its inputs, what is the same by its outputs, what goes is gone", () => {
    const old = { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" }, spec: { type: "Old" } };
    const { manifests } = preview(
      [
        ...base,
        step("update", resource("Service", "a", { spec: { type: "New" } }, { outputs: old })),
        step("same", resource("Service", "b", {}, { outputs: { ...old, metadata: { name: "b", namespace: "n" } } })),
        step("delete", undefined, urnOf("kubernetes:core/v1:Service", "c")),
        step("delete-replaced", resource("Service", "d", {})),
      ],
      { changeSummary: { update: 1, same: 3, delete: 1 } },
    );
    expect(manifests.map(({ object }) => (object as { spec: unknown }).spec)).toEqual([
      { type: "New" },
      { type: "Old" },
    ]);
  });

  test.each([
    [
      "without its unchanged resources",
      [step("same", stack)],
      { changeSummary: { same: 12 } },
      "leaves out 11 unchanged",
    ],
    [
      "without a parent",
      [...base, step("create", resource("Service", "a", {}, { parent: urnOf("x:y:Z", "z") }))],
      {},
      "--show-sames",
    ],
    ["that failed", base, { diagnostics: [{ severity: "error", message: "boom" }] }, "failed"],
    ["with a step without a state", [...base, step("create", undefined, "urn:x")], {}, "no new state"],
    ["without steps", "none", {}, "no preview with steps"],
  ])("one %s is refused", (_, steps, more, message) => {
    const { manifests, problems } = readPreviewFile("p.json", bytes({ steps, ...more }));
    expect(manifests).toEqual([]);
    expect(problems.map((problem) => problem.message).join("\n")).toContain(message);
  });
});

test("given as a path, a state or a preview is known for what it is; findings name the resource", async () => {
  const rule = {
    urn: urnOf("kubernetes:networking.istio.io/v1:DestinationRule", "default"),
    type: "kubernetes:networking.istio.io/v1:DestinationRule",
    custom: true,
    parent: STACK,
    inputs: {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { host: "*.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
    },
  };
  const path = folder({
    "state.json": JSON.stringify({ version: 3, deployment: { resources: [stack, rule] } }),
    "preview.json": JSON.stringify({
      steps: [
        { op: "same", urn: STACK, newState: stack },
        { op: "create", urn: rule.urn, newState: rule },
      ],
      changeSummary: { same: 1, create: 1 },
    }),
  });
  for (const argv of [["state.json"], ["preview.json"], ["--state", "state.json"], ["--preview", "preview.json"]]) {
    const given = argv.map((arg) => (arg.startsWith("--") ? arg : join(path, arg)));
    const { stdout, code } = await meshtls(["check", ...given, "--format", "json", "--rule", "mesh-wide-tls-rule"]);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Report).findings[0]?.location).toEqual({ urn: rule.urn });
  }
  const refused = await meshtls(["check", "--state", join(path, "preview.json")]);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain("no exported stack");
});
