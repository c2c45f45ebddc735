import { join } from "node:path";
import { loadAll } from "js-yaml";
import type { Report } from "../../cli/report";
import { documents, NAMESPACES, COLLECTOR, STRICT_MESH } from "../../policies/rules/support/background";
import { folder, meshtls } from "./support/meshtls";

/** A stack whose providers speak to several clusters: what stands in one of them says nothing about another. */

const [A, B] = ["https://a.example.com", "https://b.example.com"] as const;

const kubeconfig = (server: string): string =>
  JSON.stringify({
    "current-context": "admin",
    contexts: [{ name: "admin", context: { cluster: "it" } }],
    clusters: [{ name: "it", cluster: { server } }],
  });

const urnOf = (type: string, name: string): string => `urn:pulumi:staging::mesh::${type}::${name}`;
const PROVIDER = "pulumi:providers:kubernetes";

interface Read {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** A provider with the objects that it puts into its cluster. */
function placed(name: string, inputs: object, yaml: string): object[] {
  const provider = urnOf(PROVIDER, name);
  const objects = loadAll(yaml) as Read[];
  return [
    { urn: provider, type: PROVIDER, custom: true, inputs },
    ...objects.map((object) => {
      const [group, version = "v1"] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["core", "v1"];
      const type = `kubernetes:${group}/${version}:${object.kind}`;
      const urn = urnOf(type, `${name}-${object.metadata.name}`);
      return { urn, type, custom: true, provider: `${provider}::id`, inputs: object };
    }),
  ];
}

const state = (...resources: readonly object[]): string => JSON.stringify({ version: 3, deployment: { resources } });

const CALLER = `
apiVersion: v1
kind: Pod
metadata: { name: caller, namespace: staging-webs, labels: { sidecar.istio.io/inject: "false" } }
spec: { containers: [{ name: main, image: example.com/main:1 }] }
`;
const FLOW = ["--flow", "staging-webs/caller -> otel-collector.monitoring:4317"];

/** STRICT in one, not in the other. */
const STRICT = placed("a", { kubeconfig: kubeconfig(A) }, documents(NAMESPACES, COLLECTOR, CALLER, STRICT_MESH));
const PERMISSIVE = placed("b", { kubeconfig: kubeconfig(B) }, documents(NAMESPACES, COLLECTOR, CALLER));

const files = folder({
  "both.json": state(...STRICT, ...PERMISSIVE),
  "a.json": state(...STRICT),
  "b.json": state(...PERMISSIVE),
  "untold.json": state(...STRICT, ...PERMISSIVE, ...placed("c", {}, CALLER)),
  "preview.json": JSON.stringify({
    changeSummary: {},
    steps: [...STRICT, ...PERMISSIVE].map((newState) => ({ op: "create", newState })),
  }),
  "no-mesh-policy.yaml": CALLER.replace("caller", "other"),
});
const at = (file: string): string => join(files, file);

const outcome = async (...argv: readonly string[]): Promise<string | undefined> => {
  const { stdout } = await meshtls(["check", ...FLOW, "--format", "json", ...argv]);
  return (JSON.parse(stdout) as Report).flows[0]?.outcome;
};

test.each([
  ["a state", ["--state", at("both.json")]],
  ["a preview", ["--preview", at("preview.json")]],
  ["a state among the paths", [at("both.json")]],
  ["two states", ["--state", at("a.json"), "--state", at("b.json")]],
])("%s of several clusters is judged one cluster at a time", async (_, sources) => {
  const { code, stderr, stdout } = await meshtls(["check", ...FLOW, ...sources]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(`say which one with --cluster NAME, one of "${A}", "${B}"`);
  expect(await outcome(...sources, "--cluster", A)).toBe("refused");
  expect(await outcome(...sources, "--cluster", B)).toBe("plaintext");
});

test("a stack of one cluster needs no name, and takes its own", async () => {
  expect(await outcome("--state", at("b.json"))).toBe("plaintext");
  expect(await outcome("--state", at("b.json"), "--cluster", B)).toBe("plaintext");
});

test("what files say holds for whichever cluster is asked about", async () => {
  const argv = ["check", "--state", at("both.json"), at("no-mesh-policy.yaml"), "--cluster", A, "--format", "json"];
  const { stdout } = await meshtls([...argv, "--flow", "staging-webs/other -> otel-collector.monitoring:4317"]);
  expect((JSON.parse(stdout) as Report).flows[0]?.outcome).toBe("refused");
});

test("resources whose provider does not tell are by themselves", async () => {
  const { stderr } = await meshtls(["check", "--state", at("untold.json")]);
  expect(stderr).toContain(`one of "${A}", "${B}", "unknown"`);
  const { stdout } = await meshtls(["check", "--state", at("untold.json"), "--cluster", "unknown", "--format", "json"]);
  expect((JSON.parse(stdout) as Report).summary.objects).toBe(1);
});

test.each([
  ["none of them", ["--state", at("both.json"), "--cluster", "https://c.example.com"], `one of "${A}", "${B}"`],
  ["nothing tells", [at("no-mesh-policy.yaml"), "--cluster", A], "nothing that was read tells its cluster"],
  ["a live cluster", ["--live", "--cluster", A], "--context says which one to ask"],
])("a cluster that is %s is wrong usage", async (_, argv, message) => {
  const { code, stderr } = await meshtls(["check", ...argv]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
