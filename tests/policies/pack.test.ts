import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { RULES } from "../../policies/rules";
import {
  BARE_COLLECTOR,
  CLIENT,
  COLLECTOR,
  documents,
  MESH,
  PERMISSIVE_PORTS,
  record,
} from "../../policies/rules/support/background";
import { publishedPack } from "./support/published-pack";
import { resourcesOf } from "./support/resources";
import { servePack } from "./support/served-pack";
import { UNKNOWN_STRING } from "./support/unknown";
import { urnOf, type Diagnostic, type SentResource } from "./support/wire";

/** The pack judges by the real day: what these tests say about dates holds on any. */
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const pack = publishedPack();

const policiesIn = (diagnostics: readonly Diagnostic[]): string[] => [
  ...new Set(diagnostics.map(({ policy }) => policy)),
];
const mandatory = (diagnostics: readonly Diagnostic[]) => diagnostics.filter(({ level }) => level === "mandatory");

const collector = (props: object): SentResource => ({
  type: "meshtls:index:OtelCollector",
  name: "otel-collector",
  props,
});

test("the package carries what it needs and nothing else", () => {
  expect(pack.package.files).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "PulumiPolicy.yaml",
    "README.md",
    "bin/meshtls-pulumi.js",
    "dist/LICENSES.txt",
    "dist/index.js",
    "dist/pipeline.js",
    "package.json",
  ]);
});

test("the wrapper that always passes it comes with it, and starts by itself", () => {
  const wrapper = join(pack.package.folder, "bin/meshtls-pulumi.js");
  const { status, stderr } = spawnSync(process.execPath, [wrapper, "up", "--skip-preview"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("--skip-preview is refused") });
});

test("it shows every rule as a policy, with level, remediation and address", async () => {
  const { name, policiesList } = await pack.served.info();
  expect(name).toBe("meshtls");
  expect(policiesList.map((policy) => policy.name)).toEqual(["meshtls", ...RULES.map((rule) => rule.name)]);
  for (const rule of RULES)
    expect(policiesList.find((policy) => policy.name === rule.name)).toMatchObject({
      description: rule.why,
      displayname: `${rule.id} ${rule.name}`,
      remediationSteps: rule.fix,
      url: `docs/rules.md#${rule.id.toLowerCase()}`,
      enforcementlevel: rule.severity === "error" ? 1 : 0,
    });
});

test("requests that come at once get the answers that each gets alone", async () => {
  const relaxed = (at: number): SentResource => ({
    type: "kubernetes:security.istio.io/v1:PeerAuthentication",
    name: `relaxed-${at}`,
    props: { metadata: { name: `relaxed-${at}`, namespace: "staging-webs" }, spec: { mtls: { mode: "DISABLE" } } },
  });
  const harmless = (at: number): SentResource => ({
    type: "kubernetes:core/v1:Service",
    name: `service-${at}`,
    props: { metadata: { name: `service-${at}`, namespace: "staging-webs" }, spec: { ports: [{ port: 80 }] } },
  });
  const mixed = Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? relaxed(at) : harmless(at)));
  const found = await Promise.all(mixed.map((resource) => pack.served.resource(resource)));
  expect(found.map((diagnostics) => policiesIn(mandatory(diagnostics)))).toEqual(
    mixed.map(({ name }) => (name.startsWith("relaxed") ? ["not-strict-by-default"] : [])),
  );
});

