import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newRehearsal } from "./support/rehearsal";

// In this order: each test goes on where the one before it stopped, as a user's day does.
describe("the main job, from nothing to nothing", () => {
  const rehearsal = newRehearsal();
  const withoutException = () =>
    rehearsal.configuration((configuration, key) => configuration.deleteIn(["config", key("exceptions")]));

  test("a preview stands nothing up", async () => {
    const { code, output } = await rehearsal.run("preview");
    expect(output).toMatch(/resources +\d+ to create$/m);
    expect(output).toContain("Previewed; nothing was changed.");
    expect(code).toBe(0);
    expect(rehearsal.manifests()).toEqual([]);
  });

  test("without the exception it is blocked before anything is stood up; rule, collector, ports, effect and fix are named", async () => {
    const { code, output } = await rehearsal.run("up", withoutException());
    expect(code).toBe(1);
    const [, blocked = ""] = output.split("\nBLOCKED by the policy pack, before anything was changed");
    expect(blocked).toContain("strict-only-collector-without-exception");
    expect(blocked).toContain("monitoring/otel-collector");
    expect(blocked).toContain("4317 and 4318");
    expect(blocked).toContain("connection termination");
    expect(blocked).toContain("Fix: Give the collector an OtelMtlsException");
    expect(rehearsal.manifests()).toEqual([]);
  });

  test("it stands the incident's environment up, and says on what, what and where", async () => {
    const { code, output } = await rehearsal.run("up");
    expect(code).toBe(0);
    expect(output).toMatch(/^engine +Pulumi 3\.\d+\.\d+, /m);
    expect(output).toMatch(/^provider +.*Kubernetes p/m);
    expect(output).toMatch(/^ +exception otel-collector: expires \S+ there, renewed to \S+ \(30 days\) here$/m);
    expect(output).toMatch(
      /policies +meshtls@\S+: \d+ policies on \d+ resources and on the stack; \d+ passed, 0 failed/,
    );
    expect(output).toMatch(/^ +App ↔ App \(12 pairs\) +mtls +mtls +mtls$/m);
    expect(output).toMatch(/^ +App → OTEL Collector \(8 pairs\) +mtls +plaintext, mtls +mtls$/m);
    expect(output).toMatch(/^ +Prometheus → App metrics \(4 pairs\) +plaintext +plaintext +plaintext$/m);
    expect(output).toMatch(/^ +External → Istio Gateway +app-tls +tls +tls$/m);
    expect(output).toMatch(/^ +batch-hosts \(10\.20\.0\.0\/24\) → \S+:4317 +plaintext +plaintext, mtls +plaintext$/m);
    expect(output).toMatch(/^ +monitoring\/otel-collector +permissive +used .* \(30 days left\)$/m);
    expect(output).toContain("The staging environment stands.");
    expect(readFileSync(join(rehearsal.folder, "report.md"), "utf8")).toContain("| App ↔ App (12 pairs) | mtls |");
    for (const name of ["auth-guard", "order-core", "queue", "seat"]) {
      expect(rehearsal.manifests()).toContainEqual(expect.stringMatching(`deployment-staging-webs-${name}\\.yaml$`));
    }
    for (const object of [
      "deployment-monitoring-otel-collector",
      "configmap-monitoring-otel-collector",
      "peerauthentication-istio-system-default",
      "peerauthentication-monitoring-otel-collector",
      "authorizationpolicy-monitoring-otel-collector",
      "networkpolicy-monitoring-otel-collector",
      "gateway-istio-ingress",
      "virtualservice-istio-ingress",
    ]) {
      expect(rehearsal.manifests()).toContainEqual(expect.stringContaining(object));
    }
  });

  test("again, it finds no changes and stops after the preview", async () => {
    const { code, output } = await rehearsal.run("up");
    expect(code).toBe(0);
    expect(output).toContain("No changes: what stands is what the configuration says.");
    expect(output).not.toContain("Updating (staging)");
    expect(output).toContain("App ↔ App (12 pairs)");
  });

  test("a change of the configuration changes what it is about, and nothing else", async () => {
    const another = rehearsal.configuration((configuration, key) =>
      configuration.setIn(["config", key("services"), 3, "image"], "registry.example.com/staging/seat:3.1.0"),
    );
    const { code, output } = await rehearsal.run("up", another);
    expect(code).toBe(0);
    expect(output).toMatch(/resources +2 updated, \d+ unchanged/);
    const [deployment = ""] = rehearsal
      .manifests()
      .filter((path) => path.endsWith("deployment-staging-webs-seat.yaml"));
    expect(readFileSync(join(rehearsal.folder, "manifests", deployment), "utf8")).toContain("seat:3.1.0");
  });

  test("taking the exception away from what stands is blocked, and leaves it standing", async () => {
    const before = rehearsal.manifests();
    expect((await rehearsal.run("up", withoutException())).code).toBe(1);
    expect(rehearsal.manifests()).toEqual(before);
  });

  test("what a killed run left half done does not stop the next one", async () => {
    const locks = join(rehearsal.folder, "state", ".pulumi", "locks", "organization", "meshtls-staging", "staging");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "b4b5b9a2-0000-4000-8000-000000000000.json"), `{"pid":1,"username":"x","hostname":"y"}`);
    const { code, output } = await rehearsal.run("up");
    expect(output).toMatch(/^sweep +an interrupted rehearsal left things half done; starting from scratch$/m);
    expect(output).toMatch(/resources +\d+ created$/m);
    expect(code).toBe(0);
  });

  test("it takes everything down again", async () => {
    const { code, output } = await rehearsal.run("destroy");
    expect(output).toMatch(/Taken down: \d+ deleted\./);
    expect(code).toBe(0);
    expect(rehearsal.manifests()).toEqual([]);
  });
});

test("where nothing was stood up there is nothing to take down", async () => {
  expect(await newRehearsal().run("destroy")).toMatchObject({ code: 0 });
});
