import { isUnknown } from "./known";
import type { ConfigMap, Mesh, MeshFacts, Meta, OtherObject, Problem } from "./mesh";
import { describeRef, type Manifest } from "./objects";
import { assumptionsOf } from "./readers/assumptions";
import { documentsOf, type Document } from "./readers/documents";
import { distinct } from "./readers/duplicates";
import { Field, Report } from "./readers/fields";
import { readerOf, type Contribution, type Lists } from "./readers/index";
import { readInjector } from "./readers/injector";
import { DEFAULT_ROOT_NAMESPACE, fieldsIn, readMeshConfig } from "./readers/mesh-config";
import { isNamed, isUnplaced, readMeta } from "./readers/meta";
import { foldOwned } from "./readers/owners";

const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The one order of everything, so that the order of the input never shows. */
const byRef = ({ ref: a }: Meta, { ref: b }: Meta): number =>
  before(a.namespace, b.namespace) || before(a.name, b.name) || before(a.kind, b.kind);

const byPlace = (a: Problem, b: Problem): number =>
  before(a.object, b.object) || before(a.path, b.path) || before(a.message, b.message);

const readDocument = (document: Document, others: OtherObject[], problems: Problem[]): Contribution => {
  const { kind, group, object, ref, source, apiVersion } = document;
  const root = Field.root(object, new Report(describeRef(ref), source, problems));
  const meta = readMeta(root, kind, source);
  const read = readerOf(`${group}/${kind}`);
  if (read !== undefined) return read(root, meta);
  others.push({ ...meta, apiVersion, raw: object });
  return {};
};

const gather = <T extends Meta>(
  contributions: readonly Contribution[],
  pick: (contribution: Partial<Lists>) => readonly T[] | undefined,
): readonly T[] => {
  const given: T[] = [];
  const derived: T[] = [];
  for (const contribution of contributions) {
    for (const item of pick(contribution) ?? []) given.push(item);
    for (const item of pick(contribution.derived ?? {}) ?? []) derived.push(item);
  }
  const names = new Set(derived.length === 0 ? [] : given.map(({ ref }) => describeRef(ref)));
  return [...given, ...derived.filter(({ ref }) => !names.has(describeRef(ref)))].sort(byRef);
};

/**
 * A ConfigMap of the control plane: `istio` before `istio-<revision>`, in the root namespace before elsewhere. One whose data is not
 * known must have the very name: too many are called `istio-…`.
 */
const findConfigMap = (
  configMaps: readonly ConfigMap[],
  name: string,
  key: string,
  root: string,
): ConfigMap | undefined => {
  const rank = ({ ref }: ConfigMap): number => (ref.namespace === root ? 0 : 2) + (ref.name === name ? 0 : 1);
  return configMaps
    .filter(({ ref, data }) =>
      isUnknown(data)
        ? ref.name === name && ref.namespace === root
        : (ref.name === name || ref.name.startsWith(`${name}-`)) && Object.hasOwn(data, key),
    )
    .sort((a, b) => rank(a) - rank(b) || byRef(a, b))[0];
};

/**
 * Reads Kubernetes and Istio objects into the model. Never throws on any JSON: what cannot be read is a listed problem, what is not
 * known stays `UNKNOWN`. The order of the manifests does not matter.
 *
 * @param facts what a caller states because the objects do not carry it; the objects win
 */
export function readMesh(manifests: readonly Manifest[], facts: MeshFacts = {}): Mesh {
  const problems: Problem[] = [];
  const others: OtherObject[] = [];
  const { documents, skipped } = documentsOf(manifests, problems);
  const { documents: objects, assumptions } = distinct(documents, problems);
  const contributions = objects.map((document) => readDocument(document, others, problems));

  const configMaps = gather(contributions, (from) => from.configMaps);
  const root = facts.rootNamespace ?? DEFAULT_ROOT_NAMESPACE;
  const meshConfigMap = findConfigMap(configMaps, "istio", "mesh", root);
  const meshFields = fieldsIn(meshConfigMap, "mesh", problems);
  const config = readMeshConfig(meshFields, meshConfigMap, facts);

  const services = gather(contributions, (from) => from.services);
  const peerAuthentications = gather(contributions, (from) => from.peerAuthentications);
  const destinationRules = gather(contributions, (from) => from.destinationRules);
  const hasUnplaced = objects.some(({ object, ref }) => isUnplaced(object, ref));
  const assumed = { config, facts, services, peerAuthentications, destinationRules, hasUnplaced };
  return {
    config,
    injector: readInjector(
      findConfigMap(configMaps, "istio-sidecar-injector", "config", root),
      meshFields,
      others,
      problems,
    ),
    facts,
    namespaces: new Map(
      gather(contributions, (from) => from.namespaces)
        .filter(({ ref }) => isNamed(ref))
        .map((each) => [each.ref.name, each]),
    ),
    workloads: [...foldOwned(gather(contributions, (from) => from.workloads))].sort(byRef),
    services,
    endpoints: gather(contributions, (from) => from.endpoints),
    peerAuthentications,
    destinationRules,
    serviceEntries: gather(contributions, (from) => from.serviceEntries),
    sidecars: gather(contributions, (from) => from.sidecars),
    virtualServices: gather(contributions, (from) => from.virtualServices),
    gateways: gather(contributions, (from) => from.gateways),
    authorizationPolicies: gather(contributions, (from) => from.authorizationPolicies),
    configMaps,
    others: others.sort(byRef),
    counts: { objects: objects.length, skipped },
    problems: problems.sort(byPlace),
    assumptions: [...assumptions.sort(), ...assumptionsOf(assumed)],
  };
}
