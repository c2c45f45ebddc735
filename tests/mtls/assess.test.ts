import { assess } from "../../policies/mtls/assess";
import { deployment, meshOf, twoEnds } from "./support";

const NOW = "2026-11-23";
const EXPORTING = {
  pod: {
    containers: [
      {
        name: "web",
        image: "example.com/web:1",
        env: [
          { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://otel.monitoring:4317" },
          { name: "OTEL_EXPORTER_OTLP_PROTOCOL", value: "grpc" },
          { name: "OTEL_SERVICE_NAME", value: "web" },
        ],
      },
    ],
  },
};
const FLOW = { from: "apps/web", host: "otel.monitoring", port: 4317 };

test("answers what is declared first, in the order given, one answer each", () => {
  const flows = [{ ...FLOW, port: 4318 }, FLOW, FLOW];
  const answers = assess(meshOf(twoEnds()), { flows, now: NOW }).flows;
  expect(answers.map(({ asked, origin }) => [asked, origin])).toEqual([
    ["otel.monitoring:4318", "declared"],
    ["otel.monitoring:4317", "declared"],
    ["otel.monitoring:4317", "declared"],
  ]);
});

test("answers what the manifests reveal, with where they do", () => {
  const { flows } = assess(meshOf(twoEnds({ web: EXPORTING })), { now: NOW });
  expect(flows).toMatchObject([
    {
      from: { name: "web" },
      asked: "otel.monitoring:4317",
      outcome: "mtls",
      origin: { object: "Deployment apps/web" },
    },
  ]);
});

test("answers a question once, however it is spelled", () => {
  const flow = { ...FLOW, from: "apps/Deployment/web", host: "otel.monitoring.svc.cluster.local" };
  const { flows } = assess(meshOf(twoEnds({ web: EXPORTING })), { flows: [flow], now: NOW });
  expect(flows).toHaveLength(1);
  expect(flows[0]?.origin).toBe("declared");
});

test("reveals nothing when not asked to", () => {
  expect(assess(meshOf(twoEnds({ web: EXPORTING })), { discover: false, now: NOW }).flows).toEqual([]);
});

test("lists every assumption once", () => {
  const objects = [...twoEnds({ web: EXPORTING }), deployment("apps", "api", EXPORTING)];
  const { assumptions } = assess(meshOf(objects, { istioVersion: "1.28" }), { now: NOW });
  expect(assumptions.filter((text) => text.includes("Istio 1.28"))).toHaveLength(1);
  expect(new Set(assumptions).size).toBe(assumptions.length);
});

describe("a client of which nobody can tell where it connects to", () => {
  const secret = { valueFrom: { secretKeyRef: { name: "telemetry", key: "endpoint" } } };
  const env = [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", ...secret }];
  const hidden = deployment("apps", "web", { pod: { containers: [{ name: "web", image: "example.com/web:1", env }] } });

  test("is named with the field and the reason", () => {
    const { flows, undiscovered } = assess(meshOf([hidden]), { now: NOW });
    expect(flows).toEqual([]);
    expect(undiscovered).toEqual([
      {
        object: "Deployment apps/web",
        path: "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef",
        reason: expect.stringContaining("telemetry") as unknown,
      },
    ]);
  });

  test("is of no concern where nothing is to be revealed", () => {
    expect(assess(meshOf([hidden]), { discover: false, now: NOW }).undiscovered).toEqual([]);
  });

  test("is an assumption where it is a collector of which only the image tells", () => {
    const image = "otel/opentelemetry-collector:0.159.0";
    const collector = deployment("apps", "otel", { pod: { containers: [{ name: "otel", image }] } });
    const { undiscovered, assumptions } = assess(meshOf([collector]), { now: NOW });
    expect(undiscovered).toEqual([]);
    expect(assumptions).toContain(
      "Deployment apps/otel: no argument and no volume tells where its configuration is; it sends nothing on",
    );
  });
});
