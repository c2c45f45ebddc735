import type { Reason, Undecided } from "../flow";
import { isUnknown, UNKNOWN, type Known } from "../known";
import { remembered } from "../memo";
import type { MtlsMode, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { describeRef } from "../objects";
import type { Accepts, AppProtocol } from "../vocabulary";
import { ambientCodes } from "./ambient";
import { direct, sidecarCodes, understood, type Codes } from "./codes";
import { declaredPort, type DeclaredProtocol, type PortDeclaration } from "./declared-protocol";
import { dataPlane, dataPlaneReason } from "./injection";
import { inboundIntercepted } from "./interception";
import { effectivePeerAuthentication, type PortMode } from "./peer-authentication";

/** What the two applications speak. */
export interface ServerSide {
  /** What the application behind the port speaks. */
  readonly serverSpeaks: "plaintext" | "tls";
  /** What the client's application speaks. */
  readonly protocol: AppProtocol;
}

/** One way the server's side may be. */
export interface PossibleSide {
  readonly accepts: Accepts;
  /** What the proxy makes of each kind of bytes; `null` when no proxy is in between. */
  readonly codes: Codes | null;
}

export interface ServerAccepts extends PossibleSide {
  /** What a client may send and have understood by proxy and application; `null` when not known. */
  readonly accepts: Accepts;
  /** `null` when no proxy is in between, and when it is not known (`intercepted` tells which). */
  readonly codes: Codes | null;
  readonly intercepted: Known<boolean>;
  /** `undefined` where no proxy is in between to enforce a policy. */
  readonly mode: Known<MtlsMode> | undefined;
  /** `undefined` where no sidecar looks at the port. */
  readonly declared: Known<DeclaredProtocol> | undefined;
  /** Every way it may be while something is not known; one when all that decides is known. */
  readonly possible: readonly PossibleSide[];
  readonly because: readonly Reason[];
  readonly undecided: readonly Undecided[];
}

const policyReason = ({ by, mode }: PortMode, targetPort: number): Reason => ({
  step: "peer-authentication",
  ...(by === undefined ? {} : { object: describeRef(by.ref) }),
  says: isUnknown(mode) ? `the mode of port ${targetPort} is not known` : `port ${targetPort} is ${mode}`,
});

const portReason = ({ by, protocol }: PortDeclaration, targetPort: number): Reason => ({
  step: "declared-protocol",
  ...(by === undefined ? {} : { object: describeRef(by) }),
  says: isUnknown(protocol)
    ? `what port ${targetPort} is declared to speak is not known`
    : `port ${targetPort} is ${protocol === "UNDECLARED" ? "not declared" : `declared ${protocol}`}`,
});

/** Sides that differ; of like ones the first. */
const distinctSides = (sides: readonly PossibleSide[]): readonly PossibleSide[] =>
  sides.length === 1 ? sides : [...new Map(sides.map((side) => [JSON.stringify(side), side])).values()];

function compose(
  index: MeshIndex,
  workload: Workload,
  targetPort: number,
  { serverSpeaks, protocol }: ServerSide,
): ServerAccepts {
  const plane = dataPlane(index, workload);
  const inbound = inboundIntercepted(index, workload, targetPort);
  const policy = effectivePeerAuthentication(index, workload);
  const portMode = policy.port(targetPort);
  const declared = declaredPort(index, workload, targetPort);

  const bare: PossibleSide = { accepts: direct(serverSpeaks), codes: null };
  const sidecar = (): readonly PossibleSide[] =>
    portMode.possible.flatMap((mode) =>
      declared.possible.map((port) => {
        const codes = sidecarCodes(mode, port, protocol);
        return { accepts: understood(codes, serverSpeaks, port), codes };
      }),
    );
  const ambient = (): readonly PossibleSide[] =>
    ambientCodes(index, policy, targetPort).map((codes) => ({
      accepts: understood(codes, serverSpeaks, "UNDECLARED"),
      codes,
    }));
  const sides = distinctSides(
    plane.possible.flatMap((mode) => {
      if (mode === "ambient") return ambient();
      if (mode === "none" || inbound.intercepted === false) return [bare];
      return inbound.intercepted === true ? sidecar() : [bare, ...sidecar()];
    }),
  );

  const isAmbient = plane.mode === "ambient";
  const intercepted = isAmbient ? true : plane.possible.includes("ambient") ? UNKNOWN : inbound.intercepted;
  const [only] = sides;
  const isSettled = only !== undefined && sides.length === 1;
  const policies = intercepted === false ? [] : [policyReason(portMode, targetPort)];
  const ports = intercepted === false || isAmbient ? [] : [portReason(declared, targetPort)];
  return {
    accepts: isSettled ? only.accepts : null,
    codes: isSettled ? only.codes : null,
    intercepted,
    mode: intercepted === false ? undefined : portMode.mode,
    declared: intercepted === false || isAmbient ? undefined : declared.protocol,
    possible: sides,
    because: [
      dataPlaneReason(index, workload),
      ...(plane.mode === "sidecar" ? [inbound.because] : []),
      ...policies,
      ...ports,
    ],
    undecided: isSettled ? [] : distinctFields([...inbound.undecided, ...portMode.undecided, ...declared.undecided]),
  };
}

const distinctFields = (fields: readonly Undecided[]): readonly Undecided[] => [
  ...new Map(fields.map((field) => [`${describeRef(field.object)}: ${field.path}`, field])).values(),
];

const answersOf = remembered((_index: MeshIndex, _workload: Workload) => new Map<string, ServerAccepts>());

/** What a port of a workload accepts, and what its proxy makes of everything else; worked out once. */
export function serverAccepts(
  index: MeshIndex,
  workload: Workload,
  targetPort: number,
  side: ServerSide,
): ServerAccepts {
  const answers = answersOf(index, workload);
  const key = `${targetPort} ${side.serverSpeaks} ${side.protocol}`;
  const answer = answers.get(key) ?? compose(index, workload, targetPort, side);
  answers.set(key, answer);
  return answer;
}
