import { remember, type Settle } from "../explore";
import type { Labels, MtlsMode, TlsMode } from "../mesh";
import { describeRef, type ObjectRef } from "../objects";
import { namespaceMode, type NamespaceModeAnswer } from "../server/peer-authentication";
import { clusterSocket, type ClusterSocket } from "./auto-mtls";
import { NO_RULE, type Context } from "./context";
import { lookUpRules } from "./destination-rule-index";
import type { ConsolidatedRule } from "./destination-rule-merge";
import { pickRule } from "./destination-rule-pick";
import { instancesOf, tlsModeOf } from "./endpoints";
import { meshConfigRef } from "./mesh-config";
import { isMeshExternal, isPassthrough, type Registered } from "./registry";
import { type RegisteredPort } from "./service-ports";
import { clusterPolicy, endpointMode, subsetOf, topLevelBalancer } from "./tls-settings";

/**
 * One outbound cluster of a client's proxy: a service, its port, possibly a subset, and how the proxy connects to it.
 * Sources: `buildOutboundClusters` and `convertResolution` in pilot/pkg/networking/core/cluster.go; `applyDestinationRule` and
 * `buildSubsetCluster` in pilot/pkg/networking/core/cluster_builder.go.
 */
export interface Cluster {
  readonly service: Registered;
  readonly port: RegisteredPort;
  /** Only endpoints with these labels, when the client is routed to a subset. */
  readonly subset: Labels | undefined;
  /** The DestinationRule that counts. */
  readonly rule: ConsolidatedRule | undefined;
  /** Where that rule's TLS settings stand. */
  readonly rulePath: string;
  readonly socket: ClusterSocket;
  /** The proxy connects to the address that the client dialled; else it picks an endpoint. */
  readonly isOriginalDestination: boolean;
  /** The rule's mode as the endpoints are told. */
  readonly endpointMode: TlsMode | undefined;
  /** The object that set the mode of the service's namespace, where auto mTLS looked at it. */
  readonly namespacePolicy: ObjectRef | undefined;
}

const NAMESPACE_WAYS: readonly (MtlsMode | "UNKNOWN-TO-CLIENTS")[] = ["STRICT", "DISABLE"];

function ruleFor({ indexes, client, settle }: Context, service: Registered): ConsolidatedRule | undefined {
  const { scope } = client;
  const query = { clientNamespace: scope.namespace, host: service.host, serviceNamespace: service.ref.namespace };
  return pickRule(lookUpRules(indexes.rules, query, settle), scope, settle);
}

function namespaceModeOf({ index, indexes }: Context, namespace: string): NamespaceModeAnswer {
  const known = indexes.namespaceModes.get(namespace) ?? namespaceMode(index, namespace);
  indexes.namespaceModes.set(namespace, known);
  return known;
}

function build(
  context: Context,
  service: Registered,
  port: RegisteredPort,
  subset: string | undefined,
  rule: ConsolidatedRule | undefined,
): Cluster | null {
  const { mesh, client, settle } = context;
  const of = rule === undefined ? undefined : { picked: rule, subset, port: port.number };
  const found = of === undefined || subset === undefined ? undefined : subsetOf(of, settle);
  if (subset !== undefined && found === undefined) return null;

  const policy = of === undefined ? undefined : clusterPolicy(of, settle);
  const passthrough = isPassthrough(service, settle);
  const { isGateway } = client.scope;
  const edsForHeadless = isGateway || (service.kind === "Service" && mesh.facts.edsForHeadlessServices === true);
  const isPassedThrough = of !== undefined && topLevelBalancer(of, settle) === "PASSTHROUGH";
  // A subset's cluster starts as what the whole service's has become; what its policy resets later does not undo that.
  const whole = of === undefined || subset === undefined ? policy : clusterPolicy({ ...of, subset: undefined }, settle);
  const isOriginalDestination =
    (passthrough && !edsForHeadless) ||
    [policy, whole].some((each) => each?.loadBalancer === "PASSTHROUGH") ||
    (subset !== undefined && isPassedThrough);
  const inspects = passthrough || isPassedThrough;
  const namespace = namespaceModeOf(context, service.ref.namespace);
  const [blamed = { object: service.ref, path: "metadata.namespace" }, ...also] = namespace.undecided;
  const socket = clusterSocket(
    {
      tls: policy?.tls,
      isSelective: rule?.rule.workloadSelector !== undefined,
      isGateway,
      isMeshExternal: () => isMeshExternal(service, settle),
      autoMtls: () => settle<boolean>(mesh.config.enableAutoMtls, [true, false], meshConfigRef(mesh), "enableAutoMtls"),
      namespaceMode: () => settle(namespace.mode, NAMESPACE_WAYS, blamed.object, blamed.path, { also }),
      isOriginalDestination,
      tlsModes: () =>
        inspects ? instancesOf(context, port).map((endpoint) => tlsModeOf(context, endpoint)) : undefined,
    },
    { ref: rule?.policyFrom.ref ?? service.ref, path: policy?.path ?? "" },
    settle,
  );
  return {
    service,
    port,
    subset: found?.labels,
    rule,
    rulePath: policy?.path ?? "",
    socket,
    isOriginalDestination,
    endpointMode: of === undefined ? undefined : endpointMode(of, settle),
    namespacePolicy: namespace.by?.ref,
  };
}

/**
 * The cluster of a service's port; `null` when the subset is defined by no rule that counts for the client. All that tells the clients
 * apart is that rule, so those for whom the same one counts share the cluster.
 */
export function clusterFor(
  context: Context,
  service: Registered,
  port: RegisteredPort,
  subset: string | undefined,
): Cluster | null {
  const rule = ruleFor(context, service);
  const { clusters } = context.indexes;
  const ofPort = clusters.get(port) ?? new WeakMap<ConsolidatedRule | typeof NO_RULE, Map<string, Cluster | null>>();
  clusters.set(port, ofPort);
  const ofRule = ofPort.get(rule ?? NO_RULE) ?? new Map<string, Cluster | null>();
  ofPort.set(rule ?? NO_RULE, ofRule);
  // The port of one service may be on the cluster of another of the same host.
  const owner = port.owner === service.ref ? "" : describeRef(service.ref);
  const key = `${context.client.scope.isGateway ? "gateway" : "sidecar"}|${subset ?? ""}|${owner}`;
  return remember(ofRule, key, context.settle, (settle: Settle) =>
    build({ ...context, settle }, service, port, subset, rule),
  );
}
