import { isUnknown, UNKNOWN, type Known } from "./known";
import type { Undecided } from "./flow";
import type { Container, Endpoints, Labels, Meta, Service, ServiceEntry, ServicePort, Workload } from "./mesh";
import type { MeshIndex } from "./mesh-index";
import { UNKNOWN_NAME } from "./readers/meta";
import { dataPlane, podMetadata } from "./server/injection";
import { entryTlsMode } from "./server/workload-entry";

/**
 * Who answers on a port of a Service or ServiceEntry, and what istiod tells clients about it.
 * Sources: `pilot/pkg/serviceregistry/kube/controller/endpointslice.go` (updateEndpointSlice, getPod), `controller.go`
 * (serviceInstanceFromWorkloadInstance), `pilot/pkg/serviceregistry/serviceentry/conversion.go`.
 */

export interface Endpoint {
  /** `null`: an address that no workload among the objects has. */
  readonly workload: Workload | null;
  /** `undefined` when no real pod is among the objects. */
  readonly ip: string | undefined;
  /** What subsets look at, where that is not the labels of the workload. */
  readonly labels?: Labels;
  /** Into which it is written, where its own labels count for PeerAuthentications. */
  readonly writtenIn?: Meta;
  /** Port of the workload; unknown when the Service or the container ports are. */
  readonly targetPort: Known<number>;
  readonly ready: boolean;
  /** The label `security.istio.io/tlsMode` as clients' proxies are told; absent means that they send plaintext. */
  readonly tlsModeLabel: Known<string | undefined>;
  /** istiod leaves it out: it names a pod that is not there. kube-proxy does not mind. */
  readonly isGone?: boolean;
  /** False when it is not known whether the workload is behind the Service. */
  readonly certain: boolean;
  /** Fields that would tell what is not known here. */
  readonly undecided: readonly Undecided[];
}

/** Containers whose ports are those of the pod: not the ones that end before it serves. */
const isServing = (container: Container): boolean => !container.init || container.restartPolicy === "Always";

/**
 * A named target port is the first container port of that name and protocol (`FindPort` of the Kubernetes endpoints controller).
 * `undefined`: the workload has no such port and so does not answer.
 */
export function containerPort(workload: Workload, name: string, protocol: string): Known<number> | undefined {
  if (isUnknown(workload.containers)) return UNKNOWN;
  for (const { ports } of workload.containers.filter(isServing)) {
    if (isUnknown(ports)) return UNKNOWN;
    const found = ports.find((port) => port.name === name && port.protocol === protocol);
    if (found !== undefined) return found.number;
  }
  return undefined;
}

type EntryPort = ServiceEntry["ports"][number];
type NamedPort = Pick<ServicePort, "name" | "targetPort" | "protocol">;

/** A WorkloadEntry maps names of Service ports to its own ports; else it listens where the Service says. */
const entryPort = (workload: Workload, port: NamedPort): Known<number> | undefined => {
  const ports = workload.entry?.ports ?? {};
  if (isUnknown(ports) || isUnknown(port.targetPort)) return UNKNOWN;
  const named = typeof port.targetPort === "string";
  const mapped = ports[named ? port.targetPort : (port.name ?? "")];
  return mapped ?? (typeof port.targetPort === "number" ? port.targetPort : undefined);
};

/** The port of the workload that a Service port leads to; `undefined` when the workload is no endpoint of it. */
export function targetPortOn(workload: Workload, port: NamedPort): Known<number> | undefined {
  if (workload.entry !== undefined) return entryPort(workload, port);
  if (isUnknown(port.targetPort)) return UNKNOWN;
  return typeof port.targetPort === "number"
    ? port.targetPort
    : containerPort(workload, port.targetPort, port.protocol);
}

/**
 * The port of a workload that a port of a ServiceEntry leads to: a port that the workload has under that name, else what the entry says
 * (`convertWorkloadInstanceToServiceInstance` in pilot/pkg/serviceregistry/serviceentry/conversion.go, `getPortMap` in
 * pilot/pkg/serviceregistry/kube/controller/controller.go).
 */
export function entryTargetOn(workload: Workload, { name, number, targetPort = number }: EntryPort): Known<number> {
  if (workload.entry !== undefined) return entryPort(workload, { name, targetPort, protocol: "TCP" }) ?? number;
  return containerPort(workload, name, "TCP") ?? targetPort;
}

/** Whether it has pods that answer: among the objects, or asked for. */
export const isRunning = (workload: Workload): boolean =>
  workload.pods.length > 0 ? workload.pods.some((pod) => pod.ready) : workload.replicas !== 0;

const addressOf = (workload: Workload): string | undefined =>
  workload.pods.find((pod) => pod.ready && pod.ips.length > 0)?.ips[0] ?? workload.podIps[0];

/** What would tell whether a Service selects the workload. */
const membership = (workload: Workload, { ref, selector }: Service): Undecided => {
  if (workload.ref.namespace === UNKNOWN_NAME) return { object: workload.ref, path: "metadata.namespace" };
  const isSelectorOpen = selector !== undefined && (isUnknown(selector) || Object.values(selector).some(isUnknown));
  return isSelectorOpen
    ? { object: ref, path: "spec.selector" }
    : { object: workload.ref, path: `${podMetadata(workload)}.labels` };
};

/** What would tell which port of the workload it is. */
const placeOfPort = (workload: Workload, port: ServicePort, { ref }: Service): Undecided =>
  isUnknown(port.targetPort)
    ? { object: ref, path: "spec.ports" }
    : { object: workload.ref, path: `${workload.podPath}.containers` };

