import { join } from "node:path";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Recorded } from "../../lab/rehearsal/operation";
import {
  BARE_COLLECTOR,
  CLIENT,
  COLLECTOR,
  documents,
  MESH,
  PERMISSIVE_PORTS,
} from "../../policies/rules/support/background";
import { resourcesOf } from "../policies/support/resources";
import type { SentResource } from "../policies/support/wire";
import { withStack, type Program } from "./support/stack";

/** Programs in shapes that nobody means, on the real engine: what is wrong with them is found all the same. */

const packs = [join(__dirname, "../../policies")];

const MESH_WIDE_RULE = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
`;
const INCIDENT = resourcesOf(documents(MESH, BARE_COLLECTOR, CLIENT, MESH_WIDE_RULE));

const IDENTITY = ["apiVersion", "kind"];

class RawResource extends pulumi.CustomResource {}
class RawComponent extends pulumi.ComponentResource {}

const programOf =
  (resources: readonly SentResource[], options: () => pulumi.CustomResourceOptions = () => ({})): Program =>
  async ({ manifests }) => {
    const provider = new Provider("render", { renderYamlToDirectory: manifests });
    const shared = { provider, ...options() };
    for (const { type, name, props } of resources) new RawResource(type, name, props, shared);
  };

const blocked = ({ policies }: Recorded): string[] =>
  [...new Set(policies.filter((one) => one.enforcementLevel === "mandatory").map((one) => one.policyName))].sort();
const messages = ({ policies }: Recorded): string => policies.map(({ message }) => message).join("\n");

/** Every value a secret, one inside another. */
const secretThroughout = (value: unknown): unknown => {
  if (Array.isArray(value)) return pulumi.secret(value.map(secretThroughout));
  if (typeof value !== "object" || value === null) return pulumi.secret(value);
  return pulumi.secret(Object.fromEntries(Object.entries(value).map(([key, child]) => [key, secretThroughout(child)])));
};

test("with every value a secret: blocked, and no value is shown", async () => {
  const secretly = ({ props, ...resource }: SentResource): SentResource => ({
    ...resource,
    props: Object.fromEntries(
      Object.entries(props).map(([key, value]) => [
        key,
        IDENTITY.includes(key) ? (value as unknown) : secretThroughout(value),
      ]),
    ),
  });
  await withStack({ program: programOf(INCIDENT.map(secretly)), packs }, async (stack) => {
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(blocked(preview)).toEqual(["client-and-collector-disagree", "mesh-wide-tls-rule"]);
    expect(messages(preview)).toContain("[secret]");
    expect(messages(preview)).not.toMatch(/staging-webs|order-core|\*\.local/);
  });
});

test("as generated SDKs register them, in another version and by their tokens alone: blocked", async () => {
  const generated = INCIDENT.map((resource): SentResource => {
    if (!resource.type.includes("istio.io")) return resource;
    const props = Object.fromEntries(Object.entries(resource.props).filter(([key]) => !IDENTITY.includes(key)));
    return { ...resource, type: resource.type.replace("/v1:", "/v1beta1:"), props };
  });
  await withStack({ program: programOf(generated), packs }, async (stack) => {
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(blocked(preview)).toEqual(["client-and-collector-disagree", "mesh-wide-tls-rule"]);
  });
});

test("in components inside components: the innermost is named", async () => {
  const inComponents = () => ({
    parent: new RawComponent(
      "acme:index:Inner",
      "inner",
      {},
      { parent: new RawComponent("acme:index:Outer", "outer") },
    ),
  });
  const program = programOf(resourcesOf(documents(MESH, COLLECTOR, CLIENT)), inComponents);
  await withStack({ program, packs }, async (stack) => {
    const preview = await stack.preview();
    expect(blocked(preview)).toEqual(["strict-only-collector-without-exception"]);
    expect(messages(preview)).toContain("In component inner (acme:index:Inner).");
  });
});

test("a patch that takes what the objects grant: blocked at the patch", async () => {
  const patch: SentResource = {
    type: "kubernetes:security.istio.io/v1:PeerAuthenticationPatch",
    name: "relaxed",
    props: {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode: "PERMISSIVE" } },
    },
  };
  const program = programOf([...resourcesOf(documents(MESH, COLLECTOR, CLIENT, PERMISSIVE_PORTS)), patch]);
  await withStack({ program, packs }, async (stack) => {
    const update = await stack.up();
    expect(update.ok).toBe(false);
    expect(blocked(update)).toContain("not-strict-by-default");
    expect(update.policies.map(({ resourceUrn = "" }) => resourceUrn.split("::").at(-1))).toContain("relaxed");
  });
});
