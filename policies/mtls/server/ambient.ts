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

/** The winning policy's mode of each level; `undefined` without one. */
export interface AmbientModes {
  readonly mesh: Mode | undefined;
  readonly namespace: Mode | undefined;
  readonly workload: Mode | undefined;
  /** `portLevelMtls` of the workload's policy. */
  readonly ports: ReadonlyMap<number, Mode>;
}

const isLenient = (mode: Mode): boolean => mode === "PERMISSIVE" || mode === "DISABLE";

/** Whether ztunnel refuses a connection without an identity on the port. */
export function deniesPlaintext({ mesh, namespace, workload, ports }: AmbientModes, port: number): boolean {
  const inherits = namespace === undefined || namespace === "UNSET";
  const isParentStrict = inherits ? mesh === "STRICT" : namespace === "STRICT";
  const modes = [...ports.values()];
  const entry = ports.get(port) ?? "UNSET";
  if (workload === undefined) return isParentStrict;
  if (workload === "STRICT") return !isLenient(entry);
  // A STRICT mesh swallows a STRICT port, although the workload itself is not strict (`&&` binds closer than `||`).
  if (workload !== "UNSET") return entry === "STRICT" && !(inherits && mesh === "STRICT");
  if (!isParentStrict) return entry === "STRICT";
  if (!modes.includes("PERMISSIVE")) return true;
  // The static strict policy gives way to the converted one, which comes out empty when the namespace's policy sets no mode.
  return namespace !== "UNSET" && !isLenient(entry);
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
  for (const { mode: mesh } of possibleLevels(levels.mesh, index.mesh.facts.meshMode))
    for (const { mode: namespace } of possibleLevels(levels.namespace, undefined))
      for (const { mode: workload, ports } of possibleLevels(levels.workload, undefined))
        if (ports === undefined) answers.add(DENIED).add(OPEN);
        else answers.add(deniesPlaintext({ mesh, namespace, workload, ports }, port) ? DENIED : OPEN);
  return [...answers];
}
