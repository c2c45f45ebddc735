import * as k8s from "@pulumi/kubernetes";
import { type CustomResourceOptions } from "@pulumi/pulumi";

/** What every pod of ours has in common. */

/** Pod security standard `restricted`; `user` owns the pod's volumes. */
export const restrictedPod = (user: number) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: "RuntimeDefault" },
});

export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Replicas go to different nodes and zones where there are several. */
export const spreadOver = (selector: Record<string, string>) =>
  ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selector },
  }));

/** A new pod takes over before an old one leaves. */
export const rollOneByOne = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };

/** Environment variables from the pod itself (downward API). */
export const podFields = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } }));

/** No process but Envoy starts before Envoy is ready: natively where the cluster can, by Istio's hook elsewhere. */
export const PROXY_FIRST = {
  "sidecar.istio.io/nativeSidecar": "true",
  "proxy.istio.io/config": JSON.stringify({ holdApplicationUntilProxyStarts: true }),
};

/** In the mesh Istio merges these metrics with the proxy's own and serves them on 15020, in plaintext: that port is not captured. */
export const scrapedAt = (port: number, path: string) => ({
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(port),
  "prometheus.io/path": path,
});

/** Identity of a workload, and nothing more: no token unless the workload talks to the API server. */
export const createServiceAccount = (
  name: string,
  metadata: { name: string; namespace: string; labels: Record<string, string> },
  usesApi: boolean,
  options: CustomResourceOptions,
) => new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: usesApi }, options);

/** Node drains take one pod at a time, and never wait for a pod that is broken anyway. */
export const createDisruptionBudget = (
  name: string,
  metadata: { name: string; namespace: string; labels: Record<string, string> },
  selector: Record<string, string>,
  options: CustomResourceOptions,
) =>
  new k8s.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata,
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selector },
      },
    },
    options,
  );