describe("a stack", () => {
  test("with a STRICT-only collector and no exception is refused at the collector, with ports, clients and fix", async () => {
    const resources = resourcesOf(documents(MESH, COLLECTOR, CLIENT));
    const found = mandatory(await pack.served.stack(resources));
    expect(policiesIn(found)).toEqual(["strict-only-collector-without-exception"]);
    const [violation] = found;
    const deployment = resources.find(({ name }) => name === "monitoring-Deployment-otel-collector");
    expect(violation?.urn).toBe(deployment && urnOf(deployment));
    expect(violation?.message).toMatch(/MTLS101 .*4317 and 4318/);
    expect(violation?.message).toContain("staging-webs/order-core");
    expect(violation?.message).toContain("connection termination");
    expect(violation?.message).toContain("Fix: Give the collector an OtelMtlsException");
  });

  test("with the incident's cause is refused at the rule, with the error quoted", async () => {
    const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
`;
    const found = mandatory(await pack.served.stack(resourcesOf(documents(MESH, BARE_COLLECTOR, CLIENT, rule))));
    expect(policiesIn(found)).toEqual(["client-and-collector-disagree", "mesh-wide-tls-rule"]);
    expect(found[0]?.urn).toContain("DestinationRule");
    expect(found[0]?.message).toContain("268435703");
    expect(found[0]?.message).toContain("WRONG_VERSION_NUMBER");
  });

  test("with the exception passes", async () => {
    const good = documents(MESH, COLLECTOR, CLIENT, PERMISSIVE_PORTS, record({ expires: inDays(30) }));
    expect(mandatory(await pack.served.stack(resourcesOf(good)))).toEqual([]);
  });

  test("names the component that a resource belongs to", async () => {
    const component = collector({ namespace: "monitoring" });
    const [resource, ...rest] = resourcesOf(documents(COLLECTOR, MESH));
    if (resource === undefined) throw new Error("no resource");
    const found = mandatory(await pack.served.stack([component, { ...resource, parent: urnOf(component) }, ...rest]));
    expect(found[0]?.message).toContain("In component otel-collector (meshtls:index:OtelCollector).");
  });

  test("reads the same whatever the order of its resources", async () => {
    const resources = resourcesOf(
      documents(MESH, BARE_COLLECTOR, COLLECTOR.replaceAll("monitoring", "staging-webs"), CLIENT),
    );
    expect(await pack.served.stack([...resources].reverse())).toEqual(await pack.served.stack(resources));
  });
});

test("a wrong configuration is refused with every path, once for all resources", async () => {
  const wrong = { register: [{ namespace: "monitoring", expires: "2027-02-30" }], warnDays: 0 };
  const configured = await servePack(pack.package.folder);
  try {
    await configured.configure({ meshtls: wrong });
    const resources = resourcesOf(documents(MESH, COLLECTOR));
    const before = await Promise.all(resources.map((resource) => configured.resource(resource)));
    const found = [...before.flat(), ...(await configured.stack(resources))].filter(
      ({ policy }) => policy === "meshtls",
    );
    expect(found.map(({ message }) => /Configuration of the pack: ([^:]+): /.exec(message)?.[1]).sort()).toEqual([
      "register[0].approver",
      "register[0].expires",
      "register[0].name",
      "register[0].owner",
      "register[0].ticket",
      "warnDays",
    ]);
    expect(new Set(found.map(({ level }) => level))).toEqual(new Set(["mandatory"]));
  } finally {
    configured.stop();
  }
});

describe("one resource, before it is created", () => {
  test("a collector component without an exception is stopped on its own inputs", async () => {
    const found = mandatory(
      await pack.served.resource(collector({ namespace: "monitoring", ports: { grpc: 4317, http: 4318 } })),
    );
    expect(policiesIn(found)).toEqual(["strict-only-collector-without-exception"]);
    expect(found[0]?.message).toContain("facts.meshMode");
  });

  test("one whose exception is not known yet is stopped too, and the field is named", async () => {
    const found = mandatory(
      await pack.served.resource(collector({ namespace: "monitoring", mtlsException: UNKNOWN_STRING })),
    );
    expect(policiesIn(found)).toEqual(["deciding-field-unknown"]);
    expect(found[0]?.message).toContain("meshtls.dev/mode");
  });

  test("an expired exception is stopped at its record", async () => {
    const [resource] = resourcesOf(record({ expires: inDays(-1) }));
    if (resource === undefined) throw new Error("no resource");
    const found = mandatory(await pack.served.resource(resource));
    expect(policiesIn(found)).toEqual(["exception-expired"]);
  });

  test("what is said before is not said again for the stack", async () => {
    const resources = resourcesOf(documents(MESH, record({ mode: "open" })));
    const before = await Promise.all(resources.map((resource) => pack.served.resource(resource)));
    expect(policiesIn(before.flat())).toContain("exception-ungoverned");
    expect(policiesIn(await pack.served.stack(resources))).not.toContain("exception-ungoverned");
  });
});

describe("what is not known yet", () => {
  const STAGING = documents(MESH, COLLECTOR, CLIENT, PERMISSIVE_PORTS, record({ expires: inDays(30) }));

  test("in the status, uid and clusterIP of a first preview does not matter", async () => {
    const resources = resourcesOf(STAGING).map((resource) => {
      const { metadata, spec, ...rest } = resource.props as { metadata: object; spec?: object };
      const isService = resource.type.endsWith(":Service");
      return {
        ...resource,
        props: {
          ...rest,
          metadata: {
            ...metadata,
            uid: UNKNOWN_STRING,
            resourceVersion: UNKNOWN_STRING,
            creationTimestamp: UNKNOWN_STRING,
          },
          ...(spec === undefined ? {} : { spec: isService ? { ...spec, clusterIP: UNKNOWN_STRING } : spec }),
          status: UNKNOWN_STRING,
        },
      };
    });
    expect(mandatory(await pack.served.stack(resources))).toEqual([]);
  });

  test.each([
    ["PeerAuthentication", "spec", "portLevelMtls"],
    ["PeerAuthentication", "spec"],
    ["Namespace", "metadata", "labels"],
    ["ConfigMap", "metadata", "annotations", "meshtls.dev/expires"],
    ["ConfigMap", "metadata", "annotations", "meshtls.dev/mode"],
  ])("in a %s at %p is no pass", async (kind, ...path) => {
    const resources = resourcesOf(STAGING).map((resource) =>
      resource.type.endsWith(`:${kind}`) ? { ...resource, props: withUnknown(resource.props, path) } : resource,
    );
    const found = mandatory(await pack.served.stack(resources));
    expect(policiesIn(found)).toContain("deciding-field-unknown");
  });
});

function withUnknown(value: object, [key = "", ...rest]: readonly string[]): object {
  const inner = (value as Record<string, unknown>)[key];
  return { ...value, [key]: rest.length === 0 ? UNKNOWN_STRING : withUnknown((inner ?? {}) as object, rest) };
}
