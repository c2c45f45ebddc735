import { apiVersionOf, at, kindOf, type Manifest } from "./manifest";
import { parsePath, type Path } from "./paths";
import { type Settings } from "./settings";
import { groupOf } from "./tokens";

/** Fields of a Pod's containers that a running Pod cannot change. */
const CONTAINER = [
  "args",
  "command",
  "env",
  "image",
  "imagePullPolicy",
  "lifecycle",
  "livenessProbe",
  "ports",
  "readinessProbe",
  "resources",
  "securityContext",
  "stdin",
  "stdinOnce",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "tty",
  "volumeDevices",
  "volumeMounts",
  "workingDir",
];

const POD = [
  "affinity",
  "automountServiceAccountToken",
  "dnsConfig",
  "dnsPolicy",
  "enableServiceLinks",
  "hostAliases",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "hostname",
  "imagePullSecrets",
  "nodeName",
  "nodeSelector",
  "overhead",
  "preemptionPolicy",
  "priority",
  "priorityClassName",
  "readinessGates",
  "restartPolicy",
  "runtimeClassName",
  "schedulerName",
  "securityContext",
  "serviceAccount",
  "serviceAccountName",
  "shareProcessNamespace",
  "subdomain",
  "terminationGracePeriodSeconds",
  "volumes",
];

/** Sources of a PersistentVolume. */
const VOLUME = [
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cephfs",
  "cinder",
  "csi",
  "fc",
  "flexVolume",
  "flocker",
  "gcePersistentDisk",
  "glusterfs",
  "hostPath",
  "iscsi",
  "local",
  "nfs",
  "photonPersistentDisk",
  "portworxVolume",
  "quobyte",
  "rbd",
  "scaleIO",
  "storageos",
  "vsphereVolume",
];

const spec = (...fields: readonly string[]): readonly string[] => fields.map((field) => `spec.${field}`);

/**
 * Fields that the API server refuses to change, by `group/version` and kind: a change there replaces the object.
 * Source: pulumi-kubernetes 4.32, provider/pkg/provider/diff.go.
 */
const IMMUTABLE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  v1: {
    PersistentVolume: spec(...VOLUME),
    PersistentVolumeClaim: spec("accessModes", "selector", "storageClassName", "volumeName"),
    Pod: spec(
      ...POD,
      ...["containers", "initContainers"].flatMap((list) => CONTAINER.map((field) => `${list}[*].${field}`)),
    ),
    ResourceQuota: spec("scopes"),
    Secret: ["type"],
    Service: spec("clusterIP"),
  },
  "apps/v1": {
    DaemonSet: spec("selector"),
    Deployment: spec("selector"),
    StatefulSet: spec("podManagementPolicy", "revisionHistoryLimit", "selector", "serviceName", "volumeClaimTemplates"),
  },
  "batch/v1": { Job: spec("completions", "parallelism", "selector", "template") },
  "rbac.authorization.k8s.io/v1": { ClusterRoleBinding: ["roleRef"], RoleBinding: ["roleRef"] },
  "storage.k8s.io/v1": { StorageClass: ["parameters", "provisioner"] },
};

/** A change of name or namespace makes another object of any kind. */
export const IDENTITY: readonly Path[] = ["metadata.name", "metadata.namespace"].map(parsePath);

/** The paths whose change means a new object, for an object that is about to be written. */
export function immutablePaths(manifest: Manifest, settings: Settings): readonly Path[] {
  const kind = kindOf(manifest);
  const sealed = at(manifest, "immutable") === true;
  const ofKind = (): readonly string[] => {
    if (groupOf(apiVersionOf(manifest)) !== "") return IMMUTABLE[apiVersionOf(manifest)]?.[kind] ?? [];
    if (kind === "Secret" && (sealed || !settings.secretMutable)) return ["type", "stringData", "data"];
    if (kind === "ConfigMap" && (sealed || !settings.configMapMutable)) return ["binaryData", "data"];
    return IMMUTABLE["v1"]?.[kind] ?? [];
  };
  return [...IDENTITY, ...ofKind().map(parsePath)];
}
