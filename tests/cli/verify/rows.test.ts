import { logRows, type ContainerLog } from "../../../cli/verify/logs";
import { targetRows, type Target } from "../../../cli/verify/targets";
import { traceRows } from "../../../cli/verify/traces";
import { tracedServices } from "../../../cli/verify/services";
import { hasPassed, summarize, verificationOf } from "../../../cli/verify/verification";
import { some, type Row, type State } from "../../../cli/verify/row";
import { readMesh } from "../../../policies/mtls/manifests";

const REF = { kind: "Deployment", namespace: "shop", name: "orders" };
const log = (text: string): ContainerLog => ({ pod: "orders-1", container: "app", text });

const EXPORT_ERROR =
  "[otel.javaagent 2026-11-24 09:00:00:000 +0000] [OkHttp http://otel-collector.monitoring:4317/...] ERROR io.opentelemetry.exporter.internal.grpc.GrpcExporter - Failed to export spans. Server is UNAVAILABLE. Make sure your collector is running and reachable from this network. Full error message:upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end";

describe("logs", () => {
  const logRow = (...logs: readonly ContainerLog[]) => logRows([{ ref: REF, logs }], "10m")[0];

  test("an export that failed is decoded", () => {
    const row = logRow(log(`started\n${EXPORT_ERROR}\n${EXPORT_ERROR}\n`));
    expect(row?.state).toBe("does-not-hold");
    expect(row?.says).toContain(
      "the client's proxy sent TLS to a port that answered plaintext, not the reverse (2 times), in orders-1/app",
    );
    expect(row?.todo).toContain("docs/log-lines.md#");
  });

  test("lines that nobody recognises, and the sign of a good start, are no fault", () => {
    const ready = "info service@v0.153.0/service.go:265 Everything is ready. Begin running and processing data.";
    expect(logRow(log(`hello\n${ready}\n`))).toMatchObject({
      state: "holds",
      says: "nothing known to be a fault in 2 lines of the last 10m (1 containers)",
    });
  });

  test("a log that cannot be read is unknown, unless another one tells of a fault", () => {
    const unread: ContainerLog = {
      pod: "orders-2",
      container: "app",
      problem: "may not be read (403)",
      todo: "allow it",
    };
    expect(logRow(log("hello"), unread)).toMatchObject({
      state: "unknown",
      says: "orders-2/app may not be read (403)",
      todo: "allow it",
    });
    expect(logRow(unread, log(EXPORT_ERROR))?.state).toBe("does-not-hold");
  });

  test("no container, no row", () => {
    expect(logRow()).toBeUndefined();
  });
});

describe("traces", () => {
  const service = { name: "orders", certain: true, of: ["Deployment shop/orders"] };
  const traceRow = (found: number | { problem: string }, certain = true) =>
    traceRows([{ service: { ...service, certain }, found }], "http://jaeger", "10m")[0];

  test("found, missing, not to be told", () => {
    expect(traceRow(1)?.state).toBe("holds");
    expect(traceRow(0)).toMatchObject({ state: "does-not-hold", object: "orders" });
    expect(traceRow({ problem: "refuses the connection" })).toMatchObject({
      state: "unknown",
      says: "http://jaeger refuses the connection",
    });
  });

  test("a name that is only guessed is not missed", () => {
    expect(traceRow(0, false)).toMatchObject({
      state: "unknown",
      todo: "set OTEL_SERVICE_NAME on Deployment shop/orders",
    });
    expect(traceRow(1, false)?.state).toBe("holds");
  });
});

