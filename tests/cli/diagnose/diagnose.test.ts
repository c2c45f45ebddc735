import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnosis } from "../../../cli/diagnose/diagnosis";
import { diagnoseLog } from "../../../cli/diagnose";
import { SIGNATURES } from "../../../cli/symptoms";
import { FLOW, INCIDENT, INCIDENT_YAML, REPAIRED_YAML } from "../support/incident";
import { folder, meshtls } from "../support/meshtls";

const REPORT = join(__dirname, "fixtures", "incident-report.txt");
const ANSWER = "upstream connect error or disconnect/reset before headers.";
const WV = "TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end";
const AGENT =
  "[otel.javaagent 2026-11-22 09:16:33:132 +0000] [OkHttp http://otel-collector.monitoring.svc.cluster.local:4317/...] ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export metrics. Server is UNAVAILABLE. Make sure your collector is running and reachable from this network. Full error message:";
const LINE = `${AGENT}${ANSWER} retried and the latest reset reason: remote connection failure, transport failure reason: ${WV}`;

const idsOf = (log: string): string[] => diagnoseLog(log).findings.map(({ id }) => id);
const asJson = async (argv: readonly string[], stdin = ""): Promise<Diagnosis> =>
  JSON.parse((await meshtls(["diagnose", ...argv, "--format", "json"], { stdin })).stdout) as Diagnosis;

