import { discover } from "../mtls/discovery/index";
import { groupBy } from "../mtls/discovery/lookup";
import type { FlowAnswer, Undecided } from "../mtls/flow";
import type { ExceptionRecord } from "../mtls/exception";
import type { Mesh } from "../mtls/mesh";
import { describeRef, type ObjectRef } from "../mtls/objects";
import type { Finding, Rule, RuleInput } from "./rule";
import { CLIENT, COLLECTOR, MESH, PERMISSIVE_PORTS, STRICT_MESH, documents, record } from "./support/background";
import { collectorPorts, type CollectorPort } from "./support/collectors";
import { findingOn, objectNamed, valueAt } from "./support/objects";
import { otlpFlows } from "./support/otlp-flows";
import { recordsOf } from "./support/records";
import { hasUnknown, unknownFields } from "./support/unknown-fields";
import { describeFlow, someOf } from "./support/texts";

/** A field that is not known, and what cannot be told for that. */
interface Open extends Undecided {
  readonly blocks: string;
  /** Whose verdict it is. */
  readonly asker: ObjectRef;
}

/** A verdict that is unknown with no field to name is unknown all the same. */
const orItself = (undecided: readonly Undecided[], object: ObjectRef): readonly Undecided[] =>
  undecided.length === 0 ? [{ object, path: "" }] : undecided;

const inFlows = (flows: readonly FlowAnswer[]): Open[] =>
  flows
    .filter(({ outcome }) => outcome === "unknown")
    .flatMap((flow) =>
      orItself(flow.undecided, flow.from)
        // A whole object that is not here is no field of this stack, and nothing that its author could fill in.
        .filter(({ object, path }) => path !== "" || object === flow.from)
        .map((field) => ({ ...field, blocks: describeFlow(flow), asker: flow.from })),
    );

const inPorts = (ports: readonly CollectorPort[]): Open[] =>
  ports
    .filter(({ server }) => server.accepts === null)
    .flatMap(({ collector: { ref }, port, server }) =>
      orItself(server.undecided, ref).map((field) => ({
        ...field,
        blocks: `what ${describeRef(ref)} accepts on ${port}`,
        asker: ref,
      })),
    );

const inRecords = (records: readonly ExceptionRecord[]): Open[] =>
  records.flatMap(({ configMap: { ref }, unknown }) =>
    unknown.map((path) => ({ object: ref, path, blocks: `what exception ${ref.name} allows`, asker: ref })),
  );

/** Clients that say where they send by a field that is not known: nobody even knows which flow to ask about. */
const inClients = (mesh: Mesh): Open[] =>
  discover(mesh).undiscovered.flatMap((place) => {
    const client = objectNamed(mesh, place.object);
    if (client === undefined || !hasUnknown(valueAt(mesh, place))) return [];
    const { ref } = client;
    return [{ object: ref, path: place.path, blocks: `where ${describeRef(ref)} connects to`, asker: ref }];
  });

const openFields = ({ assessment, settings }: RuleInput): Open[] => [
  ...inRecords(recordsOf(assessment.mesh)),
  ...inPorts(collectorPorts(assessment.mesh, settings)),
  ...inFlows(otlpFlows(assessment, settings)),
  ...inClients(assessment.mesh),
  ...unknownFields(assessment.mesh).map((field) => ({ ...field, asker: field.object })),
];

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
  const what =
    first.path === "" ? "something that is not known decides, and" : `${first.path} is not known, and without it`;
  const message = `${describeRef(first.object)}: ${what} nobody can tell ${blocked}.${adviceFor(mesh, first.object)}`;
  const finding = findingOn(mesh, first.object, first.path, message);
  // An object of another stack has no place in this one: the finding stands where it is needed.
  const source = finding.source ?? objectNamed(mesh, describeRef(first.asker))?.source;
  return [{ ...finding, ...(source === undefined ? {} : { source }) }];
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
