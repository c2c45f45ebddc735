import { isLoopback } from "../cidr";
import type { Undecided } from "../flow";
import { isUnknown, type Known } from "../known";
import type { Container, Mesh, Service, Workload } from "../mesh";
import { isRunning } from "../endpoints";
import type { Endpoint } from "../mesh-index";
import type { ObjectRef } from "../objects";
import { isMember, listedOf } from "./endpoints";
import type { Context } from "./context";
import type { Dialled } from "./dialled";
import { isIpAddress } from "./hosts";
import { isPassthrough, registered, type KubernetesService } from "./registry";
import { forwardedPortOf } from "./service-ports";
import { podLabelsPlace } from "./selected";

/**
 * Where bytes go on the network once no client's proxy decides: kube-proxy for cluster IPs and node ports, host ports, and pod
 * addresses as they are (Kubernetes, Virtual IPs and Service Proxies).
 */
export type Address =
  | { readonly kind: "cluster-ip"; readonly service: KubernetesService; readonly port: number }
  /**
   * `byService`: a Service led here; else the client chose the address, and so the port, itself. `node`: the address of the node that
   * was dialled, whose port leads to the pod.
   */
  | {
      readonly kind: "pod";
      readonly workload: Workload;
      readonly port: number;
      readonly byService: boolean;
      readonly node?: string;
    }
  /** The client itself, by an address that never leaves its pod. */
  | { readonly kind: "loopback"; readonly workload: Workload; readonly port: number }
  | {
      readonly kind: "outside";
      readonly host: string;
      readonly port: number;
      readonly inCluster: boolean;
      /** The name stands for no address at all. */
      readonly isNowhere?: boolean;
    };

/** Who gets the bytes. */
export interface Reached {
  /** `null`: nothing among the objects. */
  readonly workload: Workload | null;
  /** How the server is called. */
  readonly ref: ObjectRef;
  readonly port: Known<number>;
  /** A Service or ServiceEntry led here. */
  readonly byService: boolean;
  /** Fields that would tell the port where it is not known. */
  readonly undecided: readonly Undecided[];
}

const NOTHING_OPEN: readonly Undecided[] = [];

/** Ports of nodes that lead to pods or Services, by `address:port` and by port. */
export interface NodePorts {
  readonly hostPorts: ReadonlyMap<string, { readonly workload: Workload; readonly port: number }>;
  readonly nodePorts: ReadonlyMap<number, { readonly service: Service; readonly port: number }>;
  readonly nodes: ReadonlySet<string>;
}

const containersOf = ({ containers }: Workload): readonly Container[] => (isUnknown(containers) ? [] : containers);

/** Built once per mesh; time linear in pods and ports. */
export function indexNodePorts(mesh: Mesh): NodePorts {
  const hostPorts = new Map<string, { workload: Workload; port: number }>();
  const nodePorts = new Map<number, { service: Service; port: number }>();
  const nodes = new Set<string>();
  for (const workload of mesh.workloads)
    for (const ip of workload.pods.flatMap(({ hostIps }) => hostIps)) {
      nodes.add(ip);
      for (const { ports } of containersOf(workload))
        for (const { hostPort, number } of isUnknown(ports) ? [] : ports)
          if (hostPort !== undefined && !isUnknown(hostPort) && !isUnknown(number))
            hostPorts.set(`${ip}:${hostPort}`, { workload, port: number });
    }
  for (const service of mesh.services)
    for (const { nodePort, port } of isUnknown(service.ports) ? [] : service.ports)
      if (nodePort !== undefined && !isUnknown(nodePort) && !isUnknown(port))
        nodePorts.set(nodePort, { service, port });
  return { hostPorts, nodePorts, nodes };
}

/** One that may be an endpoint's: a pod's, or one that no object has. */
export type EndpointAddress = Address & { readonly kind: "pod" | "outside" };

/** The address on the wire; `undefined` where no object tells. */
export const ipOf = (to: Address): string | undefined => {
  if (to.kind === "outside") return isIpAddress(to.host) ? to.host : undefined;
  if (to.kind === "cluster-ip") return to.service.object.clusterIps[0];
  return (to.kind === "pod" ? to.node : undefined) ?? to.workload.podIps[0];
};

/** Kinds of servers that are not among the objects: a Service that ought to be, and hosts of the world outside. */
export const MISSING_SERVICE = "Service";
export const OUTSIDE_HOST = "Host";

/** An address of the world outside, or of a Service that is not among the objects. */
export const outside = (host: string, port: number, inCluster = false): Address & { readonly kind: "outside" } => ({
  kind: "outside",
  host,
  port,
  inCluster,
});

/** Where a name leads for which DNS lists no address. */
export const nowhere = (host: string, port: number): Address => ({ ...outside(host, port), isNowhere: true });

/** What listens at an IP address. */
function atAddress({ index, indexes, client }: Context, ip: string, port: number): Address {
  if (client.workload !== null && isLoopback(ip)) return { kind: "loopback", workload: client.workload, port };
  const workload = index.workloadByIp(ip);
  if (workload !== undefined && workload.hostNetwork === false)
    return { kind: "pod", workload, port, byService: false };
  const { hostPorts, nodePorts, nodes } = indexes.nodePorts;
  const hostPort = hostPorts.get(`${ip}:${port}`);
  if (hostPort !== undefined)
    return {
      kind: "pod",
      ...hostPort,
      byService: false,
      ...(hostPort.workload.podIps.includes(ip) ? {} : { node: ip }),
    };
  const nodePort = nodes.has(ip) ? nodePorts.get(port) : undefined;
  const entry = nodePort === undefined ? undefined : registered(indexes.registry, nodePort.service);
  if (nodePort !== undefined && entry !== undefined) return { kind: "cluster-ip", service: entry, port: nodePort.port };
  return workload === undefined ? outside(ip, port) : { kind: "pod", workload, port, byService: false };
}

