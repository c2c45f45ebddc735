import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import {
  JavaService,
  MeshNamespace,
  OtelCollector,
  OtelMtlsException,
  recordManifests,
  reportTraffic,
  setClock,
  type Environment,
  type OtelMtlsExceptionArgs,
  type TrafficReport,
} from "../../components/index";
import { UNKNOWN } from "../../policies/mtls/known";
import { type Manifest } from "../../policies/mtls/objects";
import { registeredBy } from "../support/mocks";
import { DAY, permissive } from "./support/exceptions";

beforeAll(() => setClock(() => DAY));

/** What a recording holds after `build`. */
async function recorded(
  build: (options: pulumi.ComponentResourceOptions) => void,
  preview = false,
): Promise<readonly Manifest[]> {
  const recording = recordManifests();
  let manifests: readonly Manifest[] = [];
  await registeredBy(
    async () => {
      build({ transformations: [recording.transformation] });
      manifests = await recording.manifests();
    },
    { preview },
  );
  return manifests;
}

const environment: Environment = {
  now: "2026-11-24",
  facts: { meshMode: "STRICT" },
  services: [
    { namespace: "staging-webs", name: "order-core", port: 8080 },
    { namespace: "staging-webs", name: "seat", port: 8080 },
  ],
  collector: {
    namespace: "monitoring",
    name: "otel-collector",
    ports: { grpc: 4317, http: 4318 },
    senders: [
      { namespace: "staging-webs", name: "order-core" },
      { name: "batch-hosts", cidr: "10.20.0.0/24" },
    ],
  },
  surroundings: { prometheus: { namespace: "monitoring", name: "prometheus" } },
};

/** The environment in small; `rule` is a DestinationRule for everybody, which no component of ours would make. */
async function reportOf(exception: Partial<OtelMtlsExceptionArgs> | undefined, rule?: object): Promise<TrafficReport> {
  const manifests = await recorded((options) => {
    new MeshNamespace("monitoring", {}, options);
    new MeshNamespace("staging-webs", {}, options);
    const mtlsException =
      exception === undefined
        ? {}
        : { mtlsException: new OtelMtlsException("otel-collector", { ...permissive, ...exception }, options) };
    const collector = new OtelCollector(
      "otel-collector",
      { namespace: "monitoring", exporters: { tempo: "tempo.monitoring:4317" }, ...mtlsException },
      options,
    );
    for (const { name, namespace } of environment.services)
      new JavaService(name, { namespace, image: `example.com/${name}:1`, collector, ...mtlsException }, options);
    if (rule !== undefined)
      new k8s.apiextensions.CustomResource(
        "everyone",
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          metadata: { name: "default", namespace: "istio-system" },
          spec: rule,
        },
        options,
      );
  });
  return reportTraffic(manifests, environment);
}

const clientsOf = ({ traffic }: TrafficReport) =>
  traffic.clients.map(({ path, sends, accepts, outcome, symptom }) => [
    path.split(" ")[0],
    path.split(":").at(-1),
    sends,
    String(accepts),
    symptom ?? outcome,
  ]);

describe("the traffic table", () => {
  test("of the fix: services keep mTLS, batch hosts get through in plaintext", async () => {
    expect(clientsOf(await reportOf({}))).toEqual([
      ["staging-webs/order-core", "4317", "mtls", "plaintext,mtls", "mtls"],
      ["staging-webs/order-core", "4318", "mtls", "plaintext,mtls", "mtls"],
      ["batch-hosts", "4317", "plaintext", "plaintext,mtls", "plaintext"],
      ["batch-hosts", "4318", "plaintext", "plaintext,mtls", "plaintext"],
    ]);
  });

  test("without the exception: batch hosts are refused", async () => {
    const report = await reportOf(undefined);
    expect(clientsOf(report)).toContainEqual(["batch-hosts", "4317", "plaintext", "mtls", "connection-reset"]);
    expect(report.traffic.rows.find(({ path }) => path === "App → OTEL Collector")).toMatchObject({
      outcome: "mtls",
      pairs: 2,
    });
  });

  test("of the incident: a rule for everybody, and a collector without a sidecar", async () => {
    const everybody = { host: "*.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } };
    const report = await reportOf({ mode: "no-sidecar" }, everybody);
    expect(clientsOf(report)).toContainEqual([
      "staging-webs/order-core",
      "4317",
      "mtls",
      "plaintext",
      "wrong-version-number",
    ]);
    expect(report.traffic.rows.find(({ path }) => path === "App → OTEL Collector")).toMatchObject({
      outcome: "refused",
      symptom: "wrong-version-number",
    });
  });

  test("says what it took for granted of what the program does not create", async () => {
    const { traffic } = await reportOf({});
    expect(traffic.assumptions[0]).toBe(
      "Prometheus is monitoring/prometheus, without a sidecar; this program does not create it",
    );
  });
});

describe("a recording", () => {
  class Later extends pulumi.CustomResource {}

  const secretAndLater = (options: pulumi.ComponentResourceOptions) => {
    new k8s.core.v1.ConfigMap(
      "one",
      {
        metadata: { name: "one", namespace: "monitoring" },
        data: { plain: "a", hidden: pulumi.secret("s3cret"), later: new Later("test:index:Later", "later").id },
      },
      options,
    );
    new Later("test:index:Other", "other", {}, options);
  };

  test("keeps field by field what a preview does not know, and what is secret", async () => {
    expect(await recorded(secretAndLater, true)).toEqual([
      {
        object: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "one", namespace: "monitoring" },
          data: { plain: "a", hidden: UNKNOWN, later: UNKNOWN },
        },
      },
    ]);
  });

  test("knows in an update what a preview did not", async () => {
    const [manifest] = await recorded(secretAndLater);
    expect(manifest?.object).toMatchObject({ data: { plain: "a", hidden: UNKNOWN, later: "later-id" } });
  });
});
