import { isIsoDate, type IsoDate } from "./clock";
import { isUnknown, type Known } from "./known";
import type { ConfigMap, Labels } from "./mesh";

/**
 * The contract of `OtelMtlsException`: what its record (a ConfigMap) says in annotations, so that pack and command recognise an
 * exception in manifests from any source.
 */

export const EXCEPTION_SCHEMA = "1";
export const EXCEPTION_PREFIX = "meshtls.dev/";

/** The longest an exception may last, in days. */
export const MAX_EXCEPTION_DAYS = 90;

export const EXCEPTION_MODES = ["permissive", "plaintext", "no-sidecar", "keep-strict"] as const;
export type ExceptionMode = (typeof EXCEPTION_MODES)[number];

/** Who sends to the collector: a workload of the mesh, or a range of hosts outside it. */
export type ExceptionClient =
  { readonly namespace: string; readonly name: string } | { readonly name: string; readonly cidr: string };

export interface ExceptionContract {
  /** Name of the exception; also the name of its ConfigMap. */
  readonly name: string;
  readonly namespace: string;
  /** The collector it is for: workload name in the same namespace. */
  readonly collector: string;
  /** Labels that select the collector's pods; empty when the record does not say: then the collector's name decides. */
  readonly selector: Readonly<Record<string, string>>;
  readonly mode: ExceptionMode;
  /** Workload (target) ports, ascending. */
  readonly ports: readonly number[];
  readonly clients: readonly ExceptionClient[];
  readonly owner: string;
  /** Absent only for `keep-strict`. */
  readonly approver?: string;
  readonly ticket?: string;
  readonly reason: string;
  /** Valid through that day, UTC. Absent only for `keep-strict`. */
  readonly expires?: IsoDate;
}

const describeClient = (client: ExceptionClient): string =>
  "cidr" in client ? `${client.name}=${client.cidr}` : `${client.namespace}/${client.name}`;

const parseClient = (text: string): ExceptionClient | undefined => {
  const range = /^([^=/\s]+)=(\S+)$/.exec(text);
  if (range?.[1] !== undefined && range[2] !== undefined) return { name: range[1], cidr: range[2] };
  const workload = /^([^/\s]+)\/([^/\s]+)$/.exec(text);
  if (workload?.[1] !== undefined && workload[2] !== undefined) return { namespace: workload[1], name: workload[2] };
  return undefined;
};

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** The annotations of the record; fields that a contract leaves out are left out. */
export function exceptionAnnotations(contract: ExceptionContract): Record<string, string> {
  const fields: Record<string, string | undefined> = {
    schema: EXCEPTION_SCHEMA,
    exception: contract.name,
    collector: contract.collector,
    selector: Object.entries(contract.selector)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(","),
    mode: contract.mode,
    ports: contract.ports.join(","),
    clients: contract.clients.map(describeClient).join(","),
    owner: contract.owner,
    approver: contract.approver,
    ticket: contract.ticket,
    reason: contract.reason,
    expires: contract.expires,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[EXCEPTION_PREFIX + key, value]])),
  );
}

/** A record as read: the contract, or everything that is wrong with it, or fields that are not known yet. */
export interface ExceptionRecord {
  readonly configMap: ConfigMap;
  readonly contract: ExceptionContract | undefined;
  /** `field: what is wrong`, all of them. */
  readonly problems: readonly string[];
  /** `metadata.annotations.<key>` of each field that is unknown. */
  readonly unknown: readonly string[];
}

const known = (labels: Known<Labels>): Labels => (isUnknown(labels) ? {} : labels);

/** True for a ConfigMap that claims to be the record of an exception, however badly. */
export const isExceptionRecord = (configMap: ConfigMap): boolean =>
  Object.keys(known(configMap.annotations)).some(
    (key) =>
      key === `${EXCEPTION_PREFIX}exception` ||
      key === `${EXCEPTION_PREFIX}schema` ||
      key === `${EXCEPTION_PREFIX}mode`,
  );

/** Reads a record tolerantly. Whether its dates and people are acceptable is for the rules to say, not for the reader. */
export function readExceptionRecord(configMap: ConfigMap): ExceptionRecord {
  const annotations = known(configMap.annotations);
  const problems: string[] = [];
  const unknown: string[] = [];
  const field = (key: string): string | undefined => {
    const value = annotations[EXCEPTION_PREFIX + key];
    if (value === undefined) return undefined;
    if (isUnknown(value)) {
      unknown.push(`metadata.annotations.${EXCEPTION_PREFIX}${key}`);
      return undefined;
    }
    return value.trim() === "" ? undefined : value.trim();
  };
  const isMissing = (key: string) => !(EXCEPTION_PREFIX + key in annotations);

  const schema = field("schema");
  if (schema !== undefined && schema !== EXCEPTION_SCHEMA)
    problems.push(`schema: is "${schema}"; this version reads "${EXCEPTION_SCHEMA}"`);

  const modeText = field("mode");
  const mode = EXCEPTION_MODES.find((candidate) => candidate === modeText);
  if (mode === undefined && (modeText !== undefined || isMissing("mode")))
    problems.push(
      `mode: is ${modeText === undefined ? "missing" : `"${modeText}"`}; one of ${EXCEPTION_MODES.join(", ")}`,
    );

  const ports = list(field("ports") ?? "").map(Number);
  if (ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65535))
    problems.push(`ports: is "${field("ports")}"; port numbers separated by commas`);
  else if (ports.length === 0 && !unknown.includes(`metadata.annotations.${EXCEPTION_PREFIX}ports`))
    problems.push("ports: is missing; the collector's OTLP ports separated by commas");

  const clients = list(field("clients") ?? "").map((text) => ({ text, client: parseClient(text) }));
  for (const { text, client } of clients)
    if (client === undefined) problems.push(`clients: "${text}" is neither namespace/name nor name=CIDR`);

  const selector: Record<string, string> = {};
  for (const part of list(field("selector") ?? "")) {
    const at = part.indexOf("=");
    if (at < 1) problems.push(`selector: "${part}" is not label=value`);
    else selector[part.slice(0, at)] = part.slice(at + 1);
  }

  const expires = field("expires");
  if (expires !== undefined && !isIsoDate(expires)) problems.push(`expires: is "${expires}"; a date YYYY-MM-DD`);

  const name = field("exception") ?? configMap.ref.name;
  const approver = field("approver");
  const ticket = field("ticket");
  const complete = mode !== undefined && unknown.length === 0 && problems.length === 0;
  const contract: ExceptionContract | undefined = complete
    ? {
        name,
        namespace: configMap.ref.namespace,
        collector: field("collector") ?? name,
        selector,
        mode,
        ports: [...ports].sort((a, b) => a - b),
        clients: clients.flatMap(({ client }) => (client === undefined ? [] : [client])),
        owner: field("owner") ?? "",
        ...(approver === undefined ? {} : { approver }),
        ...(ticket === undefined ? {} : { ticket }),
        reason: field("reason") ?? "",
        ...(isIsoDate(expires) ? { expires } : {}),
      }
    : undefined;
  return { configMap, contract, problems, unknown };
}
