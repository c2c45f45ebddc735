import { contains } from "../../mtls/cidr";
import { field, fieldsOf, itemsOf } from "../../mtls/discovery/fields";
import { isUnknown } from "../../mtls/known";
import { SelectorIndex } from "../../mtls/labels";
import { remembered } from "../../mtls/memo";
import type { AuthorizationPolicy, Mesh, Workload } from "../../mtls/mesh";

/**
 * What AuthorizationPolicies make of one call. Source: Istio's pilot/pkg/security/authz (builder and matcher), and the reference page
 * of AuthorizationPolicy: DENY before ALLOW, and once there is one ALLOW policy everything it does not match is denied.
 */

/** Three answers: `maybe` where a condition looks at what objects do not tell (headers, paths, the caller's address). */
export type Match = "yes" | "no" | "maybe";

/** A call as the server's proxy sees it. */
export interface Call {
  /** `trust-domain/ns/namespace/sa/account`; `undefined` when the caller has no identity, as in plaintext. */
  readonly principal: string | undefined;
  readonly namespace: string | undefined;
  readonly serviceAccount: string | undefined;
  /** Address of the caller where it is known. */
  readonly ip: string | undefined;
  /** Workload (target) port. */
  readonly port: number;
}

const all = (matches: readonly Match[]): Match =>
  matches.includes("no") ? "no" : matches.includes("maybe") ? "maybe" : "yes";
const any = (matches: readonly Match[]): Match =>
  matches.includes("yes") ? "yes" : matches.includes("maybe") ? "maybe" : "no";
const not = (match: Match): Match => (match === "yes" ? "no" : match === "no" ? "yes" : "maybe");
const sure = (is: boolean): Match => (is ? "yes" : "no");

/** `*` anything that is there, `*suffix`, `prefix*`, or the text itself. */
function matchesText(pattern: string, value: string | undefined): Match {
  if (value === undefined || value === "") return "no";
  if (pattern === "*") return "yes";
  if (pattern.startsWith("*")) return sure(value.endsWith(pattern.slice(1)));
  return sure(pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern);
}

const ofList = (list: unknown, matches: (pattern: string) => Match): Match =>
  isUnknown(list)
    ? "maybe"
    : any(itemsOf(list).map((item) => (typeof item === "string" ? matches(item) : isUnknown(item) ? "maybe" : "no")));

/** `account` in the policy's own namespace, or `namespace/account`. */
const matchesAccount = (pattern: string, call: Call, policyNamespace: string): Match => {
  const [account, namespace] = pattern.split("/").reverse();
  if (call.serviceAccount === undefined) return "no";
  return sure(call.serviceAccount === account && call.namespace === (namespace ?? policyNamespace));
};

const matchesIp = (range: string, { ip }: Call): Match =>
  range === "0.0.0.0/0" || range === "::/0" ? "yes" : ip === undefined ? "maybe" : sure(contains(range, ip));

type Condition = (pattern: string, call: Call, policyNamespace: string) => Match;

/** Fields of `source` and `operation` that the objects decide; every other field may go either way. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  principals: (pattern, { principal }) => matchesText(pattern, principal),
  namespaces: (pattern, { namespace, principal }) =>
    matchesText(pattern, principal === undefined ? undefined : namespace),
  serviceAccounts: matchesAccount,
  ipBlocks: matchesIp,
  ports: (pattern, { port }) => sure(Number(pattern) === port),
};

function matchesFields(fields: unknown, call: Call, policyNamespace: string): Match {
  if (isUnknown(fields)) return "maybe";
  return all(
    Object.entries(fieldsOf(fields)).map(([key, list]): Match => {
      if (itemsOf(list).length === 0 && !isUnknown(list)) return "yes";
      const [, negated, name = key] = /^(not)([A-Z]\w*)$/.exec(key) ?? [];
      const condition = CONDITIONS[name.charAt(0).toLowerCase() + name.slice(1)];
      if (condition === undefined) return "maybe";
      const match = ofList(list, (pattern) => condition(pattern, call, policyNamespace));
      return negated === undefined ? match : not(match);
    }),
  );
}

/** An empty or absent `from` or `to` asks for nothing. */
const matchesOneOf = (list: unknown, key: string, call: Call, namespace: string): Match => {
  if (isUnknown(list)) return "maybe";
  const items = itemsOf(list);
  return items.length === 0 ? "yes" : any(items.map((item) => matchesFields(field(item, key), call, namespace)));
};

const matchesRule = (rule: unknown, call: Call, namespace: string): Match =>
  all([
    matchesOneOf(field(rule, "from"), "source", call, namespace),
    matchesOneOf(field(rule, "to"), "operation", call, namespace),
    itemsOf(field(rule, "when")).length === 0 && !isUnknown(field(rule, "when")) ? "yes" : "maybe",
  ]);

/** A policy without rules matches nothing. */
const matchesPolicy = ({ rules, ref }: AuthorizationPolicy, call: Call): Match =>
  any(rules.map((rule) => matchesRule(rule, call, ref.namespace)));

/** The policies that speak for a workload, in their order. */
interface Bearing {
  /** Those that do for certain. */
  readonly denying: readonly AuthorizationPolicy[];
  /** Those that do, or may. */
  readonly allowing: readonly AuthorizationPolicy[];
  /** The first that does for certain. */
  readonly firstAllowing: AuthorizationPolicy | undefined;
}

/** A namespace's own policies, and those that the root namespace has for everyone. */
const policiesFor = remembered((mesh: Mesh, namespace: string) => {
  const { rootNamespace } = mesh.config;
  const near = mesh.authorizationPolicies.filter(
    ({ ref }) => ref.namespace === namespace || ref.namespace === rootNamespace,
  );
  return { bySelector: new SelectorIndex(near, ({ selector }) => selector ?? {}), known: new Map<unknown, Bearing>() };
});

/** Worked out once for all workloads that the same selectors select. */
function bearingOn(mesh: Mesh, { ref, podLabels }: Workload): Bearing {
  const { bySelector, known } = policiesFor(mesh, ref.namespace);
  const all = bySelector.selecting(podLabels);
  const before = known.get(all);
  if (before !== undefined) return before;
  const certain = all.flatMap(({ item, certain: isCertain }) => (isCertain ? [item] : []));
  const bearing = {
    denying: certain.filter(({ action }) => action === "DENY"),
    allowing: all.map(({ item }) => item).filter(({ action }) => action === "ALLOW" || isUnknown(action)),
    firstAllowing: certain.find(({ action }) => action === "ALLOW"),
  };
  known.set(all, bearing);
  return bearing;
}

/** The policy that refuses a call for certain; `undefined` when it is let in, or when that cannot be told. */
export function refusedBy(mesh: Mesh, workload: Workload, call: Call): AuthorizationPolicy | undefined {
  const { denying, allowing, firstAllowing } = bearingOn(mesh, workload);
  const denial = denying.find((policy) => matchesPolicy(policy, call) === "yes");
  if (denial !== undefined) return denial;
  return allowing.some((policy) => matchesPolicy(policy, call) !== "no") ? undefined : firstAllowing;
}
