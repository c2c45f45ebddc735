import { z } from "zod";

import { addDays, daysUntil, isExpired, type IsoDate } from "../../policies/mtls/clock";
import {
  EXCEPTION_MODES,
  MAX_EXCEPTION_DAYS,
  type ExceptionContract,
  type ExceptionMode,
} from "../../policies/mtls/exception";
import { cidr, dnsLabel, fields, flag, isoDate, labels, oneOf, port, text } from "../arguments/kinds";
import { together, under, type Report, type Sound } from "../arguments/together";
import { collectorLabels } from "../collector/labels";

/** The registered OTLP ports: 4317 for gRPC, 4318 for HTTP (IANA). */
export const OTLP_PORTS = [4317, 4318];

/** Who sends: a workload of the mesh (`namespace`) or a range outside it (`cidr`). */
export const clientShape = {
  name: dnsLabel,
  namespace: dnsLabel.exactOptional(),
  cidr: cidr.exactOptional(),
  podLabels: labels.exactOptional(),
  serviceAccount: dnsLabel.exactOptional(),
};

/** Who answers for the exception, and until when: the part that configuration shares with the component. */
export const governedShape = {
  mode: oneOf(...EXCEPTION_MODES),
  clients: z.array(fields(clientShape)).min(1, "at least one client: what nobody needs is not an exception"),
  owner: text,
  approver: text.exactOptional(),
  ticket: text.exactOptional(),
  reason: text,
  expires: isoDate.exactOptional(),
  tlsForced: flag.default(false),
  captured: flag.default(true),
};

const collectorShape = {
  namespace: dnsLabel,
  name: dnsLabel,
  selector: labels.exactOptional(),
  ports: z.array(port).min(1, "at least one OTLP port").default(OTLP_PORTS),
  otlpPorts: z.array(port).default(OTLP_PORTS),
};

/** Facts of the mesh and its cluster. */
const factShape = {
  networkPolicyEnforced: flag.exactOptional(),
  rootNamespace: dnsLabel.default("istio-system"),
  trustDomain: text.default("cluster.local"),
  clusterDomain: text.default("cluster.local"),
};

type Governed = Sound<z.output<ReturnType<typeof fields<typeof governedShape>>>>;

/** What holds between the fields of one exception on the day `now`: dates, people, clients that the mode can serve. */
export function checkGoverned(exception: Governed, now: IsoDate, report: Report): void {
  const { mode, owner, approver, ticket, expires, clients = [] } = exception;
  if (mode !== "keep-strict") {
    if (approver === undefined)
      report(["approver"], "is missing; who approved the exception, somebody else than its owner");
    if (ticket === undefined) report(["ticket"], "is missing; the ticket that tracks its removal");
    if (expires === undefined)
      report(["expires"], `is missing; a date at most ${MAX_EXCEPTION_DAYS} days ahead (${latestExpiry(now)})`);
  }
  if (approver !== undefined && approver.trim().toLowerCase() === owner?.trim().toLowerCase())
    report(["approver"], `is "${approver}", the owner too; somebody else has to approve`);
  if (expires !== undefined) checkExpiry(expires, now, report);
  if (exception.captured === false && mode !== undefined && mode !== "plaintext")
    report(["captured"], `is false; a port that the proxy does not capture needs mode plaintext, not ${mode}`);
  if (exception.tlsForced === true && mode !== undefined && mode !== "no-sidecar")
    report(["tlsForced"], `is true; it says something about mode no-sidecar only, the mode is ${mode}`);
  for (const [index, client] of clients.entries())
    if (client !== undefined) checkClient(client, mode, under(report, "clients", index));
}

const latestExpiry = (now: IsoDate): IsoDate => addDays(now, MAX_EXCEPTION_DAYS);

function checkExpiry(expires: IsoDate, now: IsoDate, report: Report): void {
  if (isExpired(expires, now))
    report(
      ["expires"],
      `is ${expires}, which is past (today is ${now}); remove the exception, or have it approved again`,
    );
  else if (daysUntil(expires, now) > MAX_EXCEPTION_DAYS)
    report(
      ["expires"],
      `is ${expires}; at most ${MAX_EXCEPTION_DAYS} days ahead (${latestExpiry(now)}). Pick a nearer date and renew it then`,
    );
}

type Client = Sound<z.output<ReturnType<typeof fields<typeof clientShape>>>>;

function checkClient(client: Client, mode: ExceptionMode | undefined, report: Report): void {
  if ((client.namespace === undefined) === (client.cidr === undefined))
    report([], "needs exactly one of namespace (a workload of the mesh) and cidr (hosts outside it)");
  if (client.cidr !== undefined && mode === "keep-strict")
    report(["cidr"], `is ${client.cidr}; hosts outside the mesh have no mTLS to send: use mode permissive`);
  if (client.cidr !== undefined && Number(client.cidr.split("/")[1]) < 8)
    report(["cidr"], `is ${client.cidr}; a range of /8 or narrower: an exception for everyone is none`);
}

/** The whole of `OtelMtlsException`'s arguments, judged on the day `now`. */
export const exceptionSchema = (now: IsoDate) =>
  together(fields({ ...governedShape, ...factShape, collector: fields(collectorShape) }), (exception, report) => {
    checkGoverned(exception, now, report);
    checkCollector(exception.collector ?? {}, exception.rootNamespace, under(report, "collector"));
  });

type Collector = Sound<z.output<ReturnType<typeof fields<typeof collectorShape>>>>;

function checkCollector(collector: Collector, rootNamespace: string | undefined, report: Report): void {
  const { namespace, name, selector, ports = [], otlpPorts = OTLP_PORTS } = collector;
  if (namespace !== undefined && namespace === rootNamespace)
    report(
      ["namespace"],
      `is ${namespace}, Istio's root namespace; a PeerAuthentication there speaks for the whole mesh. Move the collector`,
    );
  for (const [index, opened] of ports.entries())
    if (opened !== undefined && !otlpPorts.includes(opened))
      report(["ports", index], `is ${opened}; an OTLP port of the collector (${otlpPorts.join(", ")})`);
  if (selector !== undefined && name !== undefined && !Object.values(selector).includes(name))
    report(
      ["selector"],
      `is ${JSON.stringify(selector)}, which can match more than the collector; ` +
        `a label that only its pods have, such as app.kubernetes.io/instance: ${name}`,
    );
}

export type ExceptionPlan = z.output<ReturnType<typeof exceptionSchema>>;

/** The contract that the record publishes: what other components, the pack and the command need to know. */
export function toContract(name: string, plan: ExceptionPlan): ExceptionContract {
  const { collector, mode, owner, approver, ticket, reason, expires } = plan;
  return {
    name,
    namespace: collector.namespace,
    collector: collector.name,
    selector: collector.selector ?? collectorLabels(collector.name),
    mode,
    ports: [...new Set(collector.ports)].sort((a, b) => a - b),
    clients: plan.clients.map((client) =>
      client.cidr === undefined
        ? { namespace: client.namespace ?? collector.namespace, name: client.name }
        : { name: client.name, cidr: client.cidr },
    ),
    owner,
    ...(approver === undefined ? {} : { approver }),
    ...(ticket === undefined ? {} : { ticket }),
    reason,
    ...(expires === undefined ? {} : { expires }),
  };
}
