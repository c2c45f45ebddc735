import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const COMPONENTS = join(ROOT, "components");
const elsewhere = mkdtempSync(join(tmpdir(), "meshtls-components-"));
const installed = join(elsewhere, "node_modules", "meshtls-components");

/** A program of somebody else's, in plain JavaScript, under Pulumi's own mocks: what it registers, by type. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const registered = [];
pulumi.runtime.setMocks({
  newResource: ({ type, name, inputs }) => (registered.push(type), {
    id: name + "-id",
    state: { ...inputs, kubeconfigJson: "{}", eksCluster: { arn: "arn:aws:eks:eu-west-1:1:cluster/new" } },
  }),
  call: ({ inputs }) => inputs,
});
pulumi.runtime.setAllConfig({});
const { ClusterAccess, IstioStrictDefaults } = require("meshtls-components");
const access = new ClusterAccess("cluster", {
  kind: "create", kubernetesVersion: "1.34", vpcId: "vpc-1", privateSubnetIds: ["subnet-1", "subnet-2"],
});
new IstioStrictDefaults("mesh", {}, { provider: access.provider });
setImmediate(async () => {
  await pulumi.runtime.disconnect();
  console.log(JSON.stringify(registered));
});
`;

beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", elsewhere], {
    cwd: COMPONENTS,
    encoding: "utf8",
  });
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(elsewhere, packed.trim()), "-C", installed, "--strip-components=1"]);
  // What an install there would bring: the package's own dependencies and peers, nothing else of this checkout.
  for (const name of ["@pulumi", "js-yaml", "zod"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(elsewhere, "node_modules", name));
  }
}, 180_000);

afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

test("carries its engine, its types and its licence, and no source", () => {
  expect(readdirSync(installed).sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  expect(existsSync(join(installed, "dist", "components", "index.d.ts"))).toBe(true);
  const files = readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
});

test("runs in a program of somebody else's, a cluster to be created included", () => {
  writeFileSync(join(elsewhere, "index.js"), PROGRAM);
  const printed = execFileSync(process.execPath, ["index.js"], { cwd: elsewhere, encoding: "utf8" });
  const registered = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as string[];
  expect(registered).toEqual(
    expect.arrayContaining([
      "meshtls:index:ClusterAccess",
      "eks:index:Cluster",
      "kubernetes:security.istio.io/v1:PeerAuthentication",
    ]),
  );
}, 120_000);
