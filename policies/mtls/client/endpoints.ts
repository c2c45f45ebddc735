import type { Settle } from "../explore";
import { isUnknown, UNKNOWN } from "../known";
import type { Workload } from "../mesh";
import type { Endpoint } from "../mesh-index";
import { describeRef, type ObjectRef } from "../objects";
import { planeOf } from "../reception";
import { dataPlane } from "../server/injection";
import type { Context } from "./context";
import type { EndpointsBy } from "./entry-endpoints";
import type { RegisteredPort } from "./service-ports";
import { settleOpen, type Place } from "./selected";

/** The endpoints of a service's port as a client's proxy gets them, with what is unknown about them going both ways. */

/** Whether a workload belongs to a Service, when its labels or the Service's selector do not say. */
export const isMember = (service: ObjectRef, workload: Workload, blamed: Place, settle: Settle): boolean =>
  settle<boolean>(UNKNOWN, [true, false], blamed.ref, blamed.path, {
    key: `${describeRef(workload.ref)} in ${describeRef(service)}`,
  });

const isPlain = ({ ready, certain, isGone }: Endpoint): boolean => ready && certain && isGone !== true;

type Resolving = Pick<Context, "index" | "settle">;

/** Those that are ready, as istiod tells proxies. */
export const endpointsOf = (context: Resolving, port: RegisteredPort): readonly Endpoint[] =>
  membersOf(context, port, "name", ({ ready, isGone }) => ready && isGone !== true);

/** Those that are ready, as kube-proxy has them. */
export const listedOf = (context: Resolving, port: RegisteredPort): readonly Endpoint[] =>
  membersOf(context, port, "network", ({ ready }) => ready);

/** Those that are there, ready or not: what istiod decides for a Service as a whole it decides by all of them. */
export const instancesOf = (context: Resolving, port: RegisteredPort): readonly Endpoint[] =>
  membersOf(
    context,
    port,
    "number",
    ({ ready, workload, isGone }) => isGone !== true && (ready || workload === null || workload.pods.length > 0),
  );

function membersOf(
  { index, settle }: Resolving,
  port: RegisteredPort,
  by: EndpointsBy,
  counts: (endpoint: Endpoint) => boolean,
): readonly Endpoint[] {
  for (const slice of port.slices(index)) settleOpen(slice, settle);
  const endpoints = port.endpoints(index, by);
  if (endpoints.every(isPlain)) return endpoints;
  return endpoints.filter((endpoint) => {
    const { certain, undecided, workload } = endpoint;
    const [blamed] = undecided;
    if (!counts(endpoint)) return false;
    if (certain || workload === null || blamed === undefined) return true;
    return isMember(port.owner, workload, { ref: blamed.object, path: blamed.path }, settle);
  });
}

/**
 * The endpoint's `security.istio.io/tlsMode`; `disabled` when it has none, which is not the same as an empty one. Where it is not
 * known because the data plane is not, the two go together.
 */
export function tlsModeOf({ index, settle }: Pick<Context, "index" | "settle">, endpoint: Endpoint): string {
  const { workload, ip, tlsModeLabel, undecided } = endpoint;
  if (!isUnknown(tlsModeLabel)) return tlsModeLabel ?? "disabled";
  if (workload !== null && isUnknown(dataPlane(index, workload).mode))
    return planeOf(index, workload, settle) === "sidecar" ? "istio" : "disabled";
  const owner = workload?.ref ?? { kind: "Host", namespace: "", name: ip ?? "" };
  const [{ object, path } = { object: owner, path: "metadata.labels" }, ...also] = undecided;
  return settle<string>(tlsModeLabel, ["istio", "disabled"], object, path, {
    also,
    key: `tlsMode of ${describeRef(owner)}`,
  });
}