/** A WorkloadEntry is no endpoint of a headless Service (`WorkloadInstanceHandler` in controller.go). */
const isLeftOut = ({ entry }: Workload, { headless }: Service): boolean => entry !== undefined && headless === true;

const selectedEndpoints = (index: MeshIndex, service: Service, port: ServicePort): readonly Endpoint[] =>
  index.workloadsSelected(service.ref.namespace, service.selector ?? {}).flatMap(({ workload, certain }) => {
    if (isLeftOut(workload, service)) return [];
    const targetPort = targetPortOn(workload, port);
    if (targetPort === undefined) return [];
    const { tlsModeLabel, undecided } = dataPlane(index, workload);
    return [
      {
        workload,
        ip: addressOf(workload),
        targetPort,
        ready: isRunning(workload),
        tlsModeLabel,
        certain,
        undecided: [
          ...(certain ? [] : [membership(workload, service)]),
          ...(isUnknown(targetPort) ? [placeOfPort(workload, port, service)] : []),
          ...(isUnknown(tlsModeLabel) ? undecided : []),
        ],
      },
    ];
  });

/**
 * Without a reference to its pod, an address is looked up among the pods of the Service's namespace. Whether istiod has seen that pod
 * before the slice is a race that it does not repair, so a label found that way is not known.
 */
const labelOfAddress = (index: MeshIndex, slice: Endpoints, ip: string): Known<string | undefined> => {
  const workload = index.workloadByIp(ip);
  if (workload === undefined || workload.entry !== undefined) return undefined;
  if (workload.ref.namespace !== slice.ref.namespace) return undefined;
  const { tlsModeLabel } = dataPlane(index, workload);
  return tlsModeLabel === undefined ? undefined : UNKNOWN;
};

const givenEndpoints = (index: MeshIndex, service: Service, port: ServicePort): readonly Endpoint[] => {
  const found = new Map<string, Endpoint>();
  for (const slice of index.slicesOf(service)) {
    const targetPort = slice.ports.find(({ name }) => (name ?? "") === (port.name ?? ""))?.port;
    if (targetPort === undefined) continue;
    for (const { ip, targetPod, ready } of slice.addresses) {
      const { namespace } = slice.ref;
      const pod = targetPod === undefined ? undefined : index.workload({ kind: "Pod", namespace, name: targetPod });
      const isGone = targetPod !== undefined && pod === undefined;
      const unnamed = pod === undefined ? index.workloadByIp(ip) : undefined;
      // Without a reference istiod looks among the pods of the Service's namespace only.
      const isForeign = unnamed !== undefined && unnamed.ref.namespace !== namespace;
      const tlsModeLabel = pod === undefined ? labelOfAddress(index, slice, ip) : dataPlane(index, pod).tlsModeLabel;
      found.set(`${ip}:${targetPort}`, {
        workload: pod ?? unnamed ?? null,
        ip,
        ...(isForeign ? { labels: {} } : {}),
        targetPort,
        ready,
        ...(isGone ? { isGone } : {}),
        tlsModeLabel,
        certain: true,
        undecided: isUnknown(tlsModeLabel) ? [{ object: slice.ref, path: "endpoints.targetRef" }] : [],
      });
    }
  }
  return [...found.values()];
};

/** An unknown selector could select any workload of the namespace, so each is an uncertain endpoint. */
export function resolveEndpoints(index: MeshIndex, service: Service, port: ServicePort): readonly Endpoint[] {
  if (service.selector === undefined) return givenEndpoints(index, service, port);
  const endpoints = selectedEndpoints(index, service, port);
  return isUnknown(service.selector)
    ? endpoints.map((endpoint) => ({
        ...endpoint,
        certain: false,
        undecided: [{ object: service.ref, path: "spec.selector" }],
      }))
    : endpoints;
}

/** Where an endpoint that is written into a ServiceEntry takes what is sent to a port of the entry. */
export const inlineTarget = (
  { ports }: ServiceEntry["endpoints"][number],
  { name, number, targetPort }: EntryPort,
): number => ports[name] ?? targetPort ?? number;

const inlineEndpoints = (index: MeshIndex, entry: ServiceEntry, port: EntryPort): readonly Endpoint[] =>
  entry.endpoints.map((endpoint) => ({
    workload: index.workloadByIp(endpoint.address) ?? null,
    ip: endpoint.address,
    labels: endpoint.labels,
    writtenIn: entry,
    targetPort: inlineTarget(endpoint, port),
    ready: true,
    tlsModeLabel: entryTlsMode(endpoint.labels, endpoint.serviceAccount),
    certain: true,
    undecided: [],
  }));

export function resolveEntryEndpoints(index: MeshIndex, entry: ServiceEntry, port: EntryPort): readonly Endpoint[] {
  if (entry.workloadSelector === undefined) return inlineEndpoints(index, entry, port);
  return index.workloadsSelected(entry.ref.namespace, entry.workloadSelector).map(({ workload, certain }) => {
    const targetPort = entryTargetOn(workload, port);
    const { tlsModeLabel, undecided } = dataPlane(index, workload);
    return {
      workload,
      ip: addressOf(workload),
      targetPort,
      ready: isRunning(workload),
      tlsModeLabel,
      certain: certain && !isUnknown(entry.workloadSelector),
      undecided: [
        ...(certain ? [] : [{ object: entry.ref, path: "spec.workloadSelector" }]),
        ...(isUnknown(tlsModeLabel) ? undecided : []),
      ],
    };
  });
}
