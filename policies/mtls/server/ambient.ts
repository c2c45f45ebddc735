import { isUnknown } from "../known";
import type { MtlsMode } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import type { Codes } from "./codes";
import { NONE, type Contest } from "./contest";
import type { EffectivePeerAuthentication } from "./peer-authentication";

/**
 * What ztunnel lets through to a pod. The control plane turns PeerAuthentications into policies of ztunnel, and not quite into what they
 * say. Sources: `convertedSelectorPeerAuthentications` and `convertPeerAuthentication` in
 * pilot/pkg/serviceregistry/ambient/authorization.go; `src/proxy/inbound_passthrough.rs` of ztunnel.
 */

const DENIED: Codes = { plaintext: "denied", tls: "denied", mtls: "ok" };
const OPEN: Codes = { plaintext: "ok", tls: "raw", mtls: "ok" };

type Mode = MtlsMode | "UNSET";

/** The winning policy's mode of each level above the workload; `undefined` without one. */
interface Parents {
  readonly mesh: Mode | undefined;
  readonly namespace: Mode | undefined;
}

export interface AmbientModes extends Parents {
  readonly workload: Mode | undefined;
  /** `portLevelMtls` of the workload's policy. */
  readonly ports: ReadonlyMap<number, Mode>;
  /** As the conversion of the workload's policy sees them: a policy with an empty selector is none there. */
  readonly converting: Parents;
}

const isLenient = (mode: Mode): boolean => mode === "PERMISSIVE" || mode === "DISABLE";

const inherits = ({ namespace }: Parents): boolean => namespace === undefined || namespace === "UNSET";

/** Whether the policy that the workload's is converted to refuses a connection without an identity. */
function deniesConverted({ workload, ports, converting }: AmbientModes, port: number): boolean {
  const entry = ports.get(port) ?? "UNSET";
  // A STRICT mesh swallows a STRICT port, although the workload itself is not strict (`&&` binds closer than `||`).
  const isSwallowed =
    workload === "STRICT" ||
    (workload === "UNSET" && converting.namespace === "STRICT") ||
    (inherits(converting) && converting.mesh === "STRICT");
  if (entry === "STRICT" && !isSwallowed) return true;
  // A namespace's policy without a mode is taken for one that is not STRICT, and no port is an exception then.
  const isStrict = workload === "STRICT" || (workload === "UNSET" && parentOf(converting) === "STRICT");
  return isStrict && [...ports.values()].some(isLenient) && !isLenient(entry);
}

const parentOf = ({ mesh, namespace }: Parents): Mode | undefined => namespace ?? mesh;

/** Whether ztunnel refuses a connection without an identity on the port: by the static strict policy, or the converted one. */
export function deniesPlaintext(modes: AmbientModes, port: number): boolean {
  const { mesh, namespace, workload, ports } = modes;
  const isParentStrict = (inherits(modes) ? mesh : namespace) === "STRICT";
  const written = [...ports.values()];
  if (workload === undefined) return isParentStrict;
  if (workload === "STRICT") return !written.some(isLenient) || deniesConverted(modes, port);
  const isStatic = workload === "UNSET" && isParentStrict;
  // The static strict policy gives way to the converted one, even where that comes out empty.
  if (isStatic) return !written.includes("PERMISSIVE") || deniesConverted(modes, port);
  return written.includes("STRICT") && deniesConverted(modes, port);
}

const ANY: readonly Mode[] = ["STRICT", "PERMISSIVE", "DISABLE", "UNSET"];

interface Level {
  readonly mode: Mode | undefined;
  /** `undefined` when the ports are not known. */
  readonly ports: ReadonlyMap<number, Mode> | undefined;
}

/** What a level may come to, one entry for each winner and mode that is possible. */
const possibleLevels = ({ winners }: Contest, without: Mode | undefined): readonly Level[] =>
  winners.flatMap((winner): readonly Level[] => {
    if (winner === NONE) return [{ mode: without, ports: new Map() }];
    const modes = winner.mode === undefined ? (["UNSET"] as const) : isUnknown(winner.mode) ? ANY : [winner.mode];
    const { portLevel } = winner;
    const entries = isUnknown(portLevel) ? [] : [...portLevel];
    const isClear = !isUnknown(portLevel) && !entries.some(([, mode]) => mode !== undefined && isUnknown(mode));
    const ports = new Map(
      entries.map(([port, mode]): [number, Mode] => [port, mode === undefined || isUnknown(mode) ? "UNSET" : mode]),
    );
    return modes.map((mode) => ({ mode, ports: isClear ? ports : undefined }));
  });

/** Every answer that the policies allow; one when all that decides is known. */
export function ambientCodes(
  index: MeshIndex,
  { levels }: EffectivePeerAuthentication,
  port: number,
): readonly Codes[] {
  const answers = new Set<Codes>();
  for (const parents of possibleParents(index, levels))
    for (const converting of possibleParents(index, levels.converting))
      for (const { mode: workload, ports } of possibleLevels(levels.workload, undefined))
        if (ports === undefined) answers.add(DENIED).add(OPEN);
        else answers.add(deniesPlaintext({ ...parents, workload, ports, converting }, port) ? DENIED : OPEN);
  return [...answers];
}

const possibleParents = (
  { mesh: { facts } }: MeshIndex,
  levels: { readonly mesh: Contest; readonly namespace: Contest },
): readonly Parents[] =>
  possibleLevels(levels.mesh, facts.meshMode).flatMap(({ mode: mesh }) =>
    possibleLevels(levels.namespace, undefined).map(({ mode: namespace }) => ({ mesh, namespace })),
  );
