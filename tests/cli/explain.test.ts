import type { Explanation } from "../../cli/explanation";
import { FLOW, INCIDENT, INCIDENT_YAML, REPAIRED_YAML } from "./support/incident";
import { meshtls } from "./support/meshtls";

const [FROM = "", TO = ""] = FLOW.split(" -> ");
const SEARCHED = `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: otel, namespace: other}
spec: {host: otel-collector.monitoring.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}
`;

const explained = async (yaml: string, ...argv: readonly string[]): Promise<Explanation> => {
  const { code, stdout } = await meshtls(["explain", FROM, TO, "-", "--format", "json", ...argv], { stdin: yaml });
  expect(code).toBe(0);
  return JSON.parse(stdout) as Explanation;
};

test("both sides, in order, with where each object stands", async () => {
  const { client, server, flow } = await explained(INCIDENT_YAML);
  expect(flow).toMatchObject({ outcome: "refused", symptom: "wrong-version-number" });
  expect(client.map(({ step }) => step)).toEqual(["injection", "destination-rule"]);
  expect(server[0]).toMatchObject({ step: "injection", object: "Deployment monitoring/otel-collector" });
  const line = INCIDENT_YAML.split("\n").indexOf("    tls:") + 1;
  expect(client[1]?.location).toEqual({ file: "<stdin>", line });
});

test("winners and losers", async () => {
  const { considered } = await explained(INCIDENT_YAML + SEARCHED);
  expect(considered[0]).toMatchObject({ won: true });
  expect(considered).toContainEqual(
    expect.objectContaining({
      won: false,
      object: "DestinationRule other/otel",
      says: expect.stringContaining("never looked at") as unknown,
    }) as unknown,
  );
});

test("the smallest change that makes a refused flow work", async () => {
  expect((await explained(INCIDENT_YAML)).change).toMatchObject({
    remedy: "remove-tls-rule",
    outcome: "plaintext",
    edits: [{ command: "kubectl delete destinationrule default -n istio-system" }],
  });
});

test("for one that works, a better one, else what would undo it", async () => {
  expect((await explained(REPAIRED_YAML)).change).toMatchObject({ remedy: "inject-sidecar", outcome: "mtls" });
  const injected = REPAIRED_YAML.replace(
    "kind: Namespace\nmetadata:\n  name: monitoring",
    "kind: Namespace\nmetadata:\n  name: monitoring\n  labels: {istio-injection: enabled}",
  );
  const { flow, change } = await explained(injected);
  expect(flow.outcome).toBe("mtls");
  expect(change?.remedy).toBe("eject-sidecar");
  expect(change?.outcome).not.toBe("mtls");
});

test("text says it in plain words", async () => {
  const { stdout } = await meshtls(["explain", FROM, TO, INCIDENT]);
  for (const text of [
    "Deployment staging-webs/order-core → otel-collector.monitoring:4317: refused: wrong-version-number",
    "the client sends mtls",
    "the port accepts plaintext",
    "incident.yaml:",
    "the smallest change that alters this (refused → plaintext)",
  ])
    expect(stdout).toContain(text);
});

test("Mermaid: alone, in markdown, and in JSON; every text quoted", async () => {
  const { stdout } = await meshtls(["explain", FROM, TO, "--format", "mermaid", INCIDENT]);
  expect(stdout).toBe((await explained(INCIDENT_YAML)).mermaid);
  expect(stdout.split("\n")[0]).toBe("flowchart LR");
  expect(stdout).toContain('client -->|"sends mtls: wrong-version-number"| target');
  expect(stdout).toContain('"DestinationRule istio-system/default"');
  const markdown = await meshtls(["explain", FROM, TO, "--format", "markdown", INCIDENT]);
  expect(markdown.stdout).toContain(`\`\`\`mermaid\n${stdout}\`\`\``);
});

test.each([
  ["too few arguments", [FROM]],
  ["no port", [FROM, "otel-collector.monitoring", INCIDENT]],
  ["nothing to read", [FROM, TO]],
  ["nobody of that name", ["staging-webs/nobody", TO, INCIDENT]],
  ["a format of another command", [FROM, TO, INCIDENT, "--format", "sarif"]],
])("2 for %s", async (_, argv) => {
  const { code, stdout, stderr } = await meshtls(["explain", ...argv]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).not.toBe("");
});

test("an address and TLS as the client writes them", async () => {
  const { stdout } = await meshtls(["explain", FROM, "https://[::1]:4317", "--format", "json", INCIDENT]);
  expect((JSON.parse(stdout) as Explanation).flow).toMatchObject({ tls: true, to: { port: 4317 } });
});
