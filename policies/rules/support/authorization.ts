import { contains } from "../../mtls/cidr";
import { field, fieldsOf, itemsOf } from "../../mtls/discovery/fields";
import { isUnknown } from "../../mtls/known";
import { selects } from "../../mtls/labels";
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

/** Whether a policy speaks for a workload: its own namespace's, or the root namespace's for everyone. */
const speaksFor = ({ ref, selector }: AuthorizationPolicy, workload: Workload, root: string): Match => {
  if (ref.namespace !== workload.ref.namespace && ref.namespace !== root) return "no";
  if (selector === undefined) return "yes";
  const selected = selects(selector, workload.podLabels);
  return isUnknown(selected) ? "maybe" : sure(selected);
};

/** The policy that refuses a call for certain; `undefined` when it is let in, or when that cannot be told. */
export function refusedBy(mesh: Mesh, workload: Workload, call: Call): AuthorizationPolicy | undefined {
  const root = mesh.config.rootNamespace;
  const bearing = mesh.authorizationPolicies
    .map((policy) => ({ policy, speaks: speaksFor(policy, workload, root) }))
    .filter(({ speaks }) => speaks !== "no");
  const certain = bearing.filter(({ speaks }) => speaks === "yes").map(({ policy }) => policy);
  const denial = certain.find((policy) => policy.action === "DENY" && matchesPolicy(policy, call) === "yes");
  if (denial !== undefined) return denial;
  const allows = bearing.filter(({ policy }) => policy.action === "ALLOW" || isUnknown(policy.action));
  if (allows.some(({ policy }) => matchesPolicy(policy, call) !== "no")) return undefined;
  return certain.find((policy) => policy.action === "ALLOW");
}
