import { groupBy } from "../mtls/discovery/lookup";
import type { Mesh, Problem } from "../mtls/mesh";
import type { ObjectRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { MESH, STRICT_MESH } from "./support/background";
import { objectNamed } from "./support/objects";
import { someOf } from "./support/texts";

/** `Kind namespace/name` back into its parts, for an object that did not make it into the mesh. */
function refOf(mesh: Mesh, object: string): ObjectRef {
  const known = objectNamed(mesh, object);
  if (known !== undefined) return known.ref;
  const [kind = object, place = ""] = object.split(" ");
  const [namespace, name] = place.includes("/") ? place.split("/") : ["", place];
  return { kind, namespace: namespace ?? "", name: name ?? "" };
}

function findingFor(mesh: Mesh, problems: readonly Problem[]): Finding[] {
  const [first] = problems;
  if (first === undefined) return [];
  const { object, path, source } = first;
  const says = someOf([...new Set(problems.map(({ message }) => message))]);
  return [
    {
      on: refOf(mesh, object),
      path,
      message: `${object === "" ? "An object" : object} cannot be read: ${says}.`,
      ...(source === undefined ? {} : { source }),
    },
  ];
}

export const unreadableObject: Rule = {
  id: "MTLS115",
  name: "unreadable-object",
  severity: "error",
  layer: "resource",
  why: "An object that is not what it claims to be is refused by the API server, or ignored by Istio: what it was meant to say does not hold.",
  fix: "Correct the field; the message says what it is and what is expected.",
  good: [{ title: "a policy as Istio reads it", yaml: STRICT_MESH }],
  bad: [
    {
      title: "a mode that does not exist",
      given: MESH,
      yaml: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: monitoring }
spec: { mtls: { mode: MUTUAL } }
`,
    },
    {
      title: "ports that are no numbers",
      given: MESH,
      yaml: `
apiVersion: v1
kind: Service
metadata: { name: otel-collector, namespace: monitoring }
spec: { selector: { app: otel }, ports: [{ port: otlp }] }
`,
    },
  ],
  check: ({ assessment: { mesh } }) => {
    const errors = mesh.problems.filter(({ severity }) => severity === "error");
    return [...groupBy(errors, ({ object }) => object).values()].flatMap((problems) => findingFor(mesh, problems));
  },
};
