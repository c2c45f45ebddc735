import type {
  AuthorizationPolicy,
  ConfigMap,
  DestinationRule,
  Endpoints,
  Gateway,
  Meta,
  Namespace,
  PeerAuthentication,
  Service,
  ServiceEntry,
  Sidecar,
  VirtualService,
  Workload,
} from "../mesh";
import { readAuthorizationPolicy } from "./authorization-policy";
import { readCollector } from "./collector";
import { readConfigMap } from "./config-map";
import { readDestinationRule } from "./destination-rule";
import { readEndpoints, readEndpointSlice } from "./endpoints";
import type { Field } from "./fields";
import { readGateway } from "./gateway";
import { readPeerAuthentication } from "./peer-authentication";
import { readPod, readWorkload } from "./pod";
import { readService } from "./service";
import { readServiceEntry } from "./service-entry";
import { readSidecar } from "./sidecar";
import { readVirtualService } from "./virtual-service";
import { readWorkloadEntry } from "./workload-entry";

/** The lists of the mesh, while objects are added to them. */
export interface Lists {
  readonly namespaces: Namespace[];
  readonly workloads: Workload[];
  readonly services: Service[];
  readonly endpoints: Endpoints[];
  readonly peerAuthentications: PeerAuthentication[];
  readonly destinationRules: DestinationRule[];
  readonly serviceEntries: ServiceEntry[];
  readonly sidecars: Sidecar[];
  readonly virtualServices: VirtualService[];
  readonly gateways: Gateway[];
  readonly authorizationPolicies: AuthorizationPolicy[];
  readonly configMaps: ConfigMap[];
  /** What a controller will make of given objects; where the made objects are themselves given, those count. */
  readonly derived: { readonly workloads: Workload[]; readonly services: Service[] };
}

export const emptyLists = (): Lists => ({
  namespaces: [],
  workloads: [],
  services: [],
  endpoints: [],
  peerAuthentications: [],
  destinationRules: [],
  serviceEntries: [],
  sidecars: [],
  virtualServices: [],
  gateways: [],
  authorizationPolicies: [],
  configMaps: [],
  derived: { workloads: [], services: [] },
});

/** Adds what one object says to the lists. */
type Reader = (lists: Lists, root: Field, meta: Meta) => void;

const workload: Reader = ({ workloads }, root, meta) => workloads.push(readWorkload(root, meta));

/** By API group and kind, for every version of the group. Anything else is kept as it came. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["/Namespace", ({ namespaces }, _root, meta) => namespaces.push(meta)],
  ["/Pod", ({ workloads }, root, meta) => workloads.push(readPod(root, meta))],
  ["/ReplicationController", workload],
  ["apps/Deployment", workload],
  ["apps/StatefulSet", workload],
  ["apps/DaemonSet", workload],
  ["apps/ReplicaSet", workload],
  ["extensions/Deployment", workload],
  ["extensions/DaemonSet", workload],
  ["extensions/ReplicaSet", workload],
  ["batch/Job", workload],
  ["batch/CronJob", workload],
  ["argoproj.io/Rollout", workload],
  ["opentelemetry.io/OpenTelemetryCollector", ({ derived }, root, meta) => readCollector(derived, root, meta)],
  ["networking.istio.io/WorkloadEntry", ({ workloads }, root, meta) => workloads.push(readWorkloadEntry(root, meta))],
  ["/Service", ({ services }, root, meta) => services.push(readService(root, meta))],
  ["/Endpoints", ({ endpoints }, root, meta) => endpoints.push(...readEndpoints(root, meta))],
  ["discovery.k8s.io/EndpointSlice", ({ endpoints }, root, meta) => endpoints.push(readEndpointSlice(root, meta))],
  ["/ConfigMap", ({ configMaps }, root, meta) => configMaps.push(readConfigMap(root, meta))],
  [
    "security.istio.io/PeerAuthentication",
    ({ peerAuthentications }, root, meta) => peerAuthentications.push(readPeerAuthentication(root, meta)),
  ],
  [
    "security.istio.io/AuthorizationPolicy",
    ({ authorizationPolicies }, root, meta) => authorizationPolicies.push(readAuthorizationPolicy(root, meta)),
  ],
  [
    "networking.istio.io/DestinationRule",
    ({ destinationRules }, root, meta) => destinationRules.push(readDestinationRule(root, meta)),
  ],
  [
    "networking.istio.io/ServiceEntry",
    ({ serviceEntries }, root, meta) => serviceEntries.push(readServiceEntry(root, meta)),
  ],
  ["networking.istio.io/Sidecar", ({ sidecars }, root, meta) => sidecars.push(readSidecar(root, meta))],
  [
    "networking.istio.io/VirtualService",
    ({ virtualServices }, root, meta) => virtualServices.push(readVirtualService(root, meta)),
  ],
  ["networking.istio.io/Gateway", ({ gateways }, root, meta) => gateways.push(readGateway(root, meta))],
]);

/** @param groupKind for example `apps/Deployment`; the core group is `""`: `/Pod` */
export const readerOf = (groupKind: string): Reader | undefined => READERS.get(groupKind);

/** Kinds that rules and discovery read as they came. */
const READ_AS_THEY_CAME: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "monitoring.coreos.com/PodMonitor",
  "monitoring.coreos.com/ServiceMonitor",
  "networking.k8s.io/NetworkPolicy",
  "opentelemetry.io/Instrumentation",
  "telemetry.istio.io/Telemetry",
]);

/** Whether anything is ever decided by objects of this kind. */
export const isRead = (groupKind: string): boolean => READERS.has(groupKind) || READ_AS_THEY_CAME.has(groupKind);
