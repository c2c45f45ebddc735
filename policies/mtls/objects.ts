/** How any Kubernetes or Istio object is named, and where it came from. */

export interface ObjectRef {
  /** For example `DestinationRule`; Patch kinds of Pulumi count as the kind they patch. */
  readonly kind: string;
  /** `""` for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/** Where an object was read: a place in a file, a Pulumi resource with its parent component, or a cluster by its kubeconfig's context. */
export type Source =
  | { readonly file: string; readonly line?: number; readonly document?: number }
  | { readonly urn: string; readonly parent?: string }
  | { readonly cluster: string };

/** One object as it came in. `object` is any JSON at all, with `UNKNOWN` wherever a value is not known. */
export interface Manifest {
  readonly object: unknown;
  readonly source?: Source;
}

/** `DestinationRule monitoring/otel-collector`; cluster-scoped: `Namespace monitoring`. */
export const describeRef = (ref: ObjectRef): string =>
  ref.namespace === "" ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;

/** For people: `mesh.yaml (document 3)`, a URN, `cluster staging`. */
export function describeSource(source: Source): string {
  if ("urn" in source) return source.urn;
  if ("cluster" in source) return `cluster ${source.cluster}`;
  if (source.line !== undefined) return `${source.file}:${source.line}`;
  return source.document === undefined ? source.file : `${source.file} (document ${source.document})`;
}

export const sameRef = (a: ObjectRef, b: ObjectRef): boolean =>
  a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
