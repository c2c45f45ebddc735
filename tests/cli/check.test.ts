import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import type { Report } from "../../cli/report";
import { FLOW, INCIDENT, INCIDENT_YAML, REPAIRED_YAML } from "./support/incident";
import { folder, meshtls } from "./support/meshtls";

const report = async (argv: readonly string[], stdin = ""): Promise<Report> => {
  const { stdout, stderr } = await meshtls(["check", ...argv, "--format", "json"], { stdin });
  expect(stderr.replace(/^note: .*\n/gm, "")).toBe("");
  return JSON.parse(stdout) as Report;
};

const RULE = "mesh-wide-tls-rule";

describe("the incident", () => {
  test("verdict, cause and line", async () => {
    const { flows, findings } = await report(["--flow", FLOW, INCIDENT]);
    expect(flows[0]).toMatchObject({
      from: { kind: "Deployment", namespace: "staging-webs", name: "order-core" },
      to: { host: "otel-collector.monitoring.svc.cluster.local", port: 4317 },
      asked: "otel-collector.monitoring:4317",
      origin: "declared",
      outcome: "refused",
      symptom: "wrong-version-number",
      servers: [{ sends: "mtls", accepts: ["plaintext"], targetPort: 4317 }],
    });
    const line = INCIDENT_YAML.split("\n").findIndex((text) => text.includes("ISTIO_MUTUAL")) + 1;
    expect(findings).toContainEqual(
      expect.objectContaining({
        name: RULE,
        object: "DestinationRule istio-system/default",
        location: { file: INCIDENT, line },
      }) as unknown,
    );
  });

  test("declared flows come first, in the order given, each with its answer", async () => {
    const { flows } = await report([
      "--flow",
      "monitoring/otel-collector -> order-core.staging-webs:8080",
      "--flow",
      FLOW,
      "--flow",
      "cidr:10.20.0.0/24 -> https://otel-collector.monitoring.svc:4317",
      INCIDENT,
    ]);
    expect(flows.map(({ asked }) => asked)).toEqual([
      "order-core.staging-webs:8080",
      "otel-collector.monitoring:4317",
      "otel-collector.monitoring.svc:4317",
    ]);
    expect(flows[2]).toMatchObject({ tls: true, outcome: "refused" });
  });
});

describe("the same objects in every form give the same report", () => {
  const documents = INCIDENT_YAML.split(/^---\n/m);
  const objects = documents.map((text) => load(text));
  const list = { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items: objects };
  const withoutLocation = ({ findings, ...rest }: Report) => ({
    ...rest,
    findings: findings.map((finding) => ({ ...finding, location: undefined })),
  });

  test.each([
    ["kubectl get -o json", { "all.json": JSON.stringify(list, null, 4) }],
    [
      "helm template",
      { "out.yaml": documents.map((text) => `---\n# Source: chart/templates/x.yaml\n${text}`).join("") },
    ],
    ["one file each, in another order", Object.fromEntries(documents.map((text, at) => [`${9 - at}/${at}.yml`, text]))],
    ["JSON files", Object.fromEntries(objects.map((object, at) => [`${at}.json`, JSON.stringify(object)]))],
  ])("%s", async (_, files) => {
    const expected = await report(["--flow", FLOW, INCIDENT]);
    expect(withoutLocation(await report(["--flow", FLOW, folder(files as Record<string, string>)]))).toEqual(
      withoutLocation(expected),
    );
  });

  test("standard input", async () => {
    const expected = await report(["--flow", FLOW, INCIDENT]);
    const given = await report(["--flow", FLOW, "-"], INCIDENT_YAML);
    expect(withoutLocation(given)).toEqual(withoutLocation(expected));
    expect(given.findings.map(({ location }) => location)).toEqual(
      expected.findings.map(({ location }) => ({ ...location, file: "<stdin>" })),
    );
  });
});

