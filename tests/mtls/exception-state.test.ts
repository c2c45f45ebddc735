import { assess, type ExceptionAnswer } from "../../policies/mtls/assess";
import { exceptionAnnotations, type ExceptionContract } from "../../policies/mtls/exception";
import {
  deployment,
  destinationRule,
  INJECTED,
  meshOf,
  namespace,
  OTEL_PORTS,
  peerAuthentication,
  service,
  STRICT,
  type DeploymentFields,
} from "./support";

const CONTRACT: ExceptionContract = {
  name: "otel",
  namespace: "monitoring",
  collector: "otel",
  selector: { app: "otel" },
  mode: "permissive",
  ports: [4317],
  clients: [{ name: "batch-hosts", cidr: "10.20.0.0/24" }],
  owner: "team-observability",
  approver: "team-security",
  ticket: "PLAT-1",
  reason: "batch hosts are outside the mesh",
  expires: "2027-02-01",
};

const record = (over: Partial<ExceptionContract> = {}, annotations: Readonly<Record<string, unknown>> = {}): object => {
  const contract = { ...CONTRACT, ...over };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      namespace: contract.namespace,
      name: contract.name,
      annotations: { ...exceptionAnnotations(contract), ...annotations },
    },
  };
};

/** What `permissive` does. */
const OPEN = peerAuthentication("monitoring", "otel", {
  selector: { matchLabels: { app: "otel" } },
  mtls: { mode: "STRICT" },
  portLevelMtls: { 4317: { mode: "PERMISSIVE" } },
});

const mesh = (otel: DeploymentFields, ...more: readonly object[]) => [
  namespace("istio-system"),
  namespace("apps", INJECTED),
  namespace("monitoring", INJECTED),
  STRICT,
  deployment("apps", "web"),
  deployment("monitoring", "otel", otel),
  service("monitoring", "otel", { ports: OTEL_PORTS }),
  ...more,
];

const judge = (objects: readonly object[]): ExceptionAnswer | undefined =>
  assess(meshOf(objects), { now: "2026-11-23", discover: false }).exceptions[0];

const stateOf = (objects: readonly object[]) => judge(objects)?.state;

test("says what the record says, and the days that are left", () => {
  expect(judge(mesh({}, OPEN, record()))).toEqual({
    namespace: "monitoring",
    name: "otel",
    collector: "otel",
    mode: "permissive",
    state: "used",
    owner: "team-observability",
    approver: "team-security",
    ticket: "PLAT-1",
    expires: "2027-02-01",
    daysLeft: 70,
  });
});

describe("used", () => {
  test("permissive: the port takes plaintext and mutual TLS, and someone outside needs it", () => {
    expect(stateOf(mesh({}, OPEN, record()))).toBe("used");
  });

  test("no-sidecar: the collector has no proxy, and someone outside needs that", () => {
    const otel = { labels: { "sidecar.istio.io/inject": "false" } };
    expect(stateOf(mesh(otel, record({ mode: "no-sidecar" })))).toBe("used");
  });

  test("keep-strict: the port takes mutual TLS only, and every client sends it", () => {
    const kept = record({ mode: "keep-strict", clients: [{ namespace: "apps", name: "web" }] });
    expect(stateOf(mesh({}, kept))).toBe("used");
  });
});

describe("unused", () => {
  test("the port is still STRICT", () => {
    expect(stateOf(mesh({}, record()))).toBe("unused");
  });

  test("the policy is there, and an older one wins", () => {
    const older = peerAuthentication("monitoring", "a-first", {
      selector: { matchLabels: { app: "otel" } },
      mtls: { mode: "STRICT" },
    });
    expect(stateOf(mesh({}, OPEN, older, record()))).toBe("unused");
  });

  test("nothing is selected", () => {
    expect(stateOf(mesh({}, OPEN, record({ selector: { app: "tempo" } })))).toBe("unused");
  });

  test("the collector's name decides where the record selects nothing", () => {
    expect(stateOf(mesh({}, OPEN, record({ selector: {} })))).toBe("used");
    expect(stateOf(mesh({}, OPEN, record({ selector: {}, collector: "tempo" })))).toBe("unused");
  });

  test("no-sidecar of a collector that has one", () => {
    expect(stateOf(mesh({}, record({ mode: "no-sidecar" })))).toBe("unused");
  });
});

describe("expired", () => {
  test("the day after the last", () => {
    expect(judge(mesh({}, OPEN, record({ expires: "2026-11-22" })))).toMatchObject({ state: "expired", daysLeft: -1 });
    expect(judge(mesh({}, OPEN, record({ expires: "2026-11-23" })))).toMatchObject({ state: "used", daysLeft: 0 });
  });
});

describe("not needed", () => {
  const web = { namespace: "apps", name: "web" };

  test("every client is in the mesh and sends mutual TLS anyway", () => {
    expect(stateOf(mesh({}, OPEN, record({ clients: [web] })))).toBe("not-needed");
  });

  test("never while one client needs it", () => {
    expect(stateOf(mesh({}, OPEN, record({ clients: [web, ...CONTRACT.clients] })))).toBe("used");
  });

  test("never while a client is not among the objects", () => {
    expect(stateOf(mesh({}, OPEN, record({ clients: [{ namespace: "apps", name: "elsewhere" }] })))).toBe("used");
  });

  test("never without clients", () => {
    expect(stateOf(mesh({}, OPEN, record({ clients: [] })))).toBe("used");
  });

  test("plaintext: with neither rule nor open port the client would send mutual TLS", () => {
    const disabled = destinationRule("monitoring", "otel", {
      host: "otel",
      trafficPolicy: { portLevelSettings: [{ port: { number: 4317 }, tls: { mode: "DISABLE" } }] },
    });
    expect(stateOf(mesh({}, OPEN, disabled, record({ mode: "plaintext", clients: [web] })))).toBe("not-needed");
  });

  test("no-sidecar: with a sidecar the client would send mutual TLS", () => {
    const otel = { labels: { "sidecar.istio.io/inject": "false" } };
    expect(stateOf(mesh(otel, record({ mode: "no-sidecar", clients: [web] })))).toBe("not-needed");
  });
});

describe("invalid", () => {
  test.each<[string, object]>([
    ["a field that cannot be read", record({}, { "meshtls.dev/mode": "open-everything" })],
    ["no owner", record({ owner: "" })],
    ["no end", record({}, { "meshtls.dev/expires": "" })],
    [
      "keep-strict for a client that does not send mutual TLS",
      record({ mode: "keep-strict", clients: [{ name: "batch-hosts", cidr: "10.20.0.0/24" }] }),
    ],
  ])("%s", (_title, bad) => {
    const kept = JSON.stringify(bad).includes("keep-strict");
    expect(stateOf(mesh({}, ...(kept ? [] : [OPEN]), bad))).toBe("invalid");
  });

  test("in the root namespace, where a policy with a selector applies to nothing", () => {
    const objects = [
      namespace("istio-system", INJECTED),
      STRICT,
      deployment("istio-system", "otel"),
      service("istio-system", "otel", { ports: OTEL_PORTS }),
      record({ namespace: "istio-system" }),
    ];
    expect(stateOf(objects)).toBe("invalid");
  });
});

test("a ConfigMap that claims nothing is no exception", () => {
  const plain = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "monitoring", name: "plain" } };
  expect(judge(mesh({}, plain))).toBeUndefined();
});
