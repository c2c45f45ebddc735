import { withoutBallast } from "../../../cli/sources/ballast";

const pod = (status: object, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "app-1", namespace: "shop", uid: "u", generateName: "app-", ...metadata },
  spec: { containers: [{ name: "main" }] },
  status,
});

describe("what no verdict depends on is taken off", () => {
  test("of a running pod all of the status but its addresses, its phase and whether it is ready", () => {
    const status = {
      phase: "Running",
      podIP: "10.0.0.1",
      podIPs: [{ ip: "10.0.0.1" }],
      hostIP: "192.168.0.1",
      qosClass: "Burstable",
      containerStatuses: [{ name: "main" }],
      conditions: [
        { type: "Initialized", status: "True" },
        { type: "Ready", status: "False", reason: "ContainersNotReady" },
      ],
    };
    expect(withoutBallast(pod(status, { managedFields: [], resourceVersion: "1" }))).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "app-1", namespace: "shop" },
      spec: { containers: [{ name: "main" }] },
      status: {
        phase: "Running",
        podIP: "10.0.0.1",
        podIPs: [{ ip: "10.0.0.1" }],
        hostIP: "192.168.0.1",
        conditions: [{ type: "Ready", status: "False" }],
      },
    });
  });

  test("of anything else the bookkeeping, and the copy that kubectl keeps in an annotation", () => {
    const metadata = {
      name: "app",
      generation: 3,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", team: "shop" },
    };
    expect(withoutBallast({ apiVersion: "v1", kind: "Service", metadata, status: { loadBalancer: {} } })).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "app", annotations: { team: "shop" } },
      status: { loadBalancer: {} },
    });
  });
});

describe("what might tell something stays", () => {
  test("a template, which has no status, keeps what it is named after", () => {
    const template = { apiVersion: "v1", kind: "Pod", metadata: { generateName: "app-" }, spec: {} };
    expect(withoutBallast(template)).toBe(template);
  });

  test.each<[string, unknown]>([
    ["conditions that are no list", "soon"],
    ["a condition that is no map", ["Ready"]],
    ["a condition whose status is no such word", [{ type: "Ready", status: true }]],
    [
      "several of them",
      [
        { type: "Ready", status: "True" },
        { type: "Ready", status: "False" },
      ],
    ],
  ])("%s", (_, conditions) => {
    expect(withoutBallast(pod({ conditions }))).toMatchObject({ status: { conditions } });
  });

  test("a label called __proto__", () => {
    const metadata: unknown = JSON.parse('{"name":"a","resourceVersion":"1","annotations":{"__proto__":"x"}}');
    expect(JSON.stringify(withoutBallast({ kind: "Pod", metadata }))).toBe(
      '{"kind":"Pod","metadata":{"name":"a","annotations":{"__proto__":"x"}}}',
    );
  });

  test.each([null, 5, "text", []])("what is no object: %p", (value) => {
    expect(withoutBallast(value)).toBe(value);
  });
});
