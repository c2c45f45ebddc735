import type { DeclaredFlow } from "../../policies/mtls/flow";
import type { MeshFacts } from "../../policies/mtls/mesh";
import type { Manifest } from "../../policies/mtls/objects";
import type { AppProtocol } from "../../policies/mtls/vocabulary";

/** A mesh with questions, and istiod's answers to them: what tests/conformance/oracle reads and writes. */

export interface Flow {
  /** `namespace/pod`. */
  readonly from: string;
  readonly host: string;
  readonly port: number;
  /** @default grpc */
  readonly protocol?: AppProtocol;
  /** The application itself speaks TLS. @default false */
  readonly tls?: boolean;
}

export type Application = "plaintext" | "tls" | "none";

/** Switches of istiod. */
export interface Features {
  readonly ambient?: boolean;
  readonly edsForHeadless?: boolean;
}

/** Any JSON object; the cases hold manifests as plain data. */
export type Json = Readonly<Record<string, unknown>>;

export interface Case {
  readonly name: string;
  readonly desc?: string;
  /** Laid over istiod's defaults. */
  readonly meshConfig?: Json;
  /** @default cluster.local */
  readonly clusterDomain?: string;
  readonly features?: Features;
  /** Values of the istiod chart, one map per control plane; pods are then templates. */
  readonly installations?: readonly Json[];
  readonly objects: readonly Json[];
  /** `namespace/pod` or address → port or `*` → what the application speaks there. */
  readonly apps?: Readonly<Record<string, Readonly<Record<string, Application>>>>;
  readonly flows: readonly Flow[];
}

/** What becomes of bytes of one kind at a port. */
export type Code = "ok" | "raw" | "no-chain" | "needs-cert" | "protocol-error" | "denied";

export interface Destination {
  readonly address: string;
  readonly pod?: string;
  readonly port: number;
  readonly sent: string;
  readonly inner?: string;
  readonly endpointTlsMode?: string;
  readonly sidecar: boolean;
  readonly ambient?: boolean;
  readonly intercepted: boolean;
  readonly paMode?: string;
  readonly policies?: readonly string[];
  /** `inside`: of the application's own TLS inside mTLS, where that differs from `mtls`. */
  readonly accepts?: { readonly plaintext: Code; readonly tls: Code; readonly mtls: Code; readonly inside?: Code };
  readonly app: Application;
  readonly chain?: string;
  readonly inboundCluster?: string;
  readonly verdict: string;
}

export interface FlowResult {
  readonly path?: "direct" | "service" | "passthrough" | "blackhole" | "ztunnel" | "error";
  readonly sent: string;
  readonly cluster?: string;
  readonly clusterType?: string;
  readonly socket?: string;
  readonly destinationRule?: string;
  readonly outboundError?: string;
  readonly verdicts: readonly string[];
  readonly destinations?: readonly Destination[];
}

export interface Answer {
  readonly name: string;
  /** What went wrong before anything could be asked. */
  readonly error?: string;
  /** What the validating webhook would say. */
  readonly validation?: readonly string[];
  readonly pods?: readonly {
    readonly pod: string;
    readonly webhook?: string;
    readonly dataPlane: string;
    readonly tlsMode?: string;
  }[];
  readonly flows: readonly FlowResult[] | null;
}

export const DEFAULT_ROOT = "istio-system";

export const rootOf = ({ meshConfig }: Pick<Case, "meshConfig">): string =>
  typeof meshConfig?.["rootNamespace"] === "string" ? meshConfig["rootNamespace"] : DEFAULT_ROOT;

const configMap = (name: string, namespace: string, data: Readonly<Record<string, string>>): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Json)[key] : undefined),
    value,
  );

/** The injector's ConfigMap, as the chart makes it of its values. */
const injectorOf = (values: Json, root: string): Json =>
  configMap("istio-sidecar-injector", root, {
    config: JSON.stringify({
      policy: at(values, "global", "proxy", "autoInject") ?? "enabled",
      neverInjectSelector: at(values, "sidecarInjectorWebhook", "neverInjectSelector") ?? [],
      alwaysInjectSelector: at(values, "sidecarInjectorWebhook", "alwaysInjectSelector") ?? [],
      defaultTemplates: at(values, "sidecarInjectorWebhook", "defaultTemplates") ?? ["sidecar"],
    }),
    values: JSON.stringify(values),
  });

const webhook = (kind: "rev" | "tag", name: string): Json => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name: `istio-${kind}-${name}`, labels: { [`istio.io/${kind}`]: name } },
});

/** The webhooks of a control plane: its revision's, and those of the tags that lead to it. */
function webhooksOf(values: Json): readonly Json[] {
  const revision = values["revision"];
  const tags = values["revisionTags"];
  return [
    webhook("rev", typeof revision === "string" && revision !== "" ? revision : "default"),
    ...(Array.isArray(tags) ? tags.map((tag) => webhook("tag", String(tag))) : []),
  ];
}

/** The case as the engine is given it: MeshConfig and the injector's settings in their ConfigMaps, switches of istiod as facts. */
export function manifestsOf(kase: Case): { readonly manifests: readonly Manifest[]; readonly facts: MeshFacts } {
  const root = rootOf(kase);
  const { installations = [], features, clusterDomain } = kase;
  const objects = [
    ...kase.objects,
    configMap("istio", root, { mesh: JSON.stringify(kase.meshConfig ?? {}) }),
    ...installations.slice(0, 1).map((values) => injectorOf(values, root)),
    ...installations.flatMap(webhooksOf),
  ];
  return {
    manifests: objects.map((object) => ({ object })),
    facts: {
      rootNamespace: root,
      ...(clusterDomain === undefined ? {} : { clusterDomain }),
      ...(features?.edsForHeadless === true ? { edsForHeadlessServices: true } : {}),
    },
  };
}

/** Workload kinds whose pod the oracle makes and names. */
export const CONTROLLERS: ReadonlySet<unknown> = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]);

/** The pod that istiod sees of a workload: its own name, or that of the one pod of a controller. */
export const podName = (kind: string, namespace: string, name: string): string =>
  `${namespace}/${name}${CONTROLLERS.has(kind) ? "-0" : ""}`;

/** The flow as the engine is asked. A pod of a controller is asked for by its workload. */
export const questionOf = ({ objects }: Pick<Case, "objects">, flow: Flow): DeclaredFlow => {
  const owner = objects.find((object) => {
    const [namespace, name] = [at(object, "metadata", "namespace"), at(object, "metadata", "name")];
    return CONTROLLERS.has(object["kind"]) && `${String(namespace)}/${String(name)}-0` === flow.from;
  });
  return {
    from: owner === undefined ? flow.from : flow.from.replace(/-0$/, ""),
    host: flow.host,
    port: flow.port,
    protocol: flow.protocol ?? "grpc",
    tls: flow.tls ?? false,
  };
};
