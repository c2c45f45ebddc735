import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describeEngine, describeKubernetes, stageIn, type Engine } from "../../../lab/rehearsal/engine";
import { script, temporaryFolder } from "../toolchain/support";

/** A machine whose engine is one of ours, and where it would look for other things. */
function machine() {
  const root = temporaryFolder();
  const path = script(join(root, "bin", "pulumi"), "echo v3.246.0");
  const tools = join(temporaryFolder(), "tools");
  mkdirSync(tools);
  const engine: Engine = {
    pulumi: { path, version: "3.246.0", origin: "cache", released: false },
    kubernetes: undefined,
  };
  const folder = temporaryFolder();
  return { engine, folder, shims: join(folder, "shims"), tools, env: { PATH: tools, HOME: temporaryFolder() } };
}

test("what is missing is stood in for, and nothing outside the folder is written or read", async () => {
  const { engine, folder, shims, tools, env } = machine();
  const { plugins, workspace } = await stageIn(folder, engine, env);
  expect(plugins).toEqual({
    providers: [{ name: "kubernetes", path: shims }],
    analyzers: [{ name: "policy-nodejs", path: shims }],
  });
  expect(workspace.pulumiHome).toBe(join(folder, "pulumi-home"));
  expect(workspace.envVars).toMatchObject({
    PATH: tools,
    PULUMI_HOME: join(folder, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
  });
});

test("the stand-in for the Kubernetes provider answers as one: with a port", async () => {
  const { engine, folder, shims, env } = machine();
  await stageIn(folder, engine, env);
  const provider = spawn(join(shims, "pulumi-resource-kubernetes"), ["127.0.0.1:2"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(provider.stdout.setEncoding("utf8"), "data");
  provider.kill();
  expect(port).toMatch(/^\d+\n$/);
});

test("the official plugin and a language host are used where they are", async () => {
  const { engine, folder, shims, env } = machine();
  script(join(engine.pulumi.path, "..", "pulumi-language-nodejs"), "exit 0");
  const kubernetes = { folder: "/plugins/kubernetes", version: "4.34.2", origin: "installed" } as const;
  const { plugins } = await stageIn(folder, { ...engine, kubernetes }, env);
  expect(plugins).toEqual({ providers: [{ name: "kubernetes", path: "/plugins/kubernetes" }] });
  expect(existsSync(shims)).toBe(false);
});

test("the language host of another installation does not answer for an engine of ours", async () => {
  const { engine, folder, tools, env } = machine();
  const old = join(temporaryFolder(), "old-pulumi");
  script(join(old, "pulumi"), "echo v3.100.0");
  script(join(old, "pulumi-language-nodejs"), "exit 0");
  const { plugins, workspace } = await stageIn(folder, engine, { ...env, PATH: `${old}:${tools}` });
  expect(workspace.envVars?.["PATH"]).toBe(tools);
  expect(plugins.analyzers).toHaveLength(1);
});

test("for people", () => {
  const { engine } = machine();
  expect(describeEngine(engine.pulumi)).toBe("Pulumi 3.246.0, built from its Go modules, from the cache");
  const installed = { path: "/usr/bin/pulumi", version: "3.250.0", origin: "path", released: true } as const;
  expect(describeEngine(installed)).toBe("Pulumi 3.250.0, from PATH (/usr/bin/pulumi)");
  expect(describeKubernetes(undefined)).toContain("the official plugin is not on this machine");
  expect(describeKubernetes({ folder: "/p", version: "4.34.2", origin: "cache" })).toBe(
    "the official Kubernetes plugin 4.34.2, from the cache",
  );
});
