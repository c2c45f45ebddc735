import type { Settle } from "../explore";
import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Workload } from "../mesh";
import { planeOf } from "../reception";
import { PROXY_CONTAINER } from "../server/injection";
import { outboundCaptured, type Dialled as Outbound } from "../server/interception";
import type { Address } from "./address";
import type { Context } from "./context";

/** How what an application sends leaves its pod: past every proxy, through its sidecar, or through ztunnel. */
export type Departure = "direct" | "captured" | "ambient";

/** Traffic of this user is the proxy's own, so nothing captures it (`ISTIO_OUTPUT` in tools/istio-iptables). */
const PROXY_USER = 1337;

/**
 * What a name outside, or one that leads to nobody, is taken to resolve to where ranges are captured or not: an address of no private range (RFC 5737 keeps this one
 * for examples).
 */
const SOMEWHERE = "203.0.113.1";

/** The address that the client's kernel sees; `undefined` when no object tells. */
const addressOf = (to: Address | undefined): string | undefined => {
  if (to?.kind === "cluster-ip") return to.service.object.clusterIps[0];
  return to?.kind === "pod" ? to.workload.podIps[0] : undefined;
};

/** The user of the process that sends. Only whether it is the proxy's matters, so other users are one. */
function userOf({ containers, ref, podPath }: Workload, settle: Settle): number | undefined {
  if (isUnknown(containers)) return undefined;
  const applications = containers.filter(({ name, init }) => name !== PROXY_CONTAINER && !init);
  if (!applications.some(({ runAsUser }) => runAsUser === PROXY_USER || isUnknown(runAsUser))) return undefined;
  const isEvery = applications.every(({ runAsUser }) => runAsUser === PROXY_USER);
  const user: Known<number> = isEvery ? PROXY_USER : UNKNOWN;
  return settle<number | undefined>(
    user,
    [undefined, PROXY_USER],
    ref,
    `${podPath}.containers.securityContext.runAsUser`,
  );
}

/** @param to where it is sent; `undefined` when the dialled name stands for no address */
export function departureOf({ index, client, settle }: Context, to: Address | undefined, port: number): Departure {
  const { workload, scope, ref } = client;
  if (workload === null || to?.kind === "loopback") return "direct";
  if (scope.isGateway) return "captured";
  const plane = planeOf(index, workload, settle);
  if (plane !== "sidecar") return plane === "ambient" ? "ambient" : "direct";
  const outbound: { -readonly [Key in keyof Outbound]: Outbound[Key] } = { port };
  const ip = addressOf(to);
  if (ip !== undefined) outbound.ip = ip;
  const uid = userOf(workload, settle);
  if (uid !== undefined) outbound.uid = uid;
  const known = outboundCaptured(index, workload, outbound);
  const isElsewhere = isUnknown(known.captured) && (to === undefined || (to.kind === "outside" && !to.inCluster));
  const { captured, undecided } = isElsewhere
    ? outboundCaptured(index, workload, { ...outbound, ip: SOMEWHERE })
    : known;
  const otherwise = { object: to?.kind === "cluster-ip" ? to.service.ref : ref, path: "spec.clusterIP" };
  const [blamed = otherwise, ...also] = undecided;
  return settle<boolean>(captured, [true, false], blamed.object, blamed.path, { also }) ? "captured" : "direct";
}