describe("services that should have traces", () => {
  const services = (env: readonly object[], namespace = "shop") => {
    const object = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "orders", namespace },
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: "app",
                image: "x",
                env: [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://c:4317" }, ...env],
              },
            ],
          },
        },
      },
    };
    return tracedServices(readMesh([{ object }]), ({ ref }) => ref.namespace === "shop").map(({ name, certain }) => [
      name,
      certain,
    ]);
  };
  const variable = (name: string, value: string) => ({ name, value });

  test.each([
    [[variable("OTEL_SERVICE_NAME", "order-core")], [["order-core", true]]],
    [[variable("OTEL_RESOURCE_ATTRIBUTES", "team=a,service.name=order%20core")], [["order core", true]]],
    [
      [
        variable("JAVA_TOOL_OPTIONS", "-javaagent:/otel.jar -Dotel.service.name=of-the-jvm"),
        variable("OTEL_SERVICE_NAME", "x"),
      ],
      [["of-the-jvm", true]],
    ],
    [[], [["orders", false]]],
    [[variable("OTEL_TRACES_EXPORTER", "none")], []],
    [[variable("OTEL_SDK_DISABLED", "true")], []],
  ])("%j: %j", (env, expected) => {
    expect(services(env)).toEqual(expected);
  });

  test("elsewhere none is asked for", () => {
    expect(services([], "other")).toEqual([]);
  });
});

describe("targets", () => {
  const target = (health: Target["health"], more: Partial<Target> = {}): Target => ({
    job: "orders",
    instance: "10.0.0.1:8080",
    namespace: "shop",
    health,
    lastError: "",
    ...more,
  });
  const rows = (targets: Parameters<typeof targetRows>[0], namespaces: readonly string[] = []) =>
    targetRows(targets, "http://prometheus", namespaces);

  test("a job holds when all of its targets are up", () => {
    expect(rows([target("up"), target("up", { instance: "10.0.0.2:8080" }), target("up", { job: "carts" })])).toEqual([
      { check: "targets", object: "carts", state: "holds", says: "1 of 1 targets are up" },
      { check: "targets", object: "orders", state: "holds", says: "2 of 2 targets are up" },
    ]);
  });

  test("what is down says why, and what that is known to mean", () => {
    const down = (lastError: string) =>
      rows([target("up"), target("down", { instance: "10.0.0.2:8080", lastError })])[0];
    const row = down(`Get "https://10.0.0.1:8080/metrics": x509: certificate signed by unknown authority`);
    expect(row?.state).toBe("does-not-hold");
    expect(row?.says).toContain("1 of 2 targets are down: 10.0.0.2:8080 (Get");
    expect(row?.todo).toContain("tls_config");
    expect(down("read tcp 10.0.0.9:4711->10.0.0.1:8080: read: connection reset by peer")?.todo).toContain("only mTLS");
    expect(down("server returned HTTP status 404 Not Found")?.todo).toContain("the path of the scrape job");
    expect(down("something that nobody has heard of")?.todo).toContain("meshtls explain");
  });

  test("what has not been scraped yet, and a Prometheus that does not answer, are unknown", () => {
    expect(rows([target("unknown")])[0]?.state).toBe("unknown");
    expect(rows({ problem: "refuses the connection" })[0]).toMatchObject({
      state: "unknown",
      object: "http://prometheus",
    });
  });

  test("only the namespaces that are asked for; none found is not all well", () => {
    expect(rows([target("up"), target("down", { job: "x", namespace: "other" })], ["shop"])).toHaveLength(1);
    expect(rows([target("up")], ["other"])[0]?.state).toBe("unknown");
    expect(rows([])[0]?.state).toBe("unknown");
  });
});

describe("the whole", () => {
  const row = (state: State): Row => ({ check: "pods", object: "Pod shop/x", state, says: "" });
  const whole = (...states: readonly State[]) =>
    verificationOf("lab", states.map(row), { notAsked: ["traces"], assumptions: [] });

  test.each([
    [["holds", "holds"], "unknown", true],
    [["holds", "unknown"], "unknown", false],
    [["holds", "unknown"], "warning", false],
    [["holds", "unknown"], "error", true],
    [["holds", "does-not-hold"], "error", false],
    [[], "error", false],
  ] as const)("%j with --fail-on %s passes: %s", (states, threshold, passes) => {
    expect(hasPassed(whole(...states), threshold)).toBe(passes);
  });

  test("says what it did not look at", () => {
    expect(summarize(whole("holds"))).toBe(
      "cluster lab: 1 check, 1 holds, 0 do not hold, 0 unknown, traces not asked (--traces)",
    );
    expect(summarize(whole())).toBe("cluster lab: nothing was found that could be checked");
  });

  test("some of many", () => {
    expect(some(["a", "b", "c"])).toBe("a, b, c");
    expect(some(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
  });
});
