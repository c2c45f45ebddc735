import type { Settle } from "./explore";
import type { Reason, Undecided } from "./flow";
import { isUnknown, UNKNOWN, type Known } from "./known";
import type { MtlsMode, Workload } from "./mesh";
import type { Endpoint, MeshIndex } from "./mesh-index";
import { describeRef, type ObjectRef } from "./objects";
import { serverAccepts, type PossibleSide, type ServerSide } from "./server/accepts";
import { ambientCodes } from "./server/ambient";
import { direct, sidecarCodes, understood, type Code } from "./server/codes";
import { declaredPort } from "./server/declared-protocol";
import { dataPlane, type DataPlaneMode } from "./server/injection";
import { inboundIntercepted } from "./server/interception";
import { effectivePeerAuthentication, writtenPortMode } from "./server/peer-authentication";
import type { Wire } from "./verdict";

/** How a port of a workload receives bytes, in one of the ways that what is unknown about it can go. */
export interface Reception extends PossibleSide {
  /** A sidecar reads what arrives as HTTP. */
  readonly readsHttp: boolean;
  /** ztunnel stands in between: mutual TLS of a sidecar means nothing to it, HBONE does. */
  readonly isAmbient: boolean;
  readonly because: readonly Reason[];
}

/** Settles a value that comes with the fields that would tell it. */
function settleBy<T>(
  settle: Settle,
  value: Known<T>,
  ways: readonly T[],
  undecided: readonly Undecided[],
  owner: ObjectRef,
  what: string,
): T {
  if (!isUnknown(value)) return value;
  const [blamed = { object: owner, path: "" }, ...also] = undecided;
  return settle(value, ways, blamed.object, blamed.path, { also, key: `${what} of ${describeRef(owner)}` });
}

/** The data plane of a workload. */
export function planeOf(index: MeshIndex, workload: Workload, settle: Settle): DataPlaneMode {
  const { mode, possible, undecided } = dataPlane(index, workload);
  return settleBy(settle, mode, possible, undecided, workload.ref, "data plane");
}

/** The mode of a port of a workload. */
function portModeOf(index: MeshIndex, workload: Workload, port: number, settle: Settle): MtlsMode {
  const { mode, possible, undecided } = effectivePeerAuthentication(index, workload).port(port);
  return settleBy(settle, mode, possible, undecided, workload.ref, `mode of port ${port}`);
}

/** The mode of an endpoint as clients' proxies are told. */
export function endpointModeOf(
  index: MeshIndex,
  { workload, targetPort, writtenIn, labels = {} }: Endpoint,
  settle: Settle,
): MtlsMode {
  if (isUnknown(targetPort)) return "PERMISSIVE";
  if (writtenIn === undefined)
    return workload === null ? "PERMISSIVE" : portModeOf(index, workload, targetPort, settle);
  const { mode, possible, undecided } = writtenPortMode(index, writtenIn, labels, targetPort);
  return settleBy(settle, mode, possible, undecided, writtenIn.ref, `mode of port ${targetPort}`);
}

const bare = (side: ServerSide, isAmbient = false): Omit<Reception, "because"> => ({
  accepts: direct(side.serverSpeaks),
  codes: null,
  readsHttp: false,
  isAmbient,
});

/** The parts of `serverAccepts`, each settled where it is not known. */
function inOneWay(
  index: MeshIndex,
  workload: Workload,
  port: number,
  side: ServerSide,
  settle: Settle,
): Omit<Reception, "because"> {
  const plane = planeOf(index, workload, settle);
  if (plane === "none") return bare(side);
  if (plane === "ambient") {
    const policy = effectivePeerAuthentication(index, workload);
    const ways = ambientCodes(index, policy, port);
    const [only] = ways;
    const { undecided } = policy.port(port);
    const codes =
      only !== undefined && ways.length === 1
        ? only
        : settleBy(settle, UNKNOWN, ways, undecided, workload.ref, `ztunnel for port ${port}`);
    return { accepts: understood(codes, side.serverSpeaks, "UNDECLARED"), codes, readsHttp: false, isAmbient: true };
  }
  const { intercepted, undecided } = inboundIntercepted(index, workload, port);
  if (!settleBy<boolean>(settle, intercepted, [true, false], undecided, workload.ref, `interception of port ${port}`))
    return bare(side);
  const mode = portModeOf(index, workload, port, settle);
  const { protocol, possible, undecided: fields } = declaredPort(index, workload, port);
  const declared = settleBy(settle, protocol, possible, fields, workload.ref, `protocol of port ${port}`);
  const codes = sidecarCodes(mode, declared, side.protocol);
  return {
    accepts: understood(codes, side.serverSpeaks, declared),
    codes,
    readsHttp: declared === "HTTP",
    isAmbient: false,
  };
}

/** What the port of a workload makes of what is sent to it. */
export function receptionOf(
  index: MeshIndex,
  workload: Workload,
  port: number,
  side: ServerSide,
  settle: Settle,
): Reception {
  const known = serverAccepts(index, workload, port, side);
  const { accepts, codes, declared, because } = known;
  if (known.possible.length > 1) return { ...inOneWay(index, workload, port, side, settle), because };
  const isAmbient = dataPlane(index, workload).mode === "ambient";
  return { accepts, codes, readsHttp: declared === "HTTP", isAmbient, because };
}

/** What becomes of bytes of one kind. */
export function codeFor({ codes, isAmbient }: Pick<Reception, "codes" | "isAmbient">, wire: Wire): Code {
  if (codes === null) return wire === "plaintext" ? "ok" : "raw";
  if (wire === "plaintext") return codes.plaintext;
  // What is inside the tunnel is handed on as it is.
  if (wire === "hbone-tls" && codes.mtls === "ok") return "raw";
  return wire === "hbone" || wire === "hbone-tls" || (wire === "mtls" && !isAmbient) ? codes.mtls : codes.tls;
}
