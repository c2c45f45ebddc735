/** A kind of object that verdicts are made from, as the Kubernetes API serves it. */
export interface LiveKind {
  /** API group; `""` is the core group. */
  readonly group: string;
  readonly kind: string;
  /** Name of the resource in paths and roles: `destinationrules`. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** What nobody could tell without them. */
  readonly decides: string;
}

const core = (kind: string, resource: string, decides: string): LiveKind => ({
  group: "",
  kind,
  resource,
  namespaced: true,
  decides,
});

const of =
  (group: string) =>
  (kind: string, resource: string, decides: string): LiveKind => ({ group, kind, resource, namespaced: true, decides });

const apps = of("apps");
const batch = of("batch");
const networking = of("networking.istio.io");
const security = of("security.istio.io");
const otel = of("opentelemetry.io");
const prometheus = of("monitoring.coreos.com");

const TEMPLATES = "what runs, with which ports and variables";

/** ConfigMaps are listed by name and labels only; the content is read of those that something refers to (`config-maps.ts`). */
export const CONFIG_MAPS: LiveKind = core(
  "ConfigMap",
  "configmaps",
  "how mesh and collectors are configured, and what is excepted",
);

/**
 * Every kind that the engine reads, and no other: what is listed in a cluster, and what the role in docs/verify.md allows. Secrets are
 * not among them. Endpoints are left out: Kubernetes mirrors them into EndpointSlices.
 */
export const LIVE_KINDS: readonly LiveKind[] = [
  { ...core("Namespace", "namespaces", "whether proxies are injected"), namespaced: false },
  core("Pod", "pods", "what really runs, with or without a proxy"),
  core("Service", "services", "which port a name leads to"),
  CONFIG_MAPS,
  core("ReplicationController", "replicationcontrollers", TEMPLATES),
  apps("Deployment", "deployments", TEMPLATES),
  apps("StatefulSet", "statefulsets", TEMPLATES),
  apps("DaemonSet", "daemonsets", TEMPLATES),
  apps("ReplicaSet", "replicasets", TEMPLATES),
  batch("Job", "jobs", TEMPLATES),
  batch("CronJob", "cronjobs", TEMPLATES),
  of("argoproj.io")("Rollout", "rollouts", TEMPLATES),
  of("discovery.k8s.io")("EndpointSlice", "endpointslices", "which addresses are behind a Service"),
  of("networking.k8s.io")("NetworkPolicy", "networkpolicies", "whether an exception is fenced in"),
  {
    ...of("admissionregistration.k8s.io")(
      "MutatingWebhookConfiguration",
      "mutatingwebhookconfigurations",
      "which revisions of Istio inject proxies",
    ),
    namespaced: false,
  },
  networking("DestinationRule", "destinationrules", "what clients' proxies send"),
  networking("VirtualService", "virtualservices", "where a call is routed"),
  networking("ServiceEntry", "serviceentries", "which hosts the mesh knows besides Services"),
  networking("Sidecar", "sidecars", "which hosts a proxy knows"),
  networking("Gateway", "gateways", "what enters and leaves the mesh"),
  networking("WorkloadEntry", "workloadentries", "which servers stand outside the cluster"),
  security("PeerAuthentication", "peerauthentications", "what a port accepts"),
  security("AuthorizationPolicy", "authorizationpolicies", "who may call"),
  of("telemetry.istio.io")("Telemetry", "telemetries", "what the proxies themselves report, and where"),
  otel("OpenTelemetryCollector", "opentelemetrycollectors", "which collectors the operator makes"),
  otel("Instrumentation", "instrumentations", "which agents the operator injects"),
  prometheus("PodMonitor", "podmonitors", "which pods Prometheus scrapes"),
  prometheus("ServiceMonitor", "servicemonitors", "which Services Prometheus scrapes"),
];

/** `destinationrules.networking.istio.io`, as `kubectl get` takes it. */
export const resourceName = ({ group, resource }: LiveKind): string =>
  group === "" ? resource : `${resource}.${group}`;
