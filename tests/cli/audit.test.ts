import { join } from "node:path";
import type { Report } from "../../cli/report";
import { resourcesOf } from "../policies/support/resources";
import { FLOW, INCIDENT_YAML } from "./support/incident";
import { folder, meshtls } from "./support/meshtls";

/** Several stacks in one audit: what `pulumi stack export` wrote for each. */

const documents = INCIDENT_YAML.split(/^---\n/m);
const isOfTheApplication = (text: string): boolean => /name(?:space)?: staging-webs$/m.test(text);

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: object;
}

/** The state of a stack whose program registers these. */
function state(project: string, resources: readonly Resource[]): string {
  const prefix = `urn:pulumi:staging::${project}`;
  const parent = `${prefix}::pulumi:pulumi:Stack::${project}-staging`;
  return JSON.stringify({
    version: 3,
    deployment: {
      manifest: {},
      resources: [
        { urn: parent, type: "pulumi:pulumi:Stack", custom: false },
        ...resources.map(({ type, name, props }) => ({
          urn: `${prefix}::${type}::${name}`,
          type,
          custom: true,
          parent,
          inputs: props,
        })),
      ],
    },
  });
}

const stateOf = (project: string, ...texts: readonly string[]): string =>
  state(project, resourcesOf(texts.join("---\n")));

const PLATFORM = stateOf("platform", ...documents.filter((text) => !isOfTheApplication(text)));
const SHOP = stateOf("shop", ...documents.filter(isOfTheApplication));

async function audit(states: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  const path = folder(states);
  const options = Object.keys(states).flatMap((name) => ["--state", join(path, name)]);
  const { code, stdout, stderr } = await meshtls(["check", "--format", "json", ...options, ...argv]);
  return { code, stderr, report: code < 2 ? (JSON.parse(stdout) as Report) : undefined };
}

test("a client of one stack is judged against the collector of another", async () => {
  const { code, report } = await audit({ "shop.json": SHOP, "platform.json": PLATFORM }, "--flow", FLOW);
  expect(code).toBe(1);
  expect(report?.flows[0]).toMatchObject({ outcome: "refused", symptom: "wrong-version-number" });
});

test("what is wrong is said with the stack in which it stands, the one that must change", async () => {
  const { report } = await audit({ "shop.json": SHOP, "platform.json": PLATFORM });
  const finding = report?.findings.find(({ name }) => name === "mesh-wide-tls-rule");
  expect(finding?.location).toEqual({
    urn: "urn:pulumi:staging::platform::kubernetes:networking.istio.io/v1:DestinationRule::istio-system-DestinationRule-default",
  });
});

test("neither stack tells it by itself", async () => {
  expect((await audit({ "shop.json": SHOP }, "--flow", FLOW)).report?.flows[0]?.outcome).not.toBe("refused");
  const alone = await audit({ "platform.json": PLATFORM }, "--flow", FLOW);
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("order-core") as unknown });
});

describe("one object in two stacks", () => {
  const namespace = (label: string): string =>
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: shared, labels: { ${label} } }\n`;

  test("with the same content is one", async () => {
    const { report } = await audit({
      "a.json": stateOf("a", namespace("team: x")),
      "b.json": stateOf("b", namespace("team: x")),
    });
    expect(report?.summary.objects).toBe(1);
  });

  test("with different content is refused, and both stacks are named", async () => {
    const { code, stderr } = await audit({
      "a.json": stateOf("a", namespace("istio-injection: enabled")),
      "b.json": stateOf("b", namespace("istio-injection: disabled")),
    });
    expect(code).toBe(3);
    for (const project of ["a", "b"])
      expect(stderr).toContain(`urn:pulumi:staging::${project}::kubernetes:core/v1:Namespace::Namespace-shared`);
    expect(stderr).toContain("Namespace shared is given 2 times with different content");
  });

  test("of which one stack patches the other's is laid together", async () => {
    const [resource] = resourcesOf(namespace("team: x"));
    if (resource === undefined) throw new Error("no resource");
    const labels = { "istio-injection": "enabled" };
    const patch = {
      type: "kubernetes:core/v1:NamespacePatch",
      name: "inject",
      props: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shared", labels } },
    };
    const { code, report } = await audit({ "a.json": state("a", [resource]), "b.json": state("b", [patch]) });
    expect(code).toBe(0);
    expect(report?.summary.objects).toBe(1);
  });
});
