import { UNKNOWN } from "../../policies/mtls/known";
import { resourceManifests, stackManifests, type StackResource } from "../../policies/stack";
import { UNKNOWN_STRING, unknownCheckingProxy } from "./support/unknown";

const urnOf = (type: string, name: string): string => `urn:pulumi:staging::shop::${type}::${name}`;

/** A resource as a policy gets it: properties behind the SDK's own proxy, which throws on every unknown. */
const resource = (type: string, name: string, props: object, more: Partial<StackResource> = {}): StackResource => ({
  urn: urnOf(type, name),
  type,
  name,
  props: unknownCheckingProxy(props),
  ...more,
});

const objectsOf = (...resources: StackResource[]): unknown[] => stackManifests(resources).map(({ object }) => object);

const PEER_AUTHENTICATION = "kubernetes:security.istio.io/v1:PeerAuthentication";

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

describe("what counts as a Kubernetes object", () => {
  const metadata = { name: "a", namespace: "b" };
  test.each([
    ["kubernetes:core/v1:Service", { metadata }, "v1", "Service"],
    ["kubernetes:apps/v1:Deployment", { metadata }, "apps/v1", "Deployment"],
    [
      "kubernetes:security.istio.io/v1beta1:PeerAuthentication",
      { metadata },
      "security.istio.io/v1beta1",
      "PeerAuthentication",
    ],
    ["mesh-crds:networking.istio.io/v1:DestinationRule", { metadata }, "networking.istio.io/v1", "DestinationRule"],
    [
      "kubernetes:networking.istio.io/v1alpha3:DestinationRulePatch",
      { metadata },
      "networking.istio.io/v1alpha3",
      "DestinationRulePatch",
    ],
    [
      "acme:index:Rule",
      { apiVersion: "networking.istio.io/v1", kind: "DestinationRule", metadata },
      "networking.istio.io/v1",
      "DestinationRule",
    ],
    ["kubernetes:core/v1:Service", { apiVersion: "v1", kind: "Service", metadata }, "v1", "Service"],
  ])("%s", (type, props, apiVersion, kind) => {
    expect(objectsOf(resource(type, "a", props))).toEqual([{ apiVersion, kind, metadata }]);
  });

  test.each([
    "pulumi:pulumi:Stack",
    "pulumi:providers:kubernetes",
    "aws:ec2/instance:Instance",
    "meshtls:index:JavaService",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:yaml:ConfigFile",
  ])("%s is none", (type) => {
    expect(objectsOf(resource(type, "a", { metadata: { name: "a" } }))).toEqual([]);
  });

  test("names and namespaces that are left out come from the resource and its provider", () => {
    const [object] = objectsOf(resource("kubernetes:core/v1:Service", "web", {}, { providerNamespace: "shop" }));
    expect(object).toEqual({ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" } });
  });

  test("a Helm release stands by its chart, its values unread", () => {
    const spy = jest.fn();
    const props = {
      chart: "opentelemetry-collector",
      namespace: "monitoring",
      values: new Proxy({}, { ownKeys: spy }),
    };
    const [object] = stackManifests([
      {
        urn: urnOf("kubernetes:helm.sh/v3:Release", "otel"),
        type: "kubernetes:helm.sh/v3:Release",
        name: "otel",
        props,
      },
    ]);
    expect(object?.object).toEqual({
      apiVersion: "helm.sh/v3",
      kind: "Release",
      metadata: { name: "otel", namespace: "monitoring" },
      spec: { chart: "opentelemetry-collector", version: undefined },
    });
    expect(spy).not.toHaveBeenCalled();
  });

  test("a remote component counts only while its children are missing", () => {
    const chart = resource("kubernetes:helm.sh/v4:Chart", "otel", {});
    const child = resource(
      "kubernetes:core/v1:Service",
      "svc",
      { metadata: { name: "svc", namespace: "m" } },
      { parent: chart.urn },
    );
    expect(objectsOf(chart)).toEqual([{ apiVersion: "helm.sh/v4", kind: "Chart", metadata: { name: "otel" } }]);
    expect(objectsOf(chart, child)).toHaveLength(1);
  });
});

describe("patches", () => {
  const deployment = resource("kubernetes:apps/v1:Deployment", "d", {
    metadata: { name: "d", namespace: "x", labels: { a: "1" } },
    spec: {
      template: {
        spec: {
          containers: [
            { name: "app", image: "one" },
            { name: "side", image: "two" },
          ],
        },
      },
    },
  });
  const patch = resource("kubernetes:apps/v1:DeploymentPatch", "p", {
    metadata: { name: "d", namespace: "x", labels: { b: "2" } },
    spec: { template: { spec: { containers: [{ name: "app", image: UNKNOWN_STRING }] } } },
  });

  test("are laid over the object they patch, which stays where it was", () => {
    const manifests = stackManifests([patch, deployment]);
    expect(manifests).toHaveLength(1);
    expect(manifests[0]?.source).toEqual({ urn: deployment.urn });
    expect(manifests[0]?.object).toMatchObject({
      metadata: { labels: { a: "1", b: "2" } },
      spec: {
        template: {
          spec: {
            containers: [
              { name: "app", image: UNKNOWN },
              { name: "side", image: "two" },
            ],
          },
        },
      },
    });
  });

  test("whose object is elsewhere say so: another stack may have it", () => {
    const namespace = resource("kubernetes:core/v1:NamespacePatch", "n", {
      metadata: { name: "monitoring", labels: { "istio-injection": "enabled" } },
    });
    expect(objectsOf(namespace)).toEqual([
      {
        apiVersion: "v1",
        kind: "NamespacePatch",
        metadata: { name: "monitoring", labels: { "istio-injection": "enabled" } },
      },
    ]);
  });
});

describe("sources", () => {
  test("name the resource and its component, not the stack", () => {
    const stack = urnOf("pulumi:pulumi:Stack", "shop-staging");
    const component = urnOf("meshtls:index:OtelCollector", "otel");
    const metadata = { name: "a", namespace: "b" };
    const inside = resource("kubernetes:core/v1:Service", "in", { metadata }, { parent: component });
    const outside = resource("kubernetes:core/v1:Service", "out", { metadata }, { parent: stack });
    expect(stackManifests([outside, inside]).map(({ source }) => source)).toEqual([
      { urn: inside.urn, parent: component },
      { urn: outside.urn },
    ]);
  });
});

describe("a collector component's own inputs", () => {
  const component = (props: object) => resource("meshtls:index:OtelCollector", "otel-collector", props);
  const kindsOf = (props: object) =>
    resourceManifests(component(props)).map(({ object }) => (object as { kind: string }).kind);

  test("without an exception they are the collector in the mesh", () => {
    expect(kindsOf({ namespace: "monitoring" })).toEqual(["Namespace", "Deployment", "Service"]);
  });

  test("with one that is plain they are nothing more: its record is judged by itself", () => {
    const mtlsException = { name: "otel", mode: "permissive", ports: [4317], clients: [], owner: "a", reason: "b" };
    expect(kindsOf({ namespace: "monitoring", mtlsException })).toEqual([]);
  });

  test("their ports are the collector's", () => {
    const [, , service] = resourceManifests(component({ namespace: "monitoring", ports: { grpc: 14317, http: 4318 } }));
    expect(service?.object).toHaveProperty("spec.ports.0.port", 14317);
    expect(service?.object).toHaveProperty("spec.ports.1.port", 4318);
  });

  test("with one of which something is not known they are its record", () => {
    const [record] = resourceManifests(
      component({
        namespace: "monitoring",
        mtlsException: {
          name: "otel",
          mode: "permissive",
          ports: [4317],
          clients: [],
          owner: UNKNOWN_STRING,
          expires: "2027-02-01",
        },
      }),
    );
    expect(record?.object).toMatchObject({
      kind: "ConfigMap",
      metadata: {
        name: "otel",
        namespace: "monitoring",
        annotations: { "meshtls.dev/mode": "permissive", "meshtls.dev/ports": "4317", "meshtls.dev/owner": UNKNOWN },
      },
    });
  });

  test("with one that is not known yet the record is unknown where it matters", () => {
    const [record] = resourceManifests(component({ namespace: "monitoring", mtlsException: UNKNOWN_STRING }));
    expect(record?.object).toHaveProperty(["metadata", "annotations", "meshtls.dev/mode"], UNKNOWN);
  });

  test("with nonsense for one the record is there and unreadable", () => {
    expect(kindsOf({ namespace: "monitoring", mtlsException: 7 })).toEqual(["ConfigMap"]);
    expect(kindsOf({ namespace: "monitoring", mtlsException: { clients: 3 } })).toEqual(["ConfigMap"]);
  });
});
