import type { Settle } from "../explore";
import { isUnknown } from "../known";
import type { DestinationRule, Labels, Mesh, TlsMode, TlsSettings, TrafficPolicy } from "../mesh";
import { byAge } from "./age";
import { mergeRules, type ConsolidatedRule, type IndexedRule } from "./destination-rule-merge";
import { coversHost, expandShortName, HostTable } from "./hosts";
import { meshConfigRef } from "./mesh-config";

/**
 * Which DestinationRules a client sees for a service: those of its own namespace, else the service's, else the root namespace's.
 * Source: `setDestinationRules`, `destinationRule` and `getExportedDestinationRuleFromNamespace` in pilot/pkg/model/push_context.go.
 */

interface NamespaceRules {
  /** For clients of the same namespace. */
  readonly local: HostTable<IndexedRule>;
  /** For clients of other namespaces, before each rule's own `exportTo` is looked at. */
  readonly exported: HostTable<IndexedRule>;
  /** Private rules; istiod keeps them apart only for the root namespace. */
  readonly privateOnly: HostTable<IndexedRule>;
}

/** Rules in istiod's order, with their places in it. */
interface UnsettledRules {
  readonly byHost: HostTable<Placed>;
  /** Those whose host is not known. */
  readonly anywhere: readonly Placed[];
}

interface Placed {
  readonly rule: DestinationRule;
  readonly place: number;
}

export interface DestinationRuleIndex {
  readonly mesh: Mesh;
  readonly byNamespace: ReadonlyMap<string, NamespaceRules>;
  /** Namespaces with a rule whose place in the index depends on an unknown field. */
  readonly uncertain: ReadonlyMap<string, UnsettledRules>;
  /** Namespaces with a rule that has a workload selector. */
  readonly selective: ReadonlySet<string>;
  readonly merged: WeakMap<readonly IndexedRule[], readonly ConsolidatedRule[]>;
}

const isUncertain = (rule: DestinationRule, mesh: Mesh): boolean =>
  isUnknown(rule.host) ||
  isUnknown(rule.exportTo) ||
  isUnknown(rule.workloadSelector) ||
  isUnknown(rule.trafficPolicy) ||
  isUnknown(rule.subsets) ||
  (rule.exportTo.length === 0 && isUnknown(mesh.config.defaultDestinationRuleExportTo));

const selectors = (rule: DestinationRule): number => (rule.workloadSelector === undefined ? 1 : 0);

/** Rules with a workload selector first, then oldest first. */
const byRank = (a: DestinationRule, b: DestinationRule): number => selectors(a) - selectors(b) || byAge(a, b);

const emptyRules = (): NamespaceRules => ({
  local: new HostTable(),
  exported: new HostTable(),
  privateOnly: new HostTable(),
});

/** Puts rules whose deciding fields are known into the tables of their namespace. */
function tablesOf(rules: readonly DestinationRule[], namespace: string, mesh: Mesh): NamespaceRules {
  const tables = emptyRules();
  const defaults = mesh.config.defaultDestinationRuleExportTo;
  const privateByDefault = !isUnknown(defaults) && defaults.includes(".");
  for (const rule of rules) {
    if (isUnknown(rule.host) || isUnknown(rule.exportTo)) continue;
    const exportTo = new Set(rule.workloadSelector === undefined ? rule.exportTo : ["."]);
    const host = expandShortName(rule.host, namespace, mesh.config.clusterDomain);
    const indexed = { rule, exportTo };
    const own = exportTo.has(".") || exportTo.has(namespace);
    if (exportTo.size === 0 || exportTo.has("*") || own) tables.local.add(host, indexed);
    const isPrivate = exportTo.size === 0 ? privateByDefault : exportTo.size === 1 && own;
    (isPrivate ? tables.privateOnly : tables.exported).add(host, indexed);
  }
  return tables;
}

function unsettled(rules: readonly DestinationRule[], namespace: string, { config }: Mesh): UnsettledRules {
  const byHost = new HostTable<Placed>();
  const anywhere: Placed[] = [];
  rules.forEach((rule, place) => {
    if (isUnknown(rule.host)) anywhere.push({ rule, place });
    else byHost.add(expandShortName(rule.host, namespace, config.clusterDomain), { rule, place });
  });
  return { byHost, anywhere };
}

/** Built once per mesh; time linear in the rules. */
export function indexDestinationRules(mesh: Mesh): DestinationRuleIndex {
  const all = new Map<string, DestinationRule[]>();
  for (const rule of mesh.destinationRules) {
    const rules = all.get(rule.ref.namespace);
    if (rules === undefined) all.set(rule.ref.namespace, [rule]);
    else rules.push(rule);
  }
  const byNamespace = new Map<string, NamespaceRules>();
  const uncertain = new Map<string, UnsettledRules>();
  for (const [namespace, rules] of all) {
    rules.sort(byRank);
    if (rules.some((rule) => isUncertain(rule, mesh))) uncertain.set(namespace, unsettled(rules, namespace, mesh));
    else byNamespace.set(namespace, tablesOf(rules, namespace, mesh));
  }
  const selective = new Set(
    mesh.destinationRules.flatMap(({ ref, workloadSelector }) =>
      workloadSelector === undefined ? [] : [ref.namespace],
    ),
  );
  return { mesh, byNamespace, uncertain, selective, merged: new WeakMap() };
}

