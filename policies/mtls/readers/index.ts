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
import { readPod } from "./pod";
import { readService } from "./service";
import { readServiceEntry } from "./service-entry";
import { readSidecar } from "./sidecar";
import { readVirtualService } from "./virtual-service";
import { readWorkload } from "./workload";
import { readWorkloadEntry } from "./workload-entry";

/** Every list of the mesh that objects add to. */
export interface Lists {
  readonly namespaces: readonly Namespace[];
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly endpoints: readonly Endpoints[];
  readonly peerAuthentications: readonly PeerAuthentication[];
  readonly destinationRules: readonly DestinationRule[];
  readonly serviceEntries: readonly ServiceEntry[];
  readonly sidecars: readonly Sidecar[];
  readonly virtualServices: readonly VirtualService[];
  readonly gateways: readonly Gateway[];
  readonly authorizationPolicies: readonly AuthorizationPolicy[];
  readonly configMaps: readonly ConfigMap[];
}

/** What one object adds to the mesh. */
export type Contribution = Partial<Lists> & {
  /** What a controller will make of the object; where the made objects are themselves given, those count. */
  readonly derived?: Pick<Lists, "workloads" | "services">;
};

type Reader = (root: Field, meta: Meta) => Contribution;

const workload: Reader = (root, meta) => ({ workloads: [readWorkload(root, meta)] });

/** By API group and kind, for every version of the group. Anything else is kept as it came. */
const READERS: Readonly<Record<string, Reader>> = {
  "/Namespace": (_root, meta) => ({ namespaces: [meta] }),
  "/Pod": (root, meta) => ({ workloads: [readPod(root, meta)] }),
  "/ReplicationController": workload,
  "/Service": (root, meta) => ({ services: [readService(root, meta)] }),
  "/Endpoints": (root, meta) => ({ endpoints: readEndpoints(root, meta) }),
  "/ConfigMap": (root, meta) => ({ configMaps: [readConfigMap(root, meta)] }),
  "apps/Deployment": workload,
  "apps/StatefulSet": workload,
  "apps/DaemonSet": workload,
  "apps/ReplicaSet": workload,
  "extensions/Deployment": workload,
  "extensions/DaemonSet": workload,
  "extensions/ReplicaSet": workload,
  "batch/Job": workload,
  "batch/CronJob": workload,
  "argoproj.io/Rollout": workload,
  "opentelemetry.io/OpenTelemetryCollector": (root, meta) => ({ derived: readCollector(root, meta) }),
  "discovery.k8s.io/EndpointSlice": (root, meta) => ({ endpoints: [readEndpointSlice(root, meta)] }),
  "networking.istio.io/ServiceEntry": (root, meta) => ({ serviceEntries: [readServiceEntry(root, meta)] }),
  "networking.istio.io/WorkloadEntry": (root, meta) => ({ workloads: [readWorkloadEntry(root, meta)] }),
  "networking.istio.io/Sidecar": (root, meta) => ({ sidecars: [readSidecar(root, meta)] }),
  "networking.istio.io/VirtualService": (root, meta) => ({ virtualServices: [readVirtualService(root, meta)] }),
  "networking.istio.io/Gateway": (root, meta) => ({ gateways: [readGateway(root, meta)] }),
  "networking.istio.io/DestinationRule": (root, meta) => ({ destinationRules: [readDestinationRule(root, meta)] }),
  "security.istio.io/PeerAuthentication": (root, meta) => ({
    peerAuthentications: [readPeerAuthentication(root, meta)],
  }),
  "security.istio.io/AuthorizationPolicy": (root, meta) => ({
    authorizationPolicies: [readAuthorizationPolicy(root, meta)],
  }),
};

/** @param groupKind for example `apps/Deployment`; the core group is `""`: `/Pod` */
export const readerOf = (groupKind: string): Reader | undefined =>
  Object.hasOwn(READERS, groupKind) ? READERS[groupKind] : undefined;
