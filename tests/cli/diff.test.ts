import { join } from "node:path";
import type { Difference } from "../../cli/diff";
import { FLOW, INCIDENT_YAML, REPAIRED_YAML } from "./support/incident";
import { folder, meshtls } from "./support/meshtls";

const path = folder({ "incident.yaml": INCIDENT_YAML, "repaired.yaml": REPAIRED_YAML, "broken.yaml": "a: [" });
const incident = join(path, "incident.yaml");
const repaired = join(path, "repaired.yaml");

const diff = async (...argv: readonly string[]) => {
  const { code, stdout } = await meshtls(["diff", ...argv, "--flow", FLOW, "--format", "json"]);
  return { code, differences: (JSON.parse(stdout) as { differences: readonly Difference[] }).differences };
};

test("a verdict that got worse exits 1", async () => {
  expect(await diff(repaired, incident)).toMatchObject({
    code: 1,
    differences: [
      {
        change: "worse",
        before: { outcome: "plaintext" },
        after: { outcome: "refused", symptom: "wrong-version-number" },
        because: expect.arrayContaining([expect.stringContaining("DestinationRule istio-system/default")]) as unknown,
      },
    ],
  });
});

test("one that got better exits 0", async () => {
  expect(await diff(incident, repaired)).toMatchObject({ code: 0, differences: [{ change: "better" }] });
});

test("no change is said", async () => {
  const { code, stdout } = await meshtls(["diff", incident, incident, "--flow", FLOW]);
  expect(code).toBe(0);
  expect(stdout).toBe("no verdict changed (1 flow)\n");
});

test("a flow that is only on one side", async () => {
  const without = folder({
    "a.yaml": REPAIRED_YAML.replace(
      /---\napiVersion: apps\/v1\nkind: Deployment\nmetadata:\n {2}name: order-core[^]*?(?=---)/,
      "",
    ),
  });
  expect(await diff(without, repaired)).toMatchObject({ code: 0, differences: [{ change: "new", before: null }] });
  expect(await diff(without, incident)).toMatchObject({ code: 1, differences: [{ change: "worse", before: null }] });
  expect(await diff(incident, without)).toMatchObject({ code: 0, differences: [{ change: "gone", after: null }] });
});

test("markdown for pull requests", async () => {
  const { stdout } = await meshtls(["diff", repaired, incident, "--flow", FLOW, "--format", "markdown"]);
  expect(stdout).toContain("| worse | `Deployment staging-webs/order-core` → `otel-collector.monitoring:4317` |");
  expect(stdout).toContain("1 verdict changed: 1 worse");
});

test("2 for a FROM that is on neither side, 3 for what cannot be read", async () => {
  const nobody = await meshtls(["diff", incident, repaired, "--flow", "a/b -> c:1"]);
  expect(nobody.code).toBe(2);
  expect(nobody.stderr).toContain("candidates");
  expect((await meshtls(["diff", incident, join(path, "broken.yaml")])).code).toBe(3);
  expect((await meshtls(["diff", incident])).code).toBe(2);
  expect((await meshtls(["diff", incident, repaired, incident])).code).toBe(2);
});
