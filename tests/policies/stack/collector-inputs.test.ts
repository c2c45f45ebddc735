import { UNKNOWN } from "../../../policies/mtls/known";
import { resourceManifests } from "../../../policies/stack";
import { resource } from "../support/stack-resources";
import { UNKNOWN_STRING } from "../support/unknown";

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