describe("the incident report", () => {
  test("is one message, of the client's own proxy, which sent TLS", async () => {
    const { findings } = await asJson([REPORT]);
    expect(findings).toMatchObject([
      {
        id: "tls-to-plaintext-port",
        count: 2,
        firstLine: 17,
        writer: { id: "client-proxy" },
        direction: { id: "tls-to-plaintext" },
        symptoms: ["wrong-version-number"],
      },
    ]);
    expect(findings[0]?.carrier).toContain("Java agent");
    expect(findings[0]?.detail).toContain("reason 247");
  });

  test("has its explanation corrected, line by line", async () => {
    const { corrections } = await asJson([REPORT]);
    expect(corrections.map(({ id, line }) => [id, line])).toEqual([
      ["sidecar-not-bypassed", 45],
      ["direction-reversed", 66],
      ["not-a-tls-version", 74],
      ["one-container-has-no-proxy", 12],
      ["exporter-does-not-crash-the-jvm", 3],
      ["peer-authentication-not-needed", 154],
    ]);
  });

  test("reads well", async () => {
    const { code, stdout } = await meshtls(["diagnose", REPORT]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The client's proxy sent TLS to a port that answered plaintext, not the reverse\n/);
    expect(stdout).toContain("READY 0/1 is one container");
    expect(stdout).toContain("does not stop a JVM");
    expect(stdout).toContain("225 lines read, 2 messages recognised, 1 kind");
  });

  test("is not corrected where no log line contradicts it", () => {
    const story = readFileSync(REPORT, "utf8").replace(
      /.*(?:TLS_error|OPENSSL|upstream connect|reset reason).*\n/g,
      "",
    );
    expect(diagnoseLog(story).corrections.map(({ id }) => id)).toEqual(["exporter-does-not-crash-the-jvm"]);
  });
});

test("any number of blank lines, and of lines that begin something, is read", () => {
  const blank = "\n".repeat(3_000_000);
  expect(diagnoseLog(`${blank}${LINE}\n${blank}`)).toMatchObject({
    lines: 6_000_001,
    findings: [{ id: "tls-to-plaintext-port", count: 1, firstLine: 3_000_001 }],
  });
  expect(diagnoseLog("Failed to export\n".repeat(20_000))).toMatchObject({ lines: 20_000, findings: [] });
  expect(diagnoseLog("a\r\nb\rc\n\n")).toMatchObject({ lines: 4 });
});

describe("lines as they come", () => {
  const wrapAt = (text: string, width: number): string => text.replace(new RegExp(`(.{${width}})`, "g"), "$1\n");

  test.each([60, 80, 100, 120, 132])("wrapped by a terminal of %d columns", (width) => {
    const { findings } = diagnoseLog(`some line before\n${wrapAt(LINE, width)}\n`);
    expect(findings).toMatchObject([{ id: "tls-to-plaintext-port", count: 1, firstLine: 2 }]);
  });

  test("with and without the blank after the colon", () => {
    expect(idsOf(LINE.replace("message:", "message: "))).toEqual(idsOf(LINE));
  });

  test("cut off: the most that can be told, no more", () => {
    expect(idsOf(LINE.slice(0, LINE.indexOf("OPENSSL")))).toEqual(["tls-to-plaintext-port"]);
    expect(idsOf(LINE.slice(0, LINE.indexOf("transport")))).toEqual(["reason-hidden"]);
    expect(idsOf(LINE.slice(0, LINE.indexOf("before headers")))).toEqual(["envoy-answer-cut-off"]);
    expect(idsOf(LINE.slice(0, LINE.indexOf("Make sure")))).toEqual(["unavailable-without-reason"]);
  });

  test("split by the container runtime", () => {
    const half = Math.floor(LINE.length / 2);
    const log = `2026-11-22T09:16:33.1Z stderr P ${LINE.slice(0, half)}\n2026-11-22T09:16:33.1Z stderr F ${LINE.slice(half)}\n`;
    expect(idsOf(log)).toEqual(["tls-to-plaintext-port"]);
  });

  test("stack traces, and those of several containers interleaved", () => {
    const reset = `${AGENT.split("Server is")[0]}The request could not be executed. Error message: Connection reset by peer`;
    const trace = [
      "java.net.SocketException: Connection reset by peer",
      "\tat okhttp3.A.b(A.java:1)",
      "Caused by: java.io.IOException: Connection reset",
    ];
    const prefixed = (pod: string, lines: readonly string[]): string[] =>
      lines.map((line) => `[pod/${pod}/app] ${line}`);
    const a = prefixed("seat-1", [reset, ...trace]);
    const b = prefixed("queue-1", [LINE, "\tat okhttp3.C.d(C.java:2)"]);
    const log = [a[0], b[0], a[1], b[1], a[2], a[3]].join("\n");
    expect(diagnoseLog(log).findings.map(({ id, count }) => [id, count])).toEqual([
      ["connection-reset-without-proxy", 1],
      ["tls-to-plaintext-port", 1],
    ]);
  });

  test("identical findings are counted, with the first line", () => {
    const { findings } = diagnoseLog(`x\n${`${LINE}\n`.repeat(500)}`);
    expect(findings).toMatchObject([{ count: 500, firstLine: 2 }]);
  });

  test("flags are a set", () => {
    for (const flags of ["UF,URX", "URX,UF"])
      expect(
        idsOf(
          `"POST /v1/traces HTTP/1.1" 503 ${flags} upstream_reset_before_response_started{connection_timeout} - "-"`,
        ),
      ).toEqual(["upstream-timeout"]);
  });

  test("an access log in JSON", () => {
    const log = {
      response_code: 503,
      response_flags: "UF,URX",
      response_code_details: `upstream_reset_before_response_started{remote_connection_failure|${WV.replaceAll(" ", "_")}}`,
      upstream_transport_failure_reason: WV,
      upstream_cluster: "outbound|4318||otel-collector.monitoring.svc.cluster.local",
      path: "/v1/traces",
      protocol: "HTTP/1.1",
    };
    expect(diagnoseLog(JSON.stringify(log)).findings).toMatchObject([
      {
        id: "tls-to-plaintext-port",
        carrier: "the access log of the client's proxy",
        endpoints: [{ host: "otel-collector.monitoring.svc.cluster.local", port: 4318 }],
      },
    ]);
  });

  test("the server that a line names stands in the commands", () => {
    const [finding] = diagnoseLog(LINE).findings;
    expect(finding?.commands[0]?.run).toContain("--fqdn otel-collector.monitoring.svc.cluster.local --port 4317");
  });

  test("a new Envoy hides the reason: that is said, and where it stands", () => {
    const [finding] = diagnoseLog(
      `${AGENT}${ANSWER} retried and the latest reset reason: remote connection failure`,
    ).findings;
    expect(finding).toMatchObject({ id: "reason-hidden", direction: { id: "hidden" } });
    expect(finding?.meaning).toContain("1.38.1");
    expect(finding?.commands[0]?.run).toContain("-c istio-proxy");
  });

  test.each([
    [268435696, "UNSUPPORTED_PROTOCOL", "reason 240, UNSUPPORTED_PROTOCOL): the peer offered no TLS version"],
    [268436506, "TLSV1_ALERT_DECODE_ERROR", "the peer answered with TLS alert 50"],
    [268435456 + 299, "SOMETHING_NEW", "reason 299, SOMETHING_NEW)"],
  ])("code %d is decoded", (code, name, says) => {
    const [finding] = diagnoseLog(
      `${ANSWER} reset reason: remote connection failure, transport failure reason: TLS_error:|${code}:SSL routines:OPENSSL_internal:${name}:TLS_error_end`,
    ).findings;
    expect(finding?.id).toBe("tls-failed");
    expect(finding?.detail).toContain(says);
  });

  test("WRONG_VERSION_NUMBER of a client's own TLS is no proxy's", () => {
    expect(idsOf("E1122 ssl_transport_security.cc:1884] Handshake failed: ssl_handshake WRONG_VERSION_NUMBER")).toEqual(
      ["application-tls-to-plaintext"],
    );
  });
});

describe("with manifests", () => {
  test("the rule that is the cause, at its line", async () => {
    const { manifests } = await asJson([REPORT, "--flow", FLOW, INCIDENT]);
    const line = INCIDENT_YAML.split("\n").findIndex((text) => /^\s+tls:/.test(text)) + 1;
    expect(manifests?.culprits).toMatchObject([
      {
        finding: "tls-to-plaintext-port",
        flow: { symptom: "wrong-version-number", asked: "otel-collector.monitoring:4317" },
      },
    ]);
    expect(manifests?.culprits[0]?.because).toContainEqual(
      expect.objectContaining({
        object: "DestinationRule istio-system/default",
        location: { file: INCIDENT, line },
      }) as unknown,
    );
  });

  test("also where a new Envoy hides the reason", async () => {
    const log = `${AGENT}${ANSWER} retried and the latest reset reason: remote connection failure`;
    const { manifests } = await asJson(["-", "--flow", FLOW, INCIDENT], log);
    expect(manifests?.culprits).toMatchObject([
      { finding: "reason-hidden", flow: { symptom: "wrong-version-number" } },
    ]);
  });

  test("none matches: that is said, with what they give instead", async () => {
    const repaired = join(folder({ "mesh.yaml": REPAIRED_YAML }), "mesh.yaml");
    const { code, stdout } = await meshtls(["diagnose", "-", "--flow", FLOW, repaired], { stdin: LINE });
    expect(code).toBe(0);
    expect(stdout).toContain("none of 1 flow in these manifests ends like this");
    expect(stdout).toContain("staging-webs/order-core → otel-collector.monitoring:4317 ends plaintext");
  });

  test("a flow to another server is no culprit", async () => {
    const { manifests } = await asJson(
      ["-", "--flow", FLOW, INCIDENT],
      LINE.replaceAll("otel-collector.monitoring", "tempo.tracing"),
    );
    expect(manifests?.culprits).toEqual([]);
    expect(manifests?.unmatched[0]?.says).toContain("to another server it does");
  });
});

describe("exit codes", () => {
  test("0 when nothing is recognised, and that is said", async () => {
    const { code, stdout } = await meshtls(["diagnose"], { stdin: "all is well\n" });
    expect(code).toBe(0);
    expect(stdout).toContain("1 line read, none of them recognised");
    expect(await asJson([], "all is well\n")).toMatchObject({ lines: 1, findings: [] });
  });

  test.each([
    ["standard input twice", ["-", "-"], "not both"],
    ["a flow without manifests", ["-", "--flow", FLOW], "give them after the log"],
    ["an option of another command", ["-", "--rule", "x"], "has no option --rule"],
  ])("2 for %s", async (_, argv, message) => {
    const { code, stdout, stderr } = await meshtls(["diagnose", ...argv]);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  });

  test.each([
    ["a log that is not there", ["nowhere.log"], "nowhere.log: does not exist"],
    ["manifests that are not there", [REPORT, "nowhere.yaml"], "nowhere.yaml: does not exist"],
  ])("3 for %s", async (_, argv, message) => {
    const { code, stdout, stderr } = await meshtls(["diagnose", ...argv]);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([3, ""]);
  });

  test("3 for what is no text, and UTF-16 is read", async () => {
    const path = folder({
      "a.gz": Buffer.from([0x1f, 0x8b, 8, 0]),
      "a.png": Buffer.from([0x89, 0x50, 0, 0]),
      "a.log": Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(LINE, "utf16le")]),
    });
    expect(await meshtls(["diagnose", join(path, "a.gz")])).toMatchObject({ code: 3 });
    expect(await meshtls(["diagnose", join(path, "a.png")])).toMatchObject({ code: 3 });
    expect((await asJson([join(path, "a.log")])).findings).toHaveLength(1);
  });

  test("control characters never reach the terminal", async () => {
    const { stdout } = await meshtls(["diagnose"], { stdin: `${LINE}\u001b]0;title\u0007` });
    expect(stdout).not.toMatch(/[\u001b\u0007]/);
  });
});

describe("a long log of lines that each look like the start of a message", () => {
  const COUNT = 2000;
  const times = (make: (at: number) => string): string => Array.from({ length: COUNT }, (_, at) => make(at)).join("\n");

  test("every line is looked at by itself, not with all that follow it", () => {
    const [first] = SIGNATURES as readonly [(typeof SIGNATURES)[number]];
    const looked = jest.spyOn(first, "recognise");
    expect(idsOf(times((at) => `Failed to export spans of batch ${at}`))).toEqual([]);
    expect(looked.mock.calls.length).toBeLessThanOrEqual(COUNT);
    looked.mockRestore();
  });

  test("what says something different each time is found each time, in its order", () => {
    const { findings } = diagnoseLog(times((at) => LINE.replace("268435703", String(268435703 + 4096 * at))));
    expect(findings.map(({ firstLine, count }) => [firstLine, count])).toEqual(
      Array.from({ length: COUNT }, (_, at) => [at + 1, 1]),
    );
  });
});
