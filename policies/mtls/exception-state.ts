import { answerFlow } from "./answer";
import type { ExceptionAnswer, ExceptionState } from "./assess";
import { daysUntil, isExpired, type IsoDate } from "./clock";
import { serviceHost } from "./client/registry";
import { otlpPorts, serverSpeaks } from "./discovery/index";
import { targetPortOn } from "./endpoints";
import {
  isExceptionRecord,
  readExceptionRecord,
  type ExceptionClient,
  type ExceptionContract,
  type ExceptionMode,
  type ExceptionRecord,
} from "./exception";
import { withoutException } from "./exception-removed";
import type { DeclaredFlow, FlowAnswer } from "./flow";
import { isUnknown } from "./known";
import { selects } from "./labels";
import type { Mesh, Workload } from "./mesh";
import { indexMesh, type MeshIndex } from "./mesh-index";
import { serverAccepts } from "./server/accepts";
import { dataPlane } from "./server/injection";
import { OUTCOMES, type Accepts } from "./vocabulary";

/** How each `OtelMtlsException` of a mesh stands: whether its record describes what is there, and whether anything needs it. */

/** Whether an exception is for this workload: by its selector, or by the collector's name when it has none. */
const isFor = (contract: ExceptionContract, { ref, podLabels }: Workload): boolean => {
  if (contract.namespace !== ref.namespace) return false;
  return Object.keys(contract.selector).length === 0
    ? contract.collector === ref.name
    : selects(contract.selector, podLabels) === true;
};

/** What a collector of each mode shows on a port that is covered. */
const SHOWS: Readonly<Record<ExceptionMode, (accepts: NonNullable<Accepts>, hasProxy: boolean) => boolean>> = {
  permissive: (accepts) => accepts.includes("plaintext") && accepts.includes("mtls"),
  plaintext: (accepts) => accepts.includes("plaintext"),
  "no-sidecar": (_accepts, hasProxy) => !hasProxy,
  "keep-strict": (accepts) => accepts.length === 1 && accepts.includes("mtls"),
};

function isShown(index: MeshIndex, contract: ExceptionContract, collector: Workload, port: number): boolean {
  const { mesh } = index;
  const protocol = otlpPorts(mesh, collector).find((candidate) => candidate.port === port)?.protocol ?? "grpc";
  const speaks = serverSpeaks(mesh, collector, port) ?? "plaintext";
  const { accepts } = serverAccepts(index, collector, port, { serverSpeaks: speaks, protocol });
  return accepts !== null && SHOWS[contract.mode](accepts, dataPlane(index, collector).mode !== "none");
}

const fromOf = (client: ExceptionClient): string =>
  "cidr" in client ? `cidr:${client.cidr}` : `${client.namespace}/${client.name}`;

/** Every declared client, to every port of a Service that leads to a port that the exception lists. */
function declaredFlows(
  index: MeshIndex,
  contract: ExceptionContract,
  collectors: readonly Workload[],
): readonly DeclaredFlow[] {
  const targets = collectors.flatMap((collector) =>
    index.servicesSelecting(collector).flatMap(({ service }) => {
      const ports = isUnknown(service.ports) ? [] : service.ports;
      return ports.flatMap((port) => {
        const target = targetPortOn(collector, port);
        const isListed = typeof target === "number" && contract.ports.includes(target);
        return isListed && !isUnknown(port.port)
          ? [{ host: serviceHost(service, index.mesh.config.clusterDomain), port: port.port }]
          : [];
      });
    }),
  );
  return contract.clients.flatMap((client) => targets.map((target) => ({ from: fromOf(client), ...target })));
}

/** A Service that may lead to the collector by a port that is not known: nobody can ask about it. */
const hasOpenService = (index: MeshIndex, collector: Workload): boolean =>
  index.servicesSelecting(collector).some(({ service }) => isUnknown(service.ports));

const rank = ({ outcome }: FlowAnswer): number => OUTCOMES.indexOf(outcome);

/** Hosts outside the mesh are what most exceptions are for, so they tell the soonest that one is needed. */
const outsideFirst = (flows: readonly DeclaredFlow[]): readonly DeclaredFlow[] => {
  const isOutside = ({ from }: DeclaredFlow): boolean => from.startsWith("cidr:");
  return [...flows.filter(isOutside), ...flows.filter((flow) => !isOutside(flow))];
};

/** Whether every declared client fares as well or better without what the exception does; never where something is unknown. */
function isNotNeeded(index: MeshIndex, contract: ExceptionContract, collectors: readonly Workload[]): boolean {
  const flows = outsideFirst(declaredFlows(index, contract, collectors));
  if (contract.mode === "keep-strict" || flows.length === 0) return false;
  const without = withoutException(index, contract, collectors);
  if (without === undefined) return false;
  const other = indexMesh(without);
  return flows.every((flow) => {
    const [now, then] = [answerFlow(index, flow), answerFlow(other, flow)];
    return now.outcome !== "unknown" && then.outcome !== "unknown" && rank(then) >= rank(now);
  });
}

/** A record that nobody can hold anyone to: no owner, no end, or a place where it does nothing. */
const isUnreliable = (contract: ExceptionContract, mesh: Mesh): boolean =>
  contract.owner === "" ||
  (contract.mode !== "keep-strict" && contract.expires === undefined) ||
  (contract.namespace === mesh.config.rootNamespace && contract.mode !== "no-sidecar");

function stateOf(index: MeshIndex, contract: ExceptionContract, now: IsoDate): ExceptionState {
  if (isUnreliable(contract, index.mesh)) return "invalid";
  if (contract.expires !== undefined && isExpired(contract.expires, now)) return "expired";
  const collectors = index.workloadsIn(contract.namespace).filter((workload) => isFor(contract, workload));
  const covered = collectors.filter((collector) =>
    contract.ports.some((port) => isShown(index, contract, collector, port)),
  );
  if (covered.length === 0) return "unused";
  if (contract.mode === "keep-strict") {
    const flows = declaredFlows(index, contract, covered);
    const isProved =
      flows.every((flow) => answerFlow(index, flow).outcome === "mtls") &&
      !covered.some((each) => hasOpenService(index, each));
    return isProved ? "used" : "invalid";
  }
  return isNotNeeded(index, contract, covered) ? "not-needed" : "used";
}

function answerException(index: MeshIndex, record: ExceptionRecord, now: IsoDate): ExceptionAnswer {
  const { contract, configMap } = record;
  if (contract === undefined) {
    const { namespace, name } = configMap.ref;
    const nobody = { owner: "", approver: null, ticket: null, expires: null, daysLeft: null };
    return { namespace, name, collector: "", mode: null, state: "invalid", ...nobody };
  }
  const { namespace, name, collector, mode, owner, approver, ticket, expires } = contract;
  return {
    namespace,
    name,
    collector,
    mode,
    state: stateOf(index, contract, now),
    owner,
    approver: approver ?? null,
    ticket: ticket ?? null,
    expires: expires ?? null,
    daysLeft: expires === undefined ? null : daysUntil(expires, now),
  };
}

/**
 * Every exception of the mesh, in the order of its objects.
 * @param now the day on which dates are judged
 */
export const answerExceptions = (mesh: Mesh, now: IsoDate): readonly ExceptionAnswer[] =>
  mesh.configMaps
    .filter(isExceptionRecord)
    .map((configMap) => answerException(indexMesh(mesh), readExceptionRecord(configMap), now));
