import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { assess } from "../../policies/mtls/assess";
import { readMesh } from "../../policies/mtls/manifests";
import type { ReportOffer } from "../../cli/offer-report";
import { CASES_DIRECTORY, CASES_NOW, caseNames, declared, readCase } from "../support/cases";
import { FLOW, INCIDENT, INCIDENT_YAML, REPAIRED_YAML } from "./support/incident";
import { folder, meshtls } from "./support/meshtls";
import { carryOut } from "./support/kubectl";
import { problemsOf } from "./support/schemas";

interface Repairs {
  readonly repairs: readonly {
    readonly from: string;
    readonly asked: string;
    readonly offers: readonly ReportOffer[];
  }[];
}

const fix = async (mesh: string, flows: string): Promise<Repairs> => {
  const { code, stdout } = await meshtls(["fix", mesh, "--flows", flows, "--now", CASES_NOW, "--format", "json"]);
  expect(code).toBe(0);
  const document: unknown = JSON.parse(stdout);
  expect(problemsOf("fix", document)).toEqual([]);
  return document as Repairs;
};

/** Situations that no change of Kubernetes or Istio objects puts right: the application, or what it says, must change. */
const BEYOND: ReadonlySet<string> = new Set([
  "collector-14189-tls-receiver-on-an-http-port",
  "istio.io-13933-tls-scrape-of-a-permissive-port",
  "no-endpoints",
  "plaintext-to-a-tls-collector",
  "prometheus-9068-https-scrape-without-mesh-certificate",
  "registry-only-and-sidecar-egress",
  "subset-that-no-rule-defines",
]);

const broken = caseNames().filter((name) => readCase(name).expect.flows.some(({ outcome }) => outcome === "refused"));

describe.each(broken)("%s", (name) => {
  const path = (file: string): string => join(CASES_DIRECTORY, name, file);

  test("what is printed makes the verdict right when it is carried out", async () => {
    const { expect: expected, manifests } = readCase(name);
    const { repairs } = await fix(path("mesh.yaml"), path("expect.yaml"));
    const flows = expected.flows.map(declared);
    const before = assess(readMesh(manifests), { flows, discover: true, now: CASES_NOW }).flows;
    expect(repairs.flatMap(({ offers }) => offers).length > 0).toBe(!BEYOND.has(name));
    for (const { asked, offers } of repairs)
      for (const { edits, outcome, endsClientTls } of offers) {
        const changed = carryOut(
          manifests.map(({ object }) => object),
          edits,
        ).map((object) => ({ object }));
        const mesh = readMesh(changed);
        expect(mesh.problems.filter(({ severity }) => severity === "error")).toEqual([]);
        const at = before.findIndex((flow) => flow.asked === asked && flow.outcome === "refused");
        const asking = flows.map((flow, index) =>
          index === at && endsClientTls === true ? { ...flow, tls: false } : flow,
        );
        const after = assess(mesh, { flows: asking, discover: true, now: CASES_NOW }).flows;
        expect(after[at]?.outcome).toBe(outcome);
        expect(["mtls", "tls", "plaintext"]).toContain(outcome);
        expect(after.filter((flow) => flow.outcome === "refused").length).toBeLessThan(
          before.filter((flow) => flow.outcome === "refused").length,
        );
      }
  });
});

describe("the incident", () => {
  test("inject, then remove the wildcard, then one port: in this order", async () => {
    const { stdout } = await meshtls(["fix", INCIDENT, "--flow", FLOW]);
    const titles = stdout.match(/^\d\. .*$/gm) ?? [];
    expect(titles).toEqual([
      expect.stringContaining("inject the sidecar into Deployment monitoring/otel-collector") as unknown,
      expect.stringContaining("delete DestinationRule istio-system/default (*.local)") as unknown,
      expect.stringContaining("port 4317 of Service monitoring/otel-collector, and to nothing else") as unknown,
    ]);
    expect(stdout).toContain("strict-only-collector-without-exception");
  });

  test("nothing is written unless asked", async () => {
    const path = folder({ "mesh.yaml": INCIDENT_YAML });
    await meshtls(["fix", path, "--flow", FLOW]);
    expect(readFileSync(join(path, "mesh.yaml"), "utf8")).toBe(INCIDENT_YAML);
  });

  test("--write changes what must change and nothing else, comments included", async () => {
    const labels = "      labels:\n        # of the pods\n        app: otel-collector\n";
    const commented = INCIDENT_YAML.replace("      labels:\n        app: otel-collector\n", labels);
    const path = folder({ "mesh.yaml": commented });
    const { code, stdout } = await meshtls(["fix", path, "--flow", FLOW, "--write"]);
    expect(code).toBe(0);
    expect(stdout).toContain("1 change written to 1 file");
    const written = readFileSync(join(path, "mesh.yaml"), "utf8");
    expect(written).toBe(commented.replace(labels, `${labels}        sidecar.istio.io/inject: "true"\n`));
    expect(written).toContain("# of the pods");
  });

  test("--write cannot change standard input, and says so", async () => {
    const { code, stderr } = await meshtls(["fix", "-", "--flow", FLOW, "--write"], { stdin: INCIDENT_YAML });
    expect(code).toBe(2);
    expect(stderr).toContain("does not come from a file");
  });

  test("nothing to repair is said", async () => {
    const { code, stdout } = await meshtls(["fix", "-", "--flow", FLOW], { stdin: REPAIRED_YAML });
    expect(code).toBe(0);
    expect(stdout).toContain("nothing to repair: none of 1 flow is refused");
  });
});

test("written fixes hold in every form of file", async () => {
  const documents = loadAll(INCIDENT_YAML);
  const list = { apiVersion: "v1", kind: "List", items: documents };
  for (const [file, text] of Object.entries({
    "list.json": JSON.stringify(list, null, 2),
    "crlf.yaml": INCIDENT_YAML.replaceAll("\n", "\r\n"),
    "list.yaml": `apiVersion: v1\nkind: List\nitems:\n${INCIDENT_YAML.split(/^---\n/m)
      .map(
        (one) =>
          `- ${one
            .replace(/^#.*\n/, "")
            .trimEnd()
            .replaceAll("\n", "\n  ")}\n`,
      )
      .join("")}`,
  })) {
    const path = folder({ [file]: text });
    expect((await meshtls(["fix", path, "--flow", FLOW, "--write"])).code).toBe(0);
    const { stdout } = await meshtls(["check", path, "--flow", FLOW, "--format", "json"]);
    expect((JSON.parse(stdout) as { flows: { outcome: string }[] }).flows[0]?.outcome).toBe("mtls");
    expect(readFileSync(join(path, file), "utf8").includes("\r\n")).toBe(file === "crlf.yaml");
  }
});
