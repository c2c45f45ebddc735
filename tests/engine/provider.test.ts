import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";
import { load } from "js-yaml";
import { type Program, type TestStack, withStack } from "./support/stack";

/** The rehearsal's Kubernetes provider under the real engine: what it answers becomes the engine's plan, and its state. */

type Objects = (opts: { readonly provider: k8s.Provider }) => Record<string, unknown> | void;

const rendering =
  (objects: Objects): Program =>
  async ({ manifests }) =>
    objects({ provider: new k8s.Provider("render", { renderYamlToDirectory: manifests, clusterIdentifier: "test" }) });

const stackOf = (objects: Objects) => ({ program: rendering(objects), rehearsalProvider: true });

const manifest = (stack: TestStack, file: string): unknown => load(readFileSync(join(stack.manifests, file), "utf8"));

/** Everything that the engine has written about a stack: its state first of all. */
function writtenByEngine(stack: TestStack): string {
  const folder = dirname(stack.manifests);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => !path.startsWith(stack.manifests) && statSync(path).isFile())
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
}

const deployment = (replicas: number, app: string) => ({
  metadata: { name: "web", namespace: "staging" },
  spec: {
    replicas,
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  },
});

test("a stack comes up, changes, and goes", async () => {
  const objects =
    (given: { data?: string; replicas?: number; app?: string; service?: string }): Objects =>
    (opts) => {
      const { data = "1", replicas = 1, app = "web", service = "web" } = given;
      const autonamed = new k8s.core.v1.ConfigMap("settings", { data: { a: data } }, opts);
      new k8s.core.v1.ConfigMap("named", { metadata: { name: "named" }, data: { a: data } }, opts);
      new k8s.apps.v1.Deployment("web", deployment(replicas, app), opts);
      new k8s.core.v1.Service("web", { metadata: { name: service }, spec: { ports: [{ port: 80 }] } }, opts);
      const spec = { mtls: { mode: "STRICT" } };
      const type = { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication" };
      new k8s.apiextensions.CustomResource("strict", { ...type, metadata: { name: "default" }, spec }, opts);
      const stringData = { password: secret("hunter2") };
      const password = new k8s.core.v1.Secret("password", { metadata: { name: "password" }, stringData }, opts);
      return { name: autonamed.metadata.name, password: password.data["password"] };
    };
  const change = (given: Parameters<typeof objects>[0]) => rendering(objects(given));

  await withStack(stackOf(objects({})), async (stack) => {
    const nameOfSettings = async () => String((await stack.outputs())["name"]?.value);
    const others = [
      "1-manifest/apps_v1-deployment-staging-web.yaml",
      "1-manifest/security.istio.io_v1-peerauthentication-default-default.yaml",
      "1-manifest/v1-configmap-default-named.yaml",
      "1-manifest/v1-secret-default-password.yaml",
      "1-manifest/v1-service-default-web.yaml",
    ];
    const files = (settings: string, service = "web") =>
      [...others, `1-manifest/v1-configmap-default-${settings}.yaml`]
        .map((file) => file.replace("v1-service-default-web", `v1-service-default-${service}`))
        .sort();

    const preview = await stack.preview();
    expect(preview).toMatchObject({ ok: true, changes: { create: 8 } });
    expect(preview.output).toContain("rehearsal Kubernetes provider");
    expect(stack.manifestFiles()).toEqual([]);

    expect(await stack.up()).toMatchObject({ ok: true, changes: { create: 8 } });
    const first = await nameOfSettings();
    expect(first).toMatch(/^settings-[0-9a-f]{8}$/);
    expect(stack.manifestFiles()).toEqual(files(first));
    expect(manifest(stack, "1-manifest/v1-secret-default-password.yaml")).toMatchObject({
      data: { password: Buffer.from("hunter2").toString("base64") },
    });
    expect(await stack.outputs()).toMatchObject({ password: { secret: true } });
    const state = writtenByEngine(stack);
    expect(state).toContain('"ciphertext"');
    for (const text of ["hunter2", Buffer.from("hunter2").toString("base64")]) expect(state).not.toContain(text);

    expect(await stack.up()).toMatchObject({ ok: true, changes: { same: 8 } });
    expect(await nameOfSettings()).toBe(first);

    expect(await stack.up(change({ replicas: 2 }))).toMatchObject({ ok: true, changes: { update: 1, same: 7 } });
    expect(manifest(stack, others[0] ?? "")).toMatchObject({ spec: { replicas: 2 } });
    expect(stack.manifestFiles()).toEqual(files(first));

    // Immutable fields: both ConfigMaps and the Deployment are new objects; the one that we named has a new name.
    const replaced = await stack.up(change({ replicas: 2, data: "2", app: "shop" }));
    expect(replaced).toMatchObject({ ok: true, changes: { replace: 3, same: 5 } });
    const second = await nameOfSettings();
    expect(second).not.toBe(first);
    expect(stack.manifestFiles()).toEqual(files(second));
    expect(manifest(stack, "1-manifest/v1-configmap-default-named.yaml")).toMatchObject({ data: { a: "2" } });

    const renamed = await stack.up(change({ replicas: 2, data: "2", app: "shop", service: "shop" }));
    expect(renamed).toMatchObject({ ok: true, changes: { replace: 1, same: 7 } });
    expect(stack.manifestFiles()).toEqual(files(second, "shop"));

    expect(await stack.destroy()).toMatchObject({ ok: true, changes: { delete: 8 } });
    expect(stack.manifestFiles()).toEqual([]);
  });
});

test("what cannot be done is said before or while it is tried", async () => {
  const namespace =
    (resource: string, labels: Record<string, string> = {}): Objects =>
    (opts) => {
      new k8s.core.v1.Namespace(resource, { metadata: { name: "monitoring", labels } }, opts);
    };

  await withStack(stackOf(namespace("monitoring")), async (stack) => {
    expect((await stack.up()).ok).toBe(true);

    const again = await stack.up(rendering(namespace("renamed")));
    expect(again.ok).toBe(false);
    expect(again.output).toMatch(
      /Namespace monitoring already exists: .*1-manifest\/v1-namespace-default-monitoring\.yaml/,
    );
    expect(stack.manifestFiles()).toEqual(["1-manifest/v1-namespace-default-monitoring.yaml"]);

    const invalid = await stack.preview(rendering(namespace("monitoring", { team: "two words" })));
    expect(invalid.ok).toBe(false);
    expect(invalid.errors.join()).toMatch(/metadata\.labels\.team.*"two words" cannot be the value of a label/);

    const chart = await stack.preview(
      rendering((opts) => void new k8s.helm.v3.Release("tempo", { chart: "tempo" }, opts)),
    );
    expect(chart.ok).toBe(false);
    expect(chart.errors.join()).toContain("helm.sh/v3:Release needs the official Kubernetes plugin");
  });
});
