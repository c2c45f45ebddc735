import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { ClusterAccess, IstioStrictDefaults, MeshNamespace, OtelCollector } from "../../components";
import { type Recorded } from "../../lab/rehearsal/operation";
import { withStack, type Program } from "./support/stack";

const packs = [join(__dirname, "..", "..", "policies")];

/** A STRICT mesh with a collector that has no exception. */
const strictCollector: Program = async ({ manifests }) => {
  const { provider } = new ClusterAccess("cluster", { kind: "render", directory: manifests });
  const strict = new IstioStrictDefaults("mesh", {}, { provider });
  const namespace = new MeshNamespace("monitoring", {}, { provider, dependsOn: [strict] });
  const exporters = { tempo: "tempo.monitoring:4317" };
  new OtelCollector("otel-collector", { namespace: "monitoring", exporters }, { provider, dependsOn: [namespace] });
};

const mandatory = ({ policies }: Recorded): readonly string[] => [
  ...new Set(policies.filter((one) => one.enforcementLevel === "mandatory").map((one) => one.policyName)),
];

test("an update without a preview stops at the collector component: nothing of it is created", async () => {
  await withStack({ program: strictCollector, packs }, async (stack) => {
    const update = await stack.up();
    expect(update.ok).toBe(false);
    expect(mandatory(update)).toEqual(["strict-only-collector-without-exception"]);
    expect(update.policies[0]?.resourceUrn).toContain("meshtls:index:OtelCollector::otel-collector");
    const { deployment } = await stack.state();
    const types = deployment.resources.map(({ type }: { type: string }) => type);
    expect(types).toContain("kubernetes:core/v1:Namespace");
    expect(types).not.toContain("meshtls:index:OtelCollector");
    expect(stack.manifestFiles().filter((path) => path.includes("otel-collector"))).toEqual([]);
  });
});

/** A collector of raw objects whose PeerAuthentication takes its mode from something that only exists after the update. */
const undecidedCollector: Program = async ({ manifests }) => {
  const provider = new k8s.Provider("render", { renderYamlToDirectory: manifests });
  const labels = { app: "otel-collector" };
  const namespace = new k8s.core.v1.Namespace(
    "monitoring",
    { metadata: { name: "monitoring", labels: { "istio-injection": "enabled" } } },
    { provider },
  );
  new k8s.apiextensions.CustomResource(
    "mode",
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "otel-collector", namespace: "monitoring" },
      spec: { selector: { matchLabels: labels }, mtls: { mode: namespace.id } },
    },
    { provider },
  );
  new k8s.apps.v1.Deployment(
    "otel-collector",
    {
      metadata: { name: "otel-collector", namespace: "monitoring" },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "otel-collector",
                image: "otel/opentelemetry-collector-contrib:0.159.0",
                ports: [{ name: "otlp", containerPort: 4317 }],
              },
            ],
          },
        },
      },
    },
    { provider },
  );
};

test("a deciding value that is not known before the update is blocked, and the field is named", async () => {
  await withStack({ program: undecidedCollector, packs }, async (stack) => {
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(mandatory(preview)).toContain("deciding-field-unknown");
    expect(preview.policies.map(({ message }) => message).join("\n")).toContain("spec.mtls.mode");
    expect(stack.manifestFiles()).toEqual([]);
  });
});
