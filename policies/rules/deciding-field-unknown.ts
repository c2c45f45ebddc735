import { groupBy } from "../mtls/discovery/lookup";
import type { FlowAnswer, Undecided } from "../mtls/flow";
import type { Mesh } from "../mtls/mesh";
import { describeRef, type ObjectRef } from "../mtls/objects";
import type { Finding, Rule, RuleInput } from "./rule";
import { CLIENT, COLLECTOR, MESH, PERMISSIVE_PORTS, STRICT_MESH, documents, record } from "./support/background";
import { collectorPorts } from "./support/collectors";
import { findingOn } from "./support/objects";
import { otlpFlows } from "./support/otlp-flows";
import { recordsOf } from "./support/records";
import { describeFlow, someOf } from "./support/texts";

/** A field that is not known, and what cannot be told for that. */
interface Open extends Undecided {
  readonly blocks: string;
}

const openInFlows = (flows: readonly FlowAnswer[]): Open[] =>
  flows
    .filter(({ outcome }) => outcome === "unknown")
    .flatMap((flow) => flow.undecided.map((field) => ({ ...field, blocks: describeFlow(flow) })))
    // Without a path it is a whole object that is not here: no field of this stack, and nothing that its author could fill in.
    .filter(({ path }) => path !== "");

function openFields({ assessment, settings }: RuleInput): Open[] {
  const { mesh } = assessment;
  const ports = collectorPorts(mesh, settings).filter(({ server }) => server.accepts === null);
  return [
    ...recordsOf(mesh).flatMap(({ configMap, unknown }) =>
      unknown.map((path) => ({ object: configMap.ref, path, blocks: `what exception ${configMap.ref.name} allows` })),
    ),
    ...ports.flatMap(({ collector, port, server }) =>
      server.undecided.map((field) => ({ ...field, blocks: `what ${describeRef(collector.ref)} accepts on ${port}` })),
    ),
    ...openInFlows(otlpFlows(assessment, settings)),
  ];
}

const isMissing = (mesh: Mesh, { kind, name }: ObjectRef): boolean =>
  kind === "Namespace" && !mesh.namespaces.has(name);

/** A namespace of another stack is not unknown for long: whoever configures the pack knows its labels. */
const adviceFor = (mesh: Mesh, object: ObjectRef): string =>
  isMissing(mesh, object)
    ? ` The Namespace is not among these objects: state its labels (\`namespaces.${object.name}\` of the pack's configuration), or label the pods sidecar.istio.io/inject.`
    : "";

function findingFor(mesh: Mesh, open: readonly Open[]): Finding[] {
  const [first] = open;
  if (first === undefined) return [];
  const blocked = someOf([...new Set(open.map(({ blocks }) => blocks))]);
  const message = `${describeRef(first.object)}: ${first.path} is not known, and without it nobody can tell ${blocked}.${adviceFor(mesh, first.object)}`;
  return [findingOn(mesh, first.object, first.path, message)];
}

export const decidingFieldUnknown: Rule = {
  id: "MTLS107",
  name: "deciding-field-unknown",
  severity: "error",
  layer: "component",
  why: "A verdict that hangs on a value nobody knows yet is no pass: the update could bring the very thing that the preview is there to stop.",
  fix: "Give the field a plain value that is known in the preview (no output of another resource), or state it in the configuration.",
  good: [{ title: "everything is there", given: MESH, yaml: documents(COLLECTOR, CLIENT, PERMISSIVE_PORTS, record()) }],
  bad: [{ title: "nobody knows whether the pods get a sidecar", given: STRICT_MESH, yaml: COLLECTOR }],
  check: (input) => {
    const { mesh } = input.assessment;
    // Several labels of one missing namespace are one cause.
    const fields = openFields(input).map((open) =>
      isMissing(mesh, open.object) ? { ...open, path: "metadata.labels" } : open,
    );
    const causes = groupBy(fields, ({ object, path }) => `${describeRef(object)}\n${path}`);
    return [...causes.values()].flatMap((open) => findingFor(mesh, open));
  },
};