/** kube-proxy and cluster DNS know pods and written endpoints; of WorkloadEntries istiod tells the proxies only. */
const isKubernetes = (workload: Workload | null): boolean => workload?.entry === undefined;

/** The pods that cluster DNS lists for a headless Service, whether or not they have the port. */
function headlessPods(context: Context, { object, ref }: KubernetesService): readonly Workload[] {
  const { index, settle } = context;
  const selected = index.workloadsSelected(ref.namespace, object.selector ?? {});
  const blamed = (workload: Workload) =>
    isUnknown(object.selector) ? { ref, path: "spec.selector" } : podLabelsPlace(workload);
  return selected
    .filter(({ workload, certain }) => certain || isMember(ref, workload, blamed(workload), settle))
    .map(({ workload }) => workload)
    .filter((workload) => isKubernetes(workload) && isRunning(workload));
}

/** The addresses that cluster DNS lists for a headless Service without a selector: as they are written. */
function writtenAddresses({ index }: Context, { object }: KubernetesService, port: number): readonly Address[] {
  const ready = index.slicesOf(object).flatMap(({ addresses }) => addresses.filter((address) => address.ready));
  return [...new Set(ready.map(({ ip }) => ip))].map((ip) => {
    const workload = index.workloadByIp(ip);
    return workload === undefined ? outside(ip, port) : { kind: "pod", workload, port, byService: true };
  });
}

/** One pod at most: what it calls under its own address is itself. */
const isSinglePod = ({ ref, replicas }: Workload): boolean => ref.kind === "Pod" || replicas === 1;

/** A pod reaches its own address over the loopback device, which no proxy captures. */
export const isSelf = ({ client }: Context, to: Address): boolean =>
  to.kind === "pod" && to.node === undefined && client.workload === to.workload && isSinglePod(to.workload);

/** A headless name that also lists the caller is about the others. */
function others(context: Context, all: readonly Address[]): readonly Address[] {
  const left = all.filter((to) => !isSelf(context, to));
  return left.length > 0 ? left : all;
}

/** The addresses that a dialled host stands for; empty when cluster DNS lists none. */
export function addressesOf(context: Context, dialled: Dialled, port: number): readonly Address[] {
  if (dialled.kind === "elsewhere") return [outside(dialled.host, port, dialled.inCluster)];
  if (dialled.kind === "address") return [atAddress(context, dialled.address, port)];
  if (dialled.kind === "pods") return [{ kind: "pod", workload: dialled.workload, port, byService: false }];
  if (dialled.kind === "entry") {
    const [first] = dialled.service.object.addresses;
    // Of a range, which address DNS gives is not known; any of them is as good.
    const address = first?.split("/")[0];
    return [address === undefined ? outside(dialled.host, port) : atAddress(context, address, port)];
  }
  const { service, pod } = dialled;
  if (!isPassthrough(service, context.settle)) return [{ kind: "cluster-ip", service, port }];
  if (service.object.selector === undefined) return others(context, writtenAddresses(context, service, port));
  const pods = headlessPods(context, service).filter(({ ref }) => pod === undefined || isPodOf(ref.name, pod));
  return others(
    context,
    pods.map((workload) => ({ kind: "pod", workload, port, byService: true })),
  );
}

/** `db-0` is a pod of the StatefulSet `db`. */
const isPodOf = (workload: string, pod: string): boolean => pod === workload || pod.replace(/-\d+$/, "") === workload;

/** Who gets what is sent to an address and no proxy intervenes; empty when nobody does. */
export function reached(context: Context, to: Address): readonly Reached[] {
  if (to.kind === "pod") {
    const { workload, port, byService } = to;
    return [{ workload, ref: workload.ref, port, byService, undecided: NOTHING_OPEN }];
  }
  if (to.kind === "loopback") {
    const { workload, port } = to;
    return [{ workload, ref: workload.ref, port, byService: false, undecided: NOTHING_OPEN }];
  }
  if (to.kind === "outside") {
    const ref = { kind: to.inCluster ? MISSING_SERVICE : OUTSIDE_HOST, namespace: "", name: to.host };
    const undecided = to.inCluster ? [{ object: ref, path: "" }] : NOTHING_OPEN;
    return [{ workload: null, ref, port: to.port, byService: false, undecided }];
  }
  const port = forwardedPortOf(context.indexes.registry, to.service, to.port, context.settle);
  const endpoints = port === undefined ? [] : listedOf(context, port);
  const isWritten = to.service.object.selector === undefined;
  return endpoints.filter(({ workload }) => isWritten || isKubernetes(workload)).map(reachedEndpoint);
}

/** An endpoint as a server. */
export const reachedEndpoint = ({ workload, ip, targetPort, undecided }: Endpoint): Reached => ({
  workload,
  ref: workload?.ref ?? { kind: OUTSIDE_HOST, namespace: "", name: ip ?? "" },
  port: targetPort,
  byService: true,
  undecided,
});
