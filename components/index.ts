export { setClock, today } from "./clock";
export {
  ClusterAccess,
  type AccessEntry,
  type ClusterAccessArgs,
  type CreateClusterArgs,
  type ExistingClusterArgs,
  type RenderArgs,
} from "./cluster-access";
export { IngressGateway, type IngressGatewayArgs, type IngressRoute } from "./ingress-gateway";
export { IstioStrictDefaults, type IstioStrictDefaultsArgs, type MeshWideRule } from "./istio-strict-defaults";
export { JavaService, type JavaServiceArgs } from "./java-service";
export { MeshNamespace, type AllowedNamespace, type MeshNamespaceArgs } from "./mesh-namespace";
export { OtelCollector, type OtelCollectorArgs } from "./otel-collector";
export { OtelMtlsException, type OtelMtlsExceptionArgs, type OtlpClient } from "./otel-mtls-exception";
export { recordManifests, type Recording } from "./report/recorder";
export {
  reportTraffic,
  type Environment,
  type TrafficReport,
  type TrafficRow,
  type TrafficTable,
} from "./report/traffic";
