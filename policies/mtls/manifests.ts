import { discovered } from "./discovered";
import { isUnknown } from "./known";
import type { ConfigMap, Mesh, MeshFacts, Meta, OtherObject, Problem } from "./mesh";
import { describeRef, type Manifest } from "./objects";
import { assumptionsOf } from "./readers/assumptions";
import { documentsOf, type Document } from "./readers/documents";
import { distinct } from "./readers/duplicates";
import { Field, Report } from "./readers/fields";
import { emptyLists, readerOf, type Lists } from "./readers/index";
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

const readDocument = (document: Document, lists: Lists, others: OtherObject[], problems: Problem[]): void => {
  const { kind, group, object, ref, source, apiVersion } = document;
  const root = Field.root(object, new Report(ref, source, problems));
  const meta = readMeta(root, kind, source);
  const read = readerOf(`${group}/${kind}`);
  if (read === undefined) others.push({ ...meta, apiVersion, raw: object });
  else read(lists, root, meta);
};

/** What controllers will make, as far as it is not among the given objects. */
const notGiven = <T extends Meta>(derived: readonly T[], given: readonly T[]): readonly T[] => {
  if (derived.length === 0) return derived;
  const names = new Set(given.map(({ ref }) => describeRef(ref)));
  return derived.filter(({ ref }) => !names.has(describeRef(ref)));
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
  const lists = emptyLists();
  const { documents, skipped } = documentsOf(manifests, problems);
  const { documents: objects, assumptions } = distinct(documents, problems);
  for (const document of objects) readDocument(document, lists, others, problems);

  const configMaps = lists.configMaps.sort(byRef);
  const root = facts.rootNamespace ?? DEFAULT_ROOT_NAMESPACE;
  const meshConfigMap = findConfigMap(configMaps, "istio", "mesh", root);
  const meshFields = fieldsIn(meshConfigMap, "mesh", problems);
  const config = readMeshConfig(meshFields, meshConfigMap, facts);
  const injectorConfigMap = findConfigMap(configMaps, "istio-sidecar-injector", "config", root);

  const services = [...lists.services, ...notGiven(lists.derived.services, lists.services)].sort(byRef);
  const workloads = [...lists.workloads, ...notGiven(lists.derived.workloads, lists.workloads)].sort(byRef);
  const namespaces = new Map(
    lists.namespaces
      .filter(({ ref }) => isNamed(ref))
      .sort(byRef)
      .map((namespace) => [namespace.ref.name, namespace]),
  );
  const seen = <T extends Meta>(objects: T[]): readonly T[] => discovered(objects.sort(byRef), { config, namespaces });
  const peerAuthentications = seen(lists.peerAuthentications);
  const destinationRules = seen(lists.destinationRules);
  const hasUnplaced = objects.some(({ object, ref }) => isUnplaced(object, ref));
  const assumed = { config, facts, services, peerAuthentications, destinationRules, hasUnplaced };
  return {
    config,
    injector: readInjector(injectorConfigMap, meshFields, others.sort(byRef), problems),
    facts,
    namespaces,
    workloads: [...foldOwned(workloads)].sort(byRef),
    services,
    endpoints: lists.endpoints.sort(byRef),
    peerAuthentications,
    destinationRules,
    serviceEntries: seen(lists.serviceEntries),
    sidecars: seen(lists.sidecars),
    virtualServices: seen(lists.virtualServices),
    gateways: lists.gateways.sort(byRef),
    authorizationPolicies: lists.authorizationPolicies.sort(byRef),
    configMaps,
    others,
    counts: { objects: objects.length, skipped },
    problems: problems.sort(byPlace),
    assumptions: [...assumptions.sort(), ...assumptionsOf(assumed)],
  };
}
