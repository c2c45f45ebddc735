import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

import { setClock, type TrafficReport } from "../../components/index";
import program from "../../infra/index";
import { expectGolden } from "../support/golden";
import { registeredBy, type Registered } from "../support/mocks";
import { asStackConfig, DAY, stagingValues } from "./support/staging";

interface Outputs extends TrafficReport {
  readonly endpoints: unknown;
}

/** Runs the whole program; gives its resources and its stack outputs. */
async function run(values: Readonly<Record<string, unknown>>, preview: boolean) {
  let outputs: Outputs | undefined;
  const resources = await registeredBy(
    async () => {
      const registered = await program();
      await new Promise<void>((resolve) =>
        pulumi.output(registered).apply((value) => {
          outputs = value as unknown as Outputs;
          resolve();
        }),
      );
    },
    { preview, config: asStackConfig(values) },
  );
  if (outputs === undefined) throw new Error("the program has no outputs");
  return { resources, outputs };
}

const rendered = { kind: "render", directory: "manifests", kubernetesVersion: "1.34" };

beforeAll(() => {
  setClock(() => DAY);
  jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
});

describe("the staging program", () => {
  // One file for both: nothing in the program hangs on a value that a preview cannot know.
  test.each([
    ["a preview", true],
    ["an update", false],
  ])("registers in %s what its golden file says", async (_, preview) => {
    const { resources, outputs } = await run(stagingValues(), preview);
    expect(resources.length).toBeGreaterThan(40);
    expectGolden(join(__dirname, "golden", "staging.json"), { resources, endpoints: outputs.endpoints });
  });

  test("runs twice in one process, as a rehearsal does", async () => {
    const first = await run({ ...stagingValues(), cluster: rendered }, true);
    const second = await run({ ...stagingValues(), cluster: rendered }, false);
    expect(second.outputs).toEqual(first.outputs);
    expect(second.resources).toEqual(first.resources);
  });

  test("gives every object an explicit name and, unless it is cluster-scoped, a namespace", async () => {
    const { resources } = await run(stagingValues(), true);
    const clusterScoped = /:(Namespace|ClusterRole|ClusterRoleBinding)$/;
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    const nameless = objects.filter(({ type, inputs }) => {
      const { name, namespace } = inputs["metadata"] as { name?: string; namespace?: string };
      return name === undefined || (namespace === undefined && !clusterScoped.test(type));
    });
    expect(objects.length).toBeGreaterThan(30);
    expect(nameless).toEqual([]);
  });

  test("has no path on which a client and a server disagree", async () => {
    const { outputs } = await run(stagingValues(), true);
    const outcome = (path: string) => outputs.traffic.rows.find((row) => row.path === path)?.outcome;
    expect(outcome("App ↔ App")).toBe("mtls");
    expect(outcome("App → OTEL Collector")).toBe("mtls");
    // Istio serves merged metrics past the proxy: STRICT does not reach them, whatever the report says.
    expect(outcome("Prometheus → App metrics")).toBe("plaintext");
    expect(outcome("External → Istio Gateway")).toBe("tls");
    expect(outputs.traffic.rows).toHaveLength(4);
    expect(outputs.traffic.clients.map(({ path, outcome: end }) => [path.replace(/ →.*:/, " → "), end])).toEqual(
      ["auth-guard", "order-core", "queue", "seat"]
        .flatMap((name) => [4317, 4318].map((port) => [`staging-webs/${name} → ${port}`, "mtls"]))
        .concat([4317, 4318].map((port) => [`batch-hosts (10.20.0.0/24) → ${port}`, "plaintext"])),
    );
    expect(outputs.exceptions).toMatchObject([{ name: "otel-collector", state: "used", daysLeft: 69 }]);
  });

  test("without its exception shows a collector that accepts mTLS and nothing else", async () => {
    const { outputs } = await run({ ...stagingValues(), exceptions: [] }, true);
    expect(outputs.exceptions).toEqual([]);
    expect(outputs.traffic.clients).toHaveLength(8);
    expect(new Set(outputs.traffic.clients.map(({ accepts }) => String(accepts)))).toEqual(new Set(["mtls"]));
  });

  test("lets declared clients in when the collector stays STRICT on purpose", async () => {
    const { exceptions } = stagingValues();
    const [declared] = exceptions as unknown as { clients: object[] }[];
    const { outputs, resources } = await run(
      {
        ...stagingValues(),
        exceptions: [
          {
            mode: "keep-strict",
            owner: "team-observability",
            reason: "all inside",
            clients: declared?.clients.slice(0, 4),
          },
        ],
      },
      true,
    );
    expect(outputs.exceptions).toMatchObject([{ mode: "keep-strict", state: "used", daysLeft: null }]);
    const policy = resources.find(({ name }) => name === "monitoring-network-policy");
    expect(JSON.stringify(policy?.inputs)).toContain("staging-webs");
  });
});

describe("a renewed exception", () => {
  const templates = (resources: readonly Registered[]) =>
    resources
      .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
      .map(({ inputs }) => (inputs["spec"] as { template: unknown }).template);

  test("rolls no pods, and a changed mode rolls the services", async () => {
    const { exceptions, ...others } = stagingValues();
    const [declared] = exceptions as unknown as Record<string, unknown>[];
    const withException = (changes: object) => run({ ...others, exceptions: [{ ...declared, ...changes }] }, false);
    const before = templates((await withException({})).resources);
    const renewed = templates((await withException({ expires: "2027-02-20", ticket: "PLAT-2345" })).resources);
    const changed = templates((await withException({ mode: "plaintext" })).resources);
    expect(before).toHaveLength(5);
    expect(renewed).toEqual(before);
    expect(
      changed.filter((template, index) => JSON.stringify(template) !== JSON.stringify(before[index])),
    ).toHaveLength(4);
  });
});
