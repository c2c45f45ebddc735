import { join } from "node:path";
import {
  ClusterAccess,
  IstioStrictDefaults,
  JavaService,
  MeshNamespace,
  OtelCollector,
  OtelMtlsException,
  setClock,
  type OtelMtlsExceptionArgs,
} from "../../components";
import type { Recorded } from "../../lab/rehearsal/operation";
import { addDays, toIsoDate, type IsoDate } from "../../policies/mtls/clock";
import { withStack, type Program } from "./support/stack";

/** The life of one exception on the real engine: the pack goes by the real day, so the exception's dates are set around it. */

const PACKS = [join(__dirname, "../../policies")];
const TODAY = toIsoDate(new Date());
const inDays = (days: number): IsoDate => addDays(TODAY, days);

type Terms = Pick<OtelMtlsExceptionArgs, "mode"> & Partial<OtelMtlsExceptionArgs>;

const PERMISSIVE: Terms = { mode: "permissive", ticket: "PLAT-1234", expires: inDays(30) };

const CLIENT = { namespace: "staging-webs", name: "order-core" };

/** A STRICT mesh with one collector and one Java service; `undefined`: no exception. @param day on which the program was written */
const programOf =
  (terms: Terms | undefined, day: IsoDate = TODAY): Program =>
  async ({ manifests }) => {
    setClock(() => new Date(day));
    const { provider } = new ClusterAccess("cluster", { kind: "render", directory: manifests });
    const options = { provider };
    new IstioStrictDefaults("mesh", {}, options);
    new MeshNamespace("monitoring", { allowFrom: [{ namespace: "staging-webs" }] }, options);
    new MeshNamespace("staging-webs", {}, options);
    const exception =
      terms &&
      new OtelMtlsException(
        "otel-collector",
        {
          collector: { namespace: "monitoring", name: "otel-collector" },
          clients: [CLIENT, { name: "batch-hosts", cidr: "10.20.0.0/24" }],
          owner: "team-observability",
          approver: "team-security",
          reason: "batch hosts outside the mesh send OTLP",
          networkPolicyEnforced: true,
          ...terms,
        },
        options,
      );
    const excepted = exception === undefined ? {} : { mtlsException: exception };
    const exporters = { tempo: "tempo.monitoring:4317" };
    const collector = new OtelCollector("otel-collector", { namespace: "monitoring", exporters, ...excepted }, options);
    new JavaService(
      CLIENT.name,
      { namespace: CLIENT.namespace, image: "registry.example.com/order-core:1.0.0", collector, ...excepted },
      options,
    );
  };

afterAll(() => setClock(() => new Date()));

const said = ({ policies }: Recorded, level: "mandatory" | "advisory"): string[] => [
  ...new Set(policies.filter((one) => one.enforcementLevel === level).map((one) => one.policyName)),
];

/** Kinds and names of the objects that an operation changes, by what it does to them. */
const changed = ({ events }: Recorded): string[] =>
  events
    .flatMap(({ resourcePreEvent }) => (resourcePreEvent === undefined ? [] : [resourcePreEvent.metadata]))
    .filter(({ op, urn }) => op !== "same" && urn.includes("kubernetes:"))
    .map(({ op, type, urn }) => `${op} ${type.split(":").at(-1) ?? ""} ${urn.split("::").at(-1) ?? ""}`)
    .sort();

test("created, about to end, renewed, of another mode, removed", async () => {
  await withStack({ program: programOf(PERMISSIVE), packs: PACKS }, async (stack) => {
    const created = await stack.up();
    expect(created).toMatchObject({ ok: true, policies: [] });

    const late = await stack.preview(programOf({ ...PERMISSIVE, expires: inDays(14) }));
    expect(late.ok).toBe(true);
    expect(said(late, "advisory")).toEqual(["exception-about-to-expire"]);

    const renewed = await stack.up(programOf({ ...PERMISSIVE, ticket: "PLAT-2000", expires: inDays(60) }));
    expect(renewed).toMatchObject({ ok: true, policies: [] });
    expect(changed(renewed)).toEqual(["update ConfigMap otel-collector-record"]);

    const bare = await stack.up(programOf({ mode: "no-sidecar", ticket: "PLAT-2001", expires: inDays(60) }));
    expect(bare).toMatchObject({ ok: true, policies: [] });
    expect(changed(bare)).toEqual(
      expect.arrayContaining([
        "delete PeerAuthentication otel-collector-peer-authentication",
        "update ConfigMap otel-collector-record",
        "update Deployment order-core-deployment",
        "update Deployment otel-collector-deployment",
      ]),
    );

    const removed = await stack.preview(programOf(undefined));
    expect(removed.ok).toBe(false);
    expect(said(removed, "mandatory")).toEqual(["strict-only-collector-without-exception"]);

    const kept = await stack.up(programOf({ mode: "keep-strict", clients: [CLIENT] }));
    expect(kept).toMatchObject({ ok: true, policies: [] });
  });
});

describe("the day after its last", () => {
  const over = programOf({ ...PERMISSIVE, expires: inDays(-1) }, inDays(-30));

  test("it is refused", async () => {
    await withStack({ program: over, packs: PACKS }, async (stack) => {
      const preview = await stack.preview();
      expect(preview.ok).toBe(false);
      expect(said(preview, "mandatory")).toEqual(["exception-expired"]);
    });
  });

  test("broken glass lets it live on for some hours, and every run says so", async () => {
    const glass = {
      namespace: "monitoring",
      name: "otel-collector",
      from: new Date(Date.now() - 3_600_000).toISOString(),
      hours: 8,
      by: "on-call",
      reason: "telemetry of the night's incident",
    };
    const policyConfig = { meshtls: { enforcementLevel: "mandatory", breakGlass: [glass] } };
    await withStack({ program: over, packs: PACKS, policyConfig }, async (stack) => {
      const preview = await stack.preview();
      expect(preview.ok).toBe(true);
      expect(said(preview, "advisory")).toEqual(["break-glass-in-force"]);
    });
  });
});

test("a configuration that is wrong is refused with its path", async () => {
  const policyConfig = { meshtls: { enforcementLevel: "mandatory", register: [{ namespace: "monitoring" }] } };
  await withStack({ program: programOf(PERMISSIVE), packs: PACKS, policyConfig }, async (stack) => {
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(preview.output).toMatch(/register\.0: owner is required/);
  });
});
