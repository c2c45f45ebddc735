import { isUnknown } from "./known";
import type { ConfigMap, Mesh, MeshFacts, Meta, OtherObject, Problem } from "./mesh";
import { describeRef, type Manifest } from "./objects";
import { documentsOf, type Document } from "./readers/documents";
import { distinct } from "./readers/duplicates";
import { Field, Report } from "./readers/fields";
import { readerOf, type Contribution } from "./readers/index";
import { readInjector } from "./readers/injector";
import { DEFAULT_ROOT_NAMESPACE, readMeshConfig } from "./readers/mesh-config";
import { readMeta } from "./readers/meta";
import { foldOwned } from "./readers/owners";

type Lists = { -readonly [K in keyof Required<Contribution>]: Required<Contribution>[K][number][] };

const emptyLists = (): Lists => ({
  workloads: [],
  services: [],
  endpoints: [],
  peerAuthentications: [],
  destinationRules: [],
  serviceEntries: [],
  sidecars: [],
  virtualServices: [],
  gateways: [],
  authorizationPolicies: [],
  configMaps: [],
});

const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The one order of everything, so that the order of the input never shows. */
const byRef = ({ ref: a }: Meta, { ref: b }: Meta): number =>
  before(a.namespace, b.namespace) || before(a.name, b.name) || before(a.kind, b.kind);

const byPlace = (a: Problem, b: Problem): number =>
  before(a.object, b.object) || before(a.path, b.path) || before(a.message, b.message);

const add = <T>(to: T[], items: readonly T[] | undefined): void => {
  for (const item of items ?? []) to.push(item);
};

const readDocument = (document: Document, lists: Lists, others: OtherObject[], problems: Problem[]): Meta => {
  const { kind, group, object, source, apiVersion } = document;
  const naming = readMeta(Field.root(object, new Report("", undefined, [])), kind, source);
  const root = Field.root(object, new Report(describeRef(naming.ref), source, problems));
  const meta = readMeta(root, kind, source);
  const read = readerOf(`${group}/${kind}`);
  if (read === undefined) {
    if (group !== "" || kind !== "Namespace") others.push({ ...meta, apiVersion, raw: object });
    return meta;
  }
  const contribution = read(root, meta);
  for (const key of Object.keys(contribution) as (keyof Contribution)[]) add<unknown>(lists[key], contribution[key]);
  return meta;
};

/** `istio` before `istio-<revision>`, in the root namespace before elsewhere. */
const findConfigMap = (
  configMaps: readonly ConfigMap[],
  name: string,
  key: string,
  root: string,
): ConfigMap | undefined => {
  const candidates = configMaps.filter(
    ({ ref, data }) =>
      (ref.name === name || ref.name.startsWith(`${name}-`)) && (isUnknown(data) || Object.hasOwn(data, key)),
  );
  const rank = ({ ref }: ConfigMap): number => (ref.namespace === root ? 0 : 2) + (ref.name === name ? 0 : 1);
  return [...candidates].sort((a, b) => rank(a) - rank(b) || byRef(a, b))[0];
};

/**
 * Reads Kubernetes and Istio objects into the model. Never throws on any JSON: what cannot be read is a listed problem, what is not
 * known stays `UNKNOWN`. The order of the manifests does not matter.
 *
 * @param facts what a caller states because the objects do not carry it; the objects win
 */
export function readMesh(manifests: readonly Manifest[], facts: MeshFacts = {}): Mesh {
  const problems: Problem[] = [];
  const { documents, skipped } = documentsOf(manifests, problems);
  const { documents: objects, assumptions } = distinct(documents, problems);

  const lists = emptyLists();
  const others: OtherObject[] = [];
  const namespaces: Meta[] = [];
  for (const document of objects) {
    const meta = readDocument(document, lists, others, problems);
    if (document.group === "" && document.kind === "Namespace") namespaces.push(meta);
  }

  const sorted = <T extends Meta>(items: readonly T[]): readonly T[] => [...items].sort(byRef);
  const configMaps = sorted(lists.configMaps);
  const root = facts.rootNamespace ?? DEFAULT_ROOT_NAMESPACE;
  const meshConfigMap = findConfigMap(configMaps, "istio", "mesh", root);
  const injectorConfigMap = findConfigMap(configMaps, "istio-sidecar-injector", "config", root);

  return {
    config: readMeshConfig(meshConfigMap, facts, problems),
    injector: readInjector(injectorConfigMap, meshConfigMap, others, problems),
    facts,
    namespaces: new Map(sorted(namespaces).map((namespace) => [namespace.ref.name, namespace])),
    workloads: sorted(foldOwned(sorted(lists.workloads))),
    services: sorted(lists.services),
    endpoints: sorted(lists.endpoints),
    peerAuthentications: sorted(lists.peerAuthentications),
    destinationRules: sorted(lists.destinationRules),
    serviceEntries: sorted(lists.serviceEntries),
    sidecars: sorted(lists.sidecars),
    virtualServices: sorted(lists.virtualServices),
    gateways: sorted(lists.gateways),
    authorizationPolicies: sorted(lists.authorizationPolicies),
    configMaps,
    others: sorted(others),
    counts: { objects: objects.length, skipped },
    problems: problems.sort(byPlace),
    assumptions,
  };
}
