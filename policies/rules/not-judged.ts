import { field, textIn } from "../mtls/discovery/fields";
import { otlpFlows } from "../mtls/discovery/otlp-environment";
import type { Mesh, OtherObject } from "../mtls/mesh";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { EXCEPTED_COLLECTOR, MESH, client } from "./support/background";
import { findingOn, objectNamed, valueAt } from "./support/objects";
import { hasUnknown } from "./support/unknown-fields";

const isRelease = ({ ref, apiVersion }: OtherObject): boolean =>
  ref.kind === "Release" && apiVersion.startsWith("helm.sh/");

/** Components that make their objects elsewhere; here only while a preview does not know those objects. */
const isBundle = ({ apiVersion }: OtherObject): boolean => /^(helm\.sh\/v4|yaml\/v2|kustomize\/v2)$/.test(apiVersion);

function judge(mesh: Mesh, object: OtherObject): Finding[] {
  if (isRelease(object)) {
    const chart = textIn(field(object.raw, "spec", "chart")) ?? "not known";
    const message = `${describeRef(object.ref)} installs the chart ${chart} as a whole: nothing in it can be judged here.`;
    return [findingOn(mesh, object.ref, "spec.chart", message)];
  }
  if (!isBundle(object)) return [];
  const message = `${object.ref.kind} ${object.ref.name} shows no objects in this preview: what it will bring cannot be judged yet.`;
  return [findingOn(mesh, object.ref, "", message)];
}

/** Clients that take where they send from a Secret, or from an object of another stack. What is not known *yet* is no advice. */
const hiddenClients = (mesh: Mesh): Finding[] =>
  otlpFlows(mesh).undiscovered.flatMap((place) => {
    const found = objectNamed(mesh, place.object);
    if (found === undefined || place.assumed !== undefined || hasUnknown(valueAt(mesh, place))) return [];
    const message = `${place.object} exports telemetry, and nobody can tell here to where: ${place.reason}.`;
    return [findingOn(mesh, found.ref, place.path, message)];
  });

export const notJudged: Rule = {
  id: "MTLS213",
  name: "not-judged",
  severity: "warning",
  layer: "stack",
  why: "What is in a Helm release, in a component whose objects a preview does not know yet, or in a Secret, is hidden from every rule; silence about it is no pass.",
  fix: "Render the chart (`helm.sh/v4` Chart, or `helm template` piped into `meshtls check -`), and give endpoints as plain values, so that they can be judged.",
  good: [{ title: "objects", yaml: EXCEPTED_COLLECTOR }],
  bad: [
    {
      title: "a release of the collector's chart",
      yaml: `
apiVersion: helm.sh/v3
kind: Release
metadata: { name: otel-collector, namespace: monitoring }
spec: { chart: opentelemetry-collector, version: 0.140.0 }
`,
    },
    {
      title: "a chart of which a preview shows nothing",
      yaml: `
apiVersion: helm.sh/v4
kind: Chart
metadata: { name: otel-collector }
`,
    },
    {
      title: "an endpoint that is in a Secret",
      given: MESH,
      yaml: client({ protocol: "" }).replace(
        /value: "http[^"]*"/,
        "valueFrom: { secretKeyRef: { name: telemetry, key: endpoint } }",
      ),
    },
  ],
  check: ({ assessment: { mesh } }) => [
    ...mesh.others.flatMap((object) => judge(mesh, object)),
    ...hiddenClients(mesh),
  ],
};
