import { UNKNOWN } from "../../../policies/mtls/known";
import { stackManifests } from "../../../policies/stack";
import { objectsOf, resource } from "../support/stack-resources";
import { UNKNOWN_STRING } from "../support/unknown";

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
