import { textAt, type Manifest } from "./manifest";
import { isBuiltIn } from "./tokens";

/**
 * Cluster-scoped kinds of the built-in groups (`kubectl api-resources --namespaced=false`); every other built-in is
 * namespaced.
 */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "ComponentStatus",
  "CustomResourceDefinition",
  "DeviceClass",
  "DeviceTaintRule",
  "FlowSchema",
  "IPAddress",
  "IngressClass",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PodSecurityPolicy",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "SelfSubjectAccessReview",
  "SelfSubjectReview",
  "SelfSubjectRulesReview",
  "ServiceCIDR",
  "StorageClass",
  "StorageVersion",
  "StorageVersionMigration",
  "SubjectAccessReview",
  "TokenReview",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** Which kinds live in a namespace. Custom kinds are known once the program's own CustomResourceDefinition was seen. */
export class Scopes {
  readonly #custom = new Map<string, boolean>();

  /** Remembers the scope that a CustomResourceDefinition declares; any other object is ignored. */
  learn(manifest: Manifest): void {
    if (textAt(manifest, "kind") !== "CustomResourceDefinition") return;
    const key = `${textAt(manifest, "spec", "group")}/${textAt(manifest, "spec", "names", "kind")}`;
    this.#custom.set(key, textAt(manifest, "spec", "scope") !== "Cluster");
  }

  /**
   * Whether objects of this kind have a namespace. A custom kind whose definition was not seen is taken to be
   * namespaced, as the official provider does without a cluster.
   */
  isNamespaced(group: string, kind: string): boolean {
    if (isBuiltIn(group)) return !CLUSTER_SCOPED.has(kind);
    return this.#custom.get(`${group}/${kind}`) ?? true;
  }
}