/** The service a rule would be for, and who asks. */
export interface RuleQuery {
  readonly clientNamespace: string;
  /** The service's host name as istiod knows it. */
  readonly host: string;
  readonly serviceNamespace: string;
}

const settings = (mode: TlsMode): TlsSettings => ({
  mode,
  clientCertificate: undefined,
  privateKey: undefined,
  caCertificates: undefined,
  credentialName: undefined,
  insecureSkipVerify: false,
  sni: undefined,
});

/** The ways an unknown `tls` can go that differ on the wire; `undefined` leaves the choice to auto mTLS. */
export const TLS_WAYS: readonly (TlsSettings | undefined)[] = [
  undefined,
  settings("DISABLE"),
  settings("ISTIO_MUTUAL"),
  settings("SIMPLE"),
];

const POLICY_WAYS: readonly (TrafficPolicy | undefined)[] = [
  undefined,
  ...TLS_WAYS.map((tls) => ({ tls, loadBalancer: undefined, portLevel: [] })),
  { tls: undefined, loadBalancer: "PASSTHROUGH", portLevel: [] },
];

/** A namespace that is neither end's. */
const NOBODY = "~";

/** No selector, one that selects every pod, one that selects none. */
const SELECTOR_WAYS: readonly (Labels | undefined)[] = [undefined, {}, { "": "" }];

/** Decides the fields that a rule's place depends on; `undefined` when the rule does not concern the host. */
function settleRule(rule: DestinationRule, query: RuleQuery, mesh: Mesh, settle: Settle): DestinationRule | undefined {
  const { ref } = rule;
  const host = settle<string | undefined>(rule.host, [undefined, query.host], ref, "spec.host");
  if (host === undefined || !coversHost(expandShortName(host, ref.namespace, mesh.config.clusterDomain), query.host))
    return undefined;
  const selectorAt = "spec.workloadSelector";
  const workloadSelector = settle<Labels | undefined>(rule.workloadSelector, SELECTOR_WAYS, ref, selectorAt);
  const audiences = [[], ["."], ["*"], [query.clientNamespace], [NOBODY]];
  const exportTo = settle<readonly string[]>(rule.exportTo, audiences, ref, "spec.exportTo");
  const defaults = mesh.config.defaultDestinationRuleExportTo;
  const isDefaulted = exportTo.length === 0 && workloadSelector === undefined && isUnknown(defaults);
  return {
    ...rule,
    host,
    workloadSelector,
    exportTo: isDefaulted
      ? [...settle<readonly string[]>(defaults, [["*"], ["."]], meshConfigRef(mesh), "defaultDestinationRuleExportTo")]
      : exportTo,
    trafficPolicy: settle(rule.trafficPolicy, POLICY_WAYS, ref, "spec.trafficPolicy"),
    subsets: settle(rule.subsets, [], ref, "spec.subsets"),
  };
}

function tablesFor(
  index: DestinationRuleIndex,
  namespace: string,
  query: RuleQuery,
  settle: Settle,
): NamespaceRules | undefined {
  const unsettled = index.uncertain.get(namespace);
  if (unsettled === undefined) return index.byNamespace.get(namespace);
  const covering = unsettled.byHost.covering(query.host).flatMap(({ values }) => values);
  const settled = [...covering, ...unsettled.anywhere]
    .sort((a, b) => a.place - b.place)
    .flatMap(({ rule }) => settleRule(rule, query, index.mesh, settle) ?? []);
  return tablesOf(settled.sort(byRank), namespace, index.mesh);
}

function merged(index: DestinationRuleIndex, rules: readonly IndexedRule[]): readonly ConsolidatedRule[] {
  let list = index.merged.get(rules);
  if (list === undefined) {
    list = mergeRules(rules);
    index.merged.set(rules, list);
  }
  return list;
}

/**
 * The merged rules that a client's proxy gets for a service, in istiod's order; empty when none applies.
 * A match in the client's own namespace ends the search, whatever it says.
 */
export function lookUpRules(
  index: DestinationRuleIndex,
  query: RuleQuery,
  settle: Settle,
): readonly ConsolidatedRule[] {
  const root = index.mesh.config.rootNamespace;
  const own = tablesFor(index, query.clientNamespace, query, settle);
  const nearest = query.clientNamespace === root ? own?.privateOnly : own?.local;
  const hit = nearest?.mostSpecific(query.host);
  if (hit !== undefined) return merged(index, hit.values);
  for (const namespace of [query.serviceNamespace, root]) {
    const exported = tablesFor(index, namespace, query, settle)?.exported.mostSpecific(query.host);
    if (exported === undefined) continue;
    const visible = merged(index, exported.values).filter(
      ({ exportTo }) => exportTo.size === 0 || exportTo.has("*") || exportTo.has(query.clientNamespace),
    );
    if (visible.length > 0) return visible;
  }
  return [];
}
