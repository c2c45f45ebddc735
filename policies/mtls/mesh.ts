import type {
  AuthorizationPolicy,
  DestinationRule,
  Gateway,
  PeerAuthentication,
  ServiceEntry,
  Sidecar,
  VirtualService,
} from "./istio-objects";
import type { Known } from "./known";
import type { ObjectRef, Source } from "./objects";

export * from "./istio-objects";

/** The model that readers build from manifests and that everything else reasons on. Plain data, frozen by convention. */

export type Labels = Readonly<Record<string, Known<string>>>;

/** What every object has. */
export interface Meta {
  readonly ref: ObjectRef;
  readonly labels: Known<Labels>;
  readonly annotations: Known<Labels>;
  /** `metadata.creationTimestamp`; absent in most files. Ties are broken by name and namespace. */
  readonly created: string | undefined;
  readonly source: Source | undefined;
  /** Paths of fields that are not known and have no place in the model; who decides by the object must not take it at its word. */
  readonly open?: readonly string[];
}

/** Something that could not be read as what it claims to be. The command exits 3 on `error`; a `note` is only listed. */
export interface Problem {
  readonly severity: "error" | "note";
  readonly object: string;
  /** For example `spec.portLevelMtls.70000`; `""` for the object as a whole. */
  readonly path: string;
  readonly message: string;
  readonly source: Source | undefined;
}

/** Facts of the mesh that objects do not carry, or that a caller states because a single stack does not contain them. */
export interface MeshFacts {
  /** @default "cluster.local" */
  readonly clusterDomain?: string;
  /** `MeshConfig.rootNamespace`. @default "istio-system" */
  readonly rootNamespace?: string;
  /** @default true */
  readonly enableAutoMtls?: boolean;
  /** Mode of the mesh when no mesh-wide PeerAuthentication is among the objects. @default none: PERMISSIVE, Istio's default */
  readonly meshMode?: MtlsMode;
  /** For example "1.31"; selects behaviour that differs between versions. @default the version the engine is proven against */
  readonly istioVersion?: string;
  /** istiod runs with `PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES`. @default false */
  readonly edsForHeadlessServices?: boolean;
  /** Images that are collectors though their names do not say so: `telemetry` is any registry's, `registry.example.com/a/telemetry` that one. */
  readonly collectorImages?: readonly string[];
  /** Kubernetes version, for native sidecars. @default "1.34" */
  readonly kubernetesVersion?: string;
}

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** MeshConfig after defaults, from the `istio` ConfigMap of the root namespace and the stated facts. */
export interface MeshConfig {
  readonly rootNamespace: string;
  readonly clusterDomain: string;
  readonly trustDomain: string;
  readonly enableAutoMtls: Known<boolean>;
  readonly outboundTrafficPolicy: Known<"ALLOW_ANY" | "REGISTRY_ONLY">;
  readonly defaultDestinationRuleExportTo: Known<readonly string[]>;
  readonly defaultServiceExportTo: Known<readonly string[]>;
  readonly defaultVirtualServiceExportTo: Known<readonly string[]>;
  readonly discoverySelectors: Known<readonly LabelSelector[]>;
  readonly enablePrometheusMerge: Known<boolean>;
  readonly holdApplicationUntilProxyStarts: Known<boolean>;
  readonly extensionProviders: readonly ExtensionProvider[];
  readonly source: Source | undefined;
  /** The ConfigMap it came from, when there was one. */
  readonly ref: ObjectRef | undefined;
}

/** How the sidecar injector is set up, after defaults, from its ConfigMap (`istio-sidecar-injector`) and MeshConfig. */
export interface InjectorConfig {
  /** `policy`: whether a namespace's label is enough. */
  readonly autoInject: Known<boolean>;
  /** `enableNamespacesByDefault` */
  readonly namespacesByDefault: Known<boolean>;
  /** Templates of pods that name none of their own (`inject.istio.io/templates`). */
  readonly defaultTemplates: Known<readonly string[]>;
  readonly neverInject: Known<readonly LabelSelector[]>;
  readonly alwaysInject: Known<readonly LabelSelector[]>;
  /** `global.proxy.*` and `defaultConfig.interceptionMode`: what pods without annotations of their own get. */
  readonly interception: {
    readonly mode: Known<string>;
    readonly includeInboundPorts: Known<string>;
    readonly excludeInboundPorts: Known<string>;
    readonly includeOutboundPorts: Known<string>;
    readonly excludeOutboundPorts: Known<string>;
    readonly includeIPRanges: Known<string>;
    readonly excludeIPRanges: Known<string>;
  };
  /** Revisions and tags that are known to exist; `undefined` when no webhook is among the objects. */
  readonly revisions: readonly string[] | undefined;
  /** The ConfigMap it came from, when there was one. */
  readonly ref: ObjectRef | undefined;
}

export interface ExtensionProvider {
  readonly name: string;
  /** For example `opentelemetry`, `envoyOtelAls`, `zipkin`, `prometheus`. */
  readonly type: string;
  readonly service: Known<string> | undefined;
  readonly port: Known<number> | undefined;
}

export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly { key: string; operator: string; values: readonly string[] }[];
}

export type Namespace = Meta;

export interface ContainerPort {
  readonly name: string | undefined;
  readonly number: Known<number>;
  /** @default TCP */
  readonly protocol: string;
  /** Port of the node that leads here, when one is asked for. */
  readonly hostPort: Known<number> | undefined;
}

