import { isBuiltIn } from "./tokens";

/** What a text may be made of. Problems are clauses to be read after the text itself. */
interface Syntax {
  readonly pattern: RegExp;
  readonly length: number;
  readonly says: string;
}

const DNS_LABEL: Syntax = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  length: 63,
  says: "lower case letters, digits and '-', starting and ending with a letter or digit, at most 63 characters",
};
const DNS_LABEL_FROM_LETTER: Syntax = {
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  length: 63,
  says: "lower case letters, digits and '-', starting with a letter, at most 63 characters",
};
const DNS_SUBDOMAIN: Syntax = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  length: 253,
  says: "lower case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253 characters",
};
const PATH_SEGMENT: Syntax = {
  pattern: /^(?!\.\.?$)[^/%]+$/,
  length: 253,
  says: "anything but '/', '%', '.' and '..', at most 253 characters",
};
const QUALIFIED_NAME: Syntax = {
  pattern: /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  length: 63,
  says: "letters, digits, '-', '_' and '.', starting and ending with a letter or digit, at most 63 characters",
};

/**
 * What a name may be, by kind; DNS subdomain otherwise.
 * Source: kubernetes.io "Object Names and IDs", and the API server's validation of each kind.
 */
const NAMES: ReadonlyMap<string, Syntax> = new Map([
  ["Namespace", DNS_LABEL],
  ["Service", DNS_LABEL_FROM_LETTER],
  ["Role", PATH_SEGMENT],
  ["RoleBinding", PATH_SEGMENT],
  ["ClusterRole", PATH_SEGMENT],
  ["ClusterRoleBinding", PATH_SEGMENT],
  ["ClusterTrustBundle", PATH_SEGMENT],
  ["IPAddress", PATH_SEGMENT],
]);

const fits = (text: string, { pattern, length }: Syntax): boolean => text.length <= length && pattern.test(text);

/** What is wrong with an object's name; undefined when the API server would take it. */
export function nameProblem(group: string, kind: string, name: string): string | undefined {
  const syntax = (isBuiltIn(group) ? NAMES.get(kind) : undefined) ?? DNS_SUBDOMAIN;
  return fits(name, syntax) ? undefined : `cannot be the name of a ${kind}; use ${syntax.says}`;
}

export const namespaceProblem = (name: string): string | undefined => nameProblem("", "Namespace", name);

/** What is wrong with the key of a label or an annotation: `[prefix/]name`. */
export function keyProblem(key: string): string | undefined {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  const good = fits(name, QUALIFIED_NAME) && (prefix === undefined || fits(prefix, DNS_SUBDOMAIN)) && more.length === 0;
  return good
    ? undefined
    : `has a key that cannot be one; use ${QUALIFIED_NAME.says}, optionally after a DNS name and '/'`;
}

/** What is wrong with the value of a label. */
export const labelProblem = (value: string): string | undefined =>
  value === "" || fits(value, QUALIFIED_NAME)
    ? undefined
    : `cannot be the value of a label; use ${QUALIFIED_NAME.says}`;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What is wrong with a value in a Secret's data. */
export const base64Problem = (value: string): string | undefined =>
  BASE64.test(value.replaceAll(/[\r\n]/g, ""))
    ? undefined
    : "is not base64; encode it, or give it as it is in stringData";
