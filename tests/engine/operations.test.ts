import * as k8s from "@pulumi/kubernetes";
import { withStack, type Program } from "./support/stack";

/** A namespace with these labels, and one ConfigMap in it. */
const program =
  (labels: Readonly<Record<string, string>>): Program =>
  async ({ manifests }) => {
    const provider = new k8s.Provider("render", { renderYamlToDirectory: manifests });
    const namespace = new k8s.core.v1.Namespace("n", { metadata: { name: "monitoring", labels } }, { provider });
    const map = new k8s.core.v1.ConfigMap(
      "settings",
      { metadata: { name: "settings", namespace: namespace.metadata.name }, data: { a: "1" } },
      { provider },
    );
    return { map: map.metadata.name };
  };

test("preview, up, change and destroy on the real engine", async () => {
  await withStack({ program: program({ team: "a" }) }, async (stack) => {
    const preview = await stack.preview();
    expect(preview).toMatchObject({ ok: true, changes: { create: 4 }, errors: [], policies: [] });
    expect(stack.manifestFiles()).toEqual([]);

    expect(await stack.up()).toMatchObject({ ok: true, changes: { create: 4 } });
    expect(await stack.outputs()).toEqual({ map: { value: "settings", secret: false } });
    expect(stack.manifestFiles()).toHaveLength(2);

    expect(await stack.preview()).toMatchObject({ ok: true, changes: { same: 4 } });
    expect(await stack.preview(program({ team: "b" }))).toMatchObject({ changes: { same: 3, update: 1 } });
    expect(await stack.up(program({ team: "b" }))).toMatchObject({ ok: true, changes: { same: 3, update: 1 } });

    const { deployment } = await stack.state();
    expect(deployment.resources.map(({ type }: { type: string }) => type).sort()).toEqual([
      "kubernetes:core/v1:ConfigMap",
      "kubernetes:core/v1:Namespace",
      "pulumi:providers:kubernetes",
      "pulumi:pulumi:Stack",
    ]);

    expect(await stack.destroy()).toMatchObject({ ok: true, changes: { delete: 4 } });
    expect(stack.manifestFiles()).toEqual([]);
  });
});
