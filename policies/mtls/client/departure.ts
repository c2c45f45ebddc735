import { isLoopback } from "../cidr";
import type { Settle } from "../explore";
import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { planeOf } from "../reception";
import { dataPlane, PROXY_CONTAINER } from "../server/injection";
import { outboundCaptured, type Dialled as Outbound } from "../server/interception";
import { capturesAll, redirectionOf } from "../server/redirection";
import { ipOf, type Address } from "./address";
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
const addressOf = (to: Address | undefined): string | undefined => (to === undefined ? undefined : ipOf(to));

/** A loopback address; no proxy captures what is sent there. */
export function staysInPod(to: Address | undefined): boolean {
  const ip = addressOf(to);
  return ip !== undefined && isLoopback(ip);
}

/** Containers of the application; `undefined` where none of them may run as the proxy's user. */
function possibleProxyUsers({ containers }: Workload): readonly Container[] | undefined {
  if (isUnknown(containers)) return undefined;
  const applications = containers.filter(({ name, init }) => name !== PROXY_CONTAINER && !init);
  const isPossible = applications.some(({ runAsUser }) => runAsUser === PROXY_USER || isUnknown(runAsUser));
  return isPossible ? applications : undefined;
}

/** The user of the process that sends. Only whether it is the proxy's matters, so other users are one. */
function userOf(workload: Workload, settle: Settle): number | undefined {
  const applications = possibleProxyUsers(workload);
  if (applications === undefined) return undefined;
  const isEvery = applications.every(({ runAsUser }) => runAsUser === PROXY_USER);
  const user: Known<number> = isEvery ? PROXY_USER : UNKNOWN;
  const path = `${workload.podPath}.containers.securityContext.runAsUser`;
  return settle<number | undefined>(user, [undefined, PROXY_USER], workload.ref, path);
}

/** Whether all that a workload sends over the network goes through its sidecar: what most pods do. */
export const sendsAllThroughSidecar = (index: MeshIndex, workload: Workload): boolean =>
  dataPlane(index, workload).mode === "sidecar" &&
  possibleProxyUsers(workload) === undefined &&
  capturesAll(redirectionOf(index, workload));

/** @param to where it is sent; `undefined` when the dialled name stands for no address */
export function departureOf({ index, client, settle }: Context, to: Address | undefined, port: number): Departure {
  const { workload, scope, ref } = client;
  if (workload === null || to?.kind === "loopback") return "direct";
  if (scope.isGateway) return "captured";
  if (client.sendsAllThroughSidecar && !staysInPod(to)) return "captured";
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