describe("exit codes", () => {
  test("1 with findings, 0 without", async () => {
    expect((await meshtls(["check", INCIDENT])).code).toBe(1);
    expect((await meshtls(["check", "-"], { stdin: REPAIRED_YAML })).code).toBe(0);
  });

  const unknown = "monitoring/Deployment/otel-collector -> otel-collector.monitoring:4317";
  const unclear = REPAIRED_YAML.replace(/apiVersion: v1\nkind: Namespace[^]*?---\n/g, "");

  test.each([
    ["error", 0],
    ["unknown", 1],
    ["warning", 1],
  ])("an unknown verdict with --fail-on %s: %d", async (level, code) => {
    const { code: given, stdout } = await meshtls(["check", "-", "--flow", unknown, "--fail-on", level], {
      stdin: unclear,
    });
    expect(stdout).toContain("1 unknown");
    expect(given).toBe(code);
  });

  test("the same in every format", async () => {
    for (const format of ["text", "json", "markdown", "sarif", "junit", "github"]) {
      expect((await meshtls(["check", "--format", format, INCIDENT])).code).toBe(1);
      expect((await meshtls(["check", "--format", format, "-"], { stdin: REPAIRED_YAML })).code).toBe(0);
    }
  });

  test.each([
    ["nothing to read", [], "nothing to read"],
    ["an option that does not exist", ["--flwos", "x", INCIDENT], 'did you mean "flows"'],
    ["a level that does not exist", ["--fail-on", "warn", INCIDENT], "one of error, unknown, warning"],
    ["a format that does not exist", ["--format", "xml", INCIDENT], "one of text, json"],
    ["a version that is none", ["--istio-version", "banana", INCIDENT], "a version as 1.27"],
    ["a domain that is none", ["--cluster-domain", "..", INCIDENT], "a domain as cluster.local"],
    ["a namespace that is not there", ["--namespace", "q", INCIDENT], "nothing stands in it\n"],
    ["a date that does not exist", ["--now", "2027-02-30", INCIDENT], "YYYY-MM-DD"],
    ["an option without its value", ["--format"], "needs a value"],
    ["a flag with a value", ["--quiet=yes", INCIDENT], "takes no value"],
    ["a rule that does not exist", ["--rule", "mesh-wide-tls-rul", INCIDENT], 'did you mean "mesh-wide-tls-rule"'],
    ["a flow that is none", ["--flow", "a:b", INCIDENT], "FROM -> HOST:PORT"],
    [
      "a FROM that is not there",
      ["--flow", "staging-webs/orders -> x:1", INCIDENT],
      "staging-webs/Deployment/order-core",
    ],
    ["a baseline without an end", ["--write-baseline", "x.json", INCIDENT], "--until"],
  ])("2 for %s", async (_, argv, message) => {
    const { code, stdout, stderr } = await meshtls(["check", ...argv]);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("2 names every problem at once", async () => {
    const { stderr } = await meshtls(["check", "--format", "xml", "--now", "today", "--colour", INCIDENT]);
    expect(stderr.trim().split("\n")).toHaveLength(3);
  });

  test("2 for a FROM that fits several", async () => {
    const twice =
      INCIDENT_YAML +
      "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: order-core, namespace: staging-webs}\nspec: {template: {spec: {containers: []}}}\n";
    const { code, stderr } = await meshtls(["check", "-", "--flow", FLOW], { stdin: twice });
    expect(code).toBe(2);
    expect(stderr).toContain("ambiguous");
    expect(stderr).toContain("staging-webs/StatefulSet/order-core");
    expect((await meshtls(["check", "-", "--flow", FLOW.replace("/", "/Deployment/")], { stdin: twice })).code).toBe(1);
  });

  test("3 lists every problem, and nothing is judged", async () => {
    const path = folder({
      "a.yaml": INCIDENT_YAML,
      "b.yaml": "apiVersion: v1\nkind: A\nkind: B\n---\nkind: [\n# apiVersion\n",
      "c.yaml": 'apiVersion: v1\nkind: A\nmetadata: {name: "{{ .Release.Name }}"}\n',
    });
    const { code, stdout, stderr } = await meshtls(["check", path, join(path, "missing")]);
    expect(code).toBe(3);
    expect(stdout).toBe("");
    for (const problem of ["b.yaml:3: ", "b.yaml:7: ", "c.yaml:3: ", "missing: does not exist", "nothing was judged"])
      expect(stderr).toContain(problem);
  });

  test("3 for the same object twice with different content", async () => {
    const changed = INCIDENT_YAML.replace("STRICT", "PERMISSIVE");
    const { code, stderr } = await meshtls(["check", folder({ "a.yaml": INCIDENT_YAML, "b.yaml": changed })]);
    expect(code).toBe(3);
    expect(stderr).toContain("PeerAuthentication istio-system/default");
  });

  test("3 for empty input: a pipe whose other end failed is no pass", async () => {
    expect((await meshtls(["check", "-"])).code).toBe(3);
    expect((await meshtls(["check", folder({ "README.md": "" })])).code).toBe(3);
  });
});

describe("what is not Kubernetes' is skipped and counted", () => {
  test("documents without apiVersion and kind, and broken files of others", async () => {
    const path = folder({
      "mesh.yaml": REPAIRED_YAML,
      "values.yaml": "image: {tag: 1}\n",
      "tsconfig.json": '{ // comment\n "a": 1, }',
      ".hidden/x.yaml": "kind: [",
      "node_modules/x.yaml": "kind: [",
    });
    expect((await report([path])).summary).toMatchObject({ skipped: 2 });
  });
});

describe("suppression in place", () => {
  const annotated = (value: string): string =>
    INCIDENT_YAML.replace(
      "  name: default\n  namespace: istio-system\nspec:\n  host",
      `  name: default\n  namespace: istio-system\n  annotations:\n    meshtls.dev/ignore: "${value}"\nspec:\n  host`,
    );
  const isFound = ({ findings }: Report): boolean => findings.some(({ name }) => name === RULE);

  test.each([
    ["by name", `${RULE}; until=2026-12-01; reason=it goes with release 7; really`],
    ["by id, with others", "MTLS101,mtls106; reason=it goes; until=2026-11-24"],
  ])("%s", async (_, value) => {
    const given = await report(["-"], annotated(value));
    expect(isFound(given)).toBe(false);
    expect(given.suppressed).toMatchObject([{ name: RULE, suppression: { by: "annotation" } }]);
    expect(given.summary.suppressed).toBe(1);
  });

  test.each([
    ["that has run out", `${RULE}; until=2026-11-23; reason=x`, "ran out on 2026-11-23"],
    ["without a reason", `${RULE}; until=2026-12-01`, "reason is missing"],
    ["without an end", `${RULE}; reason=x`, "until is missing"],
    ["with an end that is no date", `${RULE}; reason=x; until=tomorrow`, "YYYY-MM-DD"],
    ["of no rule", "mesh-wide-tls; until=2026-12-01; reason=x", "no rule"],
    ["with something else", `${RULE}; owner=me; until=2026-12-01; reason=x`, "owner=me"],
  ])("one %s does nothing, and it is said", async (_, value, note) => {
    const { code, stderr, stdout } = await meshtls(["check", "-", "--format", "json"], { stdin: annotated(value) });
    expect(isFound(JSON.parse(stdout) as Report)).toBe(true);
    expect(stderr).toContain(note);
    expect(code).toBe(1);
  });
});

describe("baselines", () => {
  test("written with an end, they hold until then", async () => {
    const path = folder({ "mesh.yaml": INCIDENT_YAML });
    const file = join(path, "baseline.json");
    const mesh = join(path, "mesh.yaml");
    const written = await meshtls(["check", mesh, "--write-baseline", file, "--until", "2026-12-31"]);
    expect(written.code).toBe(0);
    expect(written.stderr).toContain("until 2026-12-31");
    expect((await meshtls(["check", mesh, "--baseline", file])).code).toBe(0);
    expect((await report([mesh, "--baseline", file])).suppressed[0]?.suppression).toMatchObject({ by: "baseline" });
    const after = await meshtls(["check", mesh, "--baseline", file, "--now", "2027-01-01"]);
    expect(after.code).toBe(1);
    expect(after.stderr).toContain("ran out on 2026-12-31");
  });

  test("one that cannot be read is wrong usage, with every problem", async () => {
    const path = folder({ "a.json": '{"schemaVersion": 2, "until": "soon", "findings": [{}]}', "b.json": "{" });
    const a = await meshtls(["check", INCIDENT, "--baseline", join(path, "a.json")]);
    expect(a.code).toBe(2);
    for (const field of ["schemaVersion", "until", "findings.0.id"]) expect(a.stderr).toContain(field);
    expect((await meshtls(["check", INCIDENT, "--baseline", join(path, "b.json")])).code).toBe(2);
  });
});

describe("options", () => {
  test.each(["check", "explain", "fix", "diagnose"])(
    "%s: a cluster that is named and not asked is wrong usage",
    async (command) => {
      const named = ["--context", "staging", "--kubeconfig", "there.yaml"];
      const { code, stderr, stdout } = await meshtls([command, INCIDENT, "--flow", FLOW, ...named]);
      expect([code, stdout]).toEqual([2, ""]);
      for (const [name, value] of [
        ["context", "staging"],
        ["kubeconfig", "there.yaml"],
      ])
        expect(stderr).toContain(
          `--${name} is "${value}", and no cluster is read without --live: give --live with it, or leave it out`,
        );
    },
  );

  test("one that variables name is for the runs that ask a cluster", async () => {
    const { code } = await meshtls(["check", INCIDENT], { env: { MESHTLS_CONTEXT: "staging" } });
    expect(code).toBe(1);
  });

  test("--rule runs only that rule", async () => {
    expect((await report([INCIDENT, "--rule", RULE])).findings.map(({ name }) => name)).toEqual([RULE]);
    expect((await meshtls(["check", INCIDENT, "--rule", "exception-expired"])).code).toBe(0);
  });

  test("--output writes the file, and says the counts", async () => {
    const file = join(folder({}), "out.sarif");
    const { stdout, stderr } = await meshtls(["check", INCIDENT, "--format", "sarif", "-o", file]);
    expect(stdout).toBe("");
    expect(stderr).toContain("error");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ version: "2.1.0" });
    const nowhere = await meshtls(["check", INCIDENT, "-o", join(file, "x")]);
    expect(nowhere.code).toBe(2);
    expect(existsSync(join(file, "x"))).toBe(false);
  });

  test("--evidence lists winners and losers", async () => {
    const [flow] = (await report([INCIDENT, "--flow", FLOW, "--evidence"])).flows;
    expect(flow?.evidence).toContainEqual(
      expect.objectContaining({ object: "DestinationRule istio-system/default", won: true }) as unknown,
    );
  });

  test("--quiet says nothing where there is nothing to say", async () => {
    expect(await meshtls(["check", "-", "--quiet"], { stdin: REPAIRED_YAML })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("--flows reads a file, and lists all its problems", async () => {
    const path = folder({
      "good.yaml":
        "flows:\n  - from: staging-webs/order-core\n    to: otel-collector.monitoring:4317\n    protocol: grpc\n    serverSpeaks: plaintext\n    outcome: refused\n",
      "bad.yaml":
        "flows:\n  - from: a/b\n  - from: a/b\n    to: x\n    tsl: true\n  - from: a/b\n    to: x:1\n    protocol: udp\n",
    });
    expect((await report([INCIDENT, "--flows", join(path, "good.yaml")])).flows[0]).toMatchObject({
      outcome: "refused",
    });
    const { code, stderr } = await meshtls(["check", INCIDENT, "--flows", join(path, "bad.yaml")]);
    expect(code).toBe(2);
    for (const place of ["flows[0].to", "flows[1]", "tsl", "flows[2].protocol"]) expect(stderr).toContain(place);
  });

  test("NO_COLOR and pipes are plain, terminals are not", async () => {
    const escape = "\u001b[";
    expect((await meshtls(["check", INCIDENT])).stdout).not.toContain(escape);
    expect((await meshtls(["check", INCIDENT], { isTTY: true })).stdout).toContain(escape);
    expect((await meshtls(["check", INCIDENT], { isTTY: true, env: { NO_COLOR: "1" } })).stdout).not.toContain(escape);
    expect((await meshtls(["check", INCIDENT], { env: { FORCE_COLOR: "1" } })).stdout).toContain(escape);
  });
});

describe("variables and the configuration file; the command line wins", () => {
  test("MESHTLS_*", async () => {
    const env = { MESHTLS_FORMAT: "json", MESHTLS_RULE: `exception-expired,${RULE}`, MESHTLS_QUIET: "true" };
    const { stdout } = await meshtls(["check", INCIDENT], { env });
    expect((JSON.parse(stdout) as Report).findings.map(({ name }) => name)).toEqual([RULE]);
    expect((await meshtls(["check", INCIDENT, "--format", "github"], { env })).stdout).toContain("::error");
    const wrong = await meshtls(["check", INCIDENT], { env: { MESHTLS_FORMAT: "xml", MESHTLS_QUIET: "perhaps" } });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("MESHTLS_QUIET");
  });

  test("--config FILE", async () => {
    const path = folder({
      "good.yaml": `format: json\nrule: [${RULE}]\npaths: [${JSON.stringify(INCIDENT)}]\nfail-on: warning\n`,
      "bad.yaml": "formt: json\nrule: {a: 1}\n",
      "list.yaml": "- a\n",
      "number.yaml": "istio-version: 1.30\nwrite: true\n",
    });
    const { stdout, code } = await meshtls(["check", "--config", join(path, "good.yaml")]);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Report).findings.map(({ name }) => name)).toEqual([RULE]);
    const bad = await meshtls(["check", INCIDENT, "--config", join(path, "bad.yaml")]);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('did you mean "format"');
    expect(bad.stderr).toContain("rule must be");
    expect((await meshtls(["check", INCIDENT], { env: { MESHTLS_CONFIG: join(path, "list.yaml") } })).code).toBe(2);
    const number = await meshtls(["check", INCIDENT, "--config", join(path, "number.yaml")]);
    expect(number.code).toBe(2);
    expect(number.stderr).toMatch(/istio-version is a number.*in quotes\n.*--write stands on the command line only/);
  });
});

describe("general", () => {
  test("help, for all and for each, names every option and exits 0", async () => {
    const { stdout, code } = await meshtls(["--help"]);
    expect(code).toBe(0);
    for (const name of ["check", "explain", "fix", "diff", "rules"]) {
      expect(stdout).toContain(name);
      const help = await meshtls([name, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`usage: meshtls ${name}`);
      expect((await meshtls(["help", name])).stdout).toBe(help.stdout);
    }
    expect((await meshtls([])).code).toBe(2);
  });

  test("--version", async () => {
    expect(await meshtls(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as unknown,
    });
  });

  test("a command that does not exist", async () => {
    const { code, stderr } = await meshtls(["chek", INCIDENT]);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "check"');
  });

  test("control characters of the input never reach the terminal", async () => {
    const stdin = INCIDENT_YAML.replace('host: "*.local"', 'host: "*.lo\\e[2Jcal"');
    for (const format of ["text", "markdown", "github", "junit"])
      expect((await meshtls(["check", "-", "--format", format], { stdin })).stdout).not.toContain("\u001b");
  });
});
