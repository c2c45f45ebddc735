import { UNKNOWN } from "../../../policies/mtls/known";
import { stackManifests } from "../../../policies/stack";
import { objectsOf, PEER_AUTHENTICATION, resource, urnOf } from "../support/stack-resources";
import { UNKNOWN_STRING } from "../support/unknown";

describe("unknown values", () => {
  test("cost the one field, not its neighbours", () => {
    const [object] = objectsOf(
      resource(PEER_AUTHENTICATION, "collector", {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "collector", namespace: "monitoring" },
        spec: { mtls: { mode: UNKNOWN_STRING }, portLevelMtls: { "4317": { mode: "PERMISSIVE" } } },
      }),
    );
    expect(object).toEqual({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "collector", namespace: "monitoring" },
      spec: { mtls: { mode: UNKNOWN }, portLevelMtls: { "4317": { mode: "PERMISSIVE" } } },
    });
  });

  test("inside lists keep their place", () => {
    const [object] = objectsOf(
      resource("kubernetes:networking.istio.io/v1:DestinationRule", "rule", {
        metadata: { name: "rule", namespace: "monitoring" },
        spec: { host: "otel-collector", exportTo: ["a", UNKNOWN_STRING, "b"] },
      }),
    );
    expect(object).toHaveProperty("spec.exportTo", ["a", UNKNOWN, "b"]);
  });

  test("in fields that only the API server sets count as unset", () => {
    const [pod, service] = objectsOf(
      resource("kubernetes:core/v1:Service", "a", {
        metadata: { name: "a", namespace: "x", uid: UNKNOWN_STRING, resourceVersion: UNKNOWN_STRING },
        spec: {
          clusterIP: UNKNOWN_STRING,
          clusterIPs: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
          selector: { app: UNKNOWN_STRING },
          ports: [{ port: 80, nodePort: "3eeb2bf0-c639-47a8-9e75-3b44932eb421" }],
        },
        status: UNKNOWN_STRING,
      }),
      resource("kubernetes:core/v1:Pod", "b", {
        metadata: { name: "b", namespace: "x" },
        spec: { containers: [] },
        status: { podIP: UNKNOWN_STRING, phase: "Pending" },
      }),
    );
    expect(service).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a", namespace: "x" },
      spec: { selector: { app: UNKNOWN }, ports: [{ port: 80 }] },
    });
    expect(pod).toHaveProperty("status", { phase: "Pending" });
  });

  test("as text, where no proxy stands before them, are unknown too", () => {
    const [object] = stackManifests([
      {
        urn: urnOf("kubernetes:core/v1:ConfigMap", "c"),
        type: "kubernetes:core/v1:ConfigMap",
        name: "c",
        props: { metadata: { name: "c", namespace: "x" }, data: { a: UNKNOWN_STRING, b: "[secret]", c: "plain" } },
      },
    ]);
    expect(object?.object).toHaveProperty("data", { a: UNKNOWN, b: UNKNOWN, c: "plain" });
  });
});

describe("hostile properties", () => {
  const throwing = (error: unknown) => ({
    get() {
      throw error;
    },
    enumerable: true,
  });

  test("a getter that throws is an unknown field", () => {
    const spec = Object.defineProperty({ mtls: {} }, "selector", throwing(new Error("no")));
    const [object] = stackManifests([
      { ...resource(PEER_AUTHENTICATION, "a", {}), props: { metadata: { name: "a", namespace: "b" }, spec } },
    ]);
    expect(object?.object).toHaveProperty("spec", { mtls: {}, selector: UNKNOWN });
  });

  test("a bag whose keys cannot be listed is unknown as a whole", () => {
    const spec = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    );
    const [object] = stackManifests([
      { ...resource(PEER_AUTHENTICATION, "a", {}), props: { metadata: { name: "a", namespace: "b" }, spec } },
    ]);
    expect(object?.object).toHaveProperty("spec", UNKNOWN);
  });

  test("a bag that contains itself ends", () => {
    const spec: Record<string, unknown> = { mtls: { mode: "STRICT" } };
    spec.self = spec;
    const [object] = objectsOf(resource(PEER_AUTHENTICATION, "a", { metadata: { name: "a", namespace: "b" }, spec }));
    expect(object).toHaveProperty("spec.self.self.mtls.mode", "STRICT");
  });

  test("an endless list is unknown, and costs nothing else", () => {
    const spec = { mtls: { mode: "STRICT" }, list: new Array(4_000_000_000) };
    const [object] = objectsOf(resource(PEER_AUTHENTICATION, "a", { metadata: { name: "a", namespace: "b" }, spec }));
    expect(object).toHaveProperty("spec", { mtls: { mode: "STRICT" }, list: UNKNOWN });
  });

  test.each([null, undefined, 7, "text", [], [[]], () => 1, Symbol("s"), new Date(0)])(
    "properties that are %p do no harm",
    (props) => {
      expect(() =>
        stackManifests([{ urn: urnOf(PEER_AUTHENTICATION, "a"), type: PEER_AUTHENTICATION, name: "a", props }]),
      ).not.toThrow();
    },
  );

  test("bookkeeping keys and prototypes are left out", () => {
    const props = JSON.parse(
      '{"metadata":{"name":"a","namespace":"b"},"spec":{"__proto__":{"x":1},"__inputs":{},"y":2}}',
    );
    const [object] = objectsOf(resource(PEER_AUTHENTICATION, "a", props as object));
    expect((object as { spec: unknown }).spec).toEqual({ y: 2 });
  });
});

describe("secrets", () => {
  test("the values of a Secret are never read", () => {
    const data = Object.defineProperty({}, "token", {
      enumerable: true,
      get() {
        throw new Error("read");
      },
    });
    const spy = jest.fn();
    const watched = new Proxy({ token: "hunter2" }, { get: spy });
    const [secret] = stackManifests([
      {
        urn: urnOf("kubernetes:core/v1:Secret", "s"),
        type: "kubernetes:core/v1:Secret",
        name: "s",
        props: { metadata: { name: "s", namespace: "x" }, type: "Opaque", data, stringData: watched },
      },
    ]);
    expect(secret?.object).toHaveProperty("data", { token: UNKNOWN });
    expect(secret?.object).toHaveProperty("stringData", { token: UNKNOWN });
    expect(spy).not.toHaveBeenCalled();
  });

  test("a wrapped secret of a state is read when it is plain, and unknown when it is not", () => {
    const wrap = (more: object) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ...more,
    });
    const [object] = objectsOf(
      resource("kubernetes:core/v1:ConfigMap", "c", {
        metadata: { name: "c", namespace: "x" },
        data: { a: wrap({ plaintext: '"open"' }), b: wrap({ ciphertext: "xyz" }), c: wrap({ plaintext: "{broken" }) },
      }),
    );
    expect(object).toHaveProperty("data", { a: "open", b: UNKNOWN, c: UNKNOWN });
  });
});