export interface EnvVar {
  readonly name: string;
  /** `undefined` when the value comes from elsewhere (`from`). */
  readonly value: Known<string> | undefined;
  readonly from:
    | { readonly kind: "configMap" | "secret"; readonly name: string; readonly key: string; readonly optional: boolean }
    | { readonly kind: "field" | "resource"; readonly path: string }
    | undefined;
}

export interface Container {
  readonly name: string;
  readonly image: Known<string> | undefined;
  /** An init container (a native sidecar when `restartPolicy` is `Always`). */
  readonly init: boolean;
  readonly restartPolicy: string | undefined;
  readonly ports: Known<readonly ContainerPort[]>;
  readonly env: Known<readonly EnvVar[]>;
  /** ConfigMaps and Secrets whose keys become variables; explicit `env` wins. */
  readonly envFrom: readonly {
    readonly kind: "configMap" | "secret";
    readonly name: string;
    readonly prefix: string;
  }[];
  readonly command: Known<readonly string[]>;
  readonly args: Known<readonly string[]>;
  readonly runAsUser: Known<number> | undefined;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath: string | undefined;
  }[];
  /** Path of the container in its object, for findings: `spec.template.spec.containers[0]`. */
  readonly path: string;
  /** The container as it came, for the few rules that read rare fields (probes, lifecycle). */
  readonly raw: unknown;
}

/** One real pod, by what its status says. */
export interface LivePod {
  readonly name: string;
  readonly ips: readonly string[];
  readonly hostIps: readonly string[];
  readonly ready: boolean;
}

/** Where a WorkloadEntry is reached. */
export interface WorkloadEntryAddress {
  readonly address: Known<string>;
  /** Service port name to port number, where they differ from the Service's target port. */
  readonly ports: Known<Readonly<Record<string, Known<number>>>>;
}

/**
 * Whatever runs: a workload kind with a pod template, a bare Pod, an OpenTelemetryCollector, or a WorkloadEntry. A Pod whose owner is
 * among the objects is folded into it.
 */
export interface Workload extends Meta {
  /** Labels and annotations of the pods (of the template, not of the Deployment). */
  readonly podLabels: Known<Labels>;
  readonly podAnnotations: Known<Labels>;
  readonly serviceAccount: Known<string>;
  readonly hostNetwork: Known<boolean>;
  readonly containers: Known<readonly Container[]>;
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap: string | undefined;
    readonly secret: string | undefined;
  }[];
  /** Pod IPs, when real pods are among the objects (of a WorkloadEntry: its address). */
  readonly podIps: readonly string[];
  /** The real pods among the objects: the bare Pod itself, or those that were folded into this workload. */
  readonly pods: readonly LivePod[];
  /**
   * True when labels, annotations and containers are what runs: a Pod that has been admitted, or a workload whose pods are among the
   * objects. Injection has then happened, or will not. A Pod manifest that never met a cluster is a template like any other.
   */
  readonly live: boolean;
  /** Only of a WorkloadEntry. */
  readonly entry: WorkloadEntryAddress | undefined;
  /** Path of the pod spec in the object: `spec.template.spec`, `spec`, `spec.jobTemplate.spec.template.spec`. */
  readonly podPath: string;
  /** How many pods it asks for; `undefined` when not stated. */
  readonly replicas: Known<number> | undefined;
  readonly raw: unknown;
}

export interface ServicePort {
  readonly name: string | undefined;
  readonly port: Known<number>;
  /** Number or name of a container port; equals `port` when absent. */
  readonly targetPort: Known<number | string>;
  readonly nodePort: Known<number> | undefined;
  readonly appProtocol: Known<string> | undefined;
  /** @default TCP */
  readonly protocol: string;
}

export interface Service extends Meta {
  readonly type: Known<string>;
  /** `clusterIP: None`. */
  readonly headless: Known<boolean>;
  readonly clusterIps: readonly string[];
  readonly externalName: Known<string> | undefined;
  /** `undefined`: no selector, endpoints are given by EndpointSlices or Endpoints. */
  readonly selector: Known<Labels> | undefined;
  readonly ports: Known<readonly ServicePort[]>;
  /** `networking.istio.io/exportTo`. */
  readonly exportTo: Known<readonly string[]> | undefined;
}

/** From an EndpointSlice or Endpoints object. */
export interface Endpoints extends Meta {
  readonly service: string;
  readonly addresses: readonly {
    readonly ip: string;
    readonly targetPod: string | undefined;
    readonly ready: boolean;
  }[];
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
}

export interface ConfigMap extends Meta {
  readonly data: Known<Readonly<Record<string, Known<string>>>>;
}

/** Any other object that a rule or the discovery of flows may want: Telemetry, PodMonitor, NetworkPolicy, Helm Release… */
export interface OtherObject extends Meta {
  readonly apiVersion: string;
  readonly raw: unknown;
}

export interface Mesh {
  readonly config: MeshConfig;
  readonly injector: InjectorConfig;
  readonly facts: MeshFacts;
  readonly namespaces: ReadonlyMap<string, Namespace>;
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
  readonly others: readonly OtherObject[];
  /** How many objects were read, and how many documents were skipped for want of apiVersion and kind, or of a name. */
  readonly counts: { readonly objects: number; readonly skipped: number };
  readonly problems: readonly Problem[];
  readonly assumptions: readonly string[];
}
