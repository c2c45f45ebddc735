import type { Manifest, Source } from "./mtls/objects";
import { collectorObjects, isCollectorComponent } from "./stack/collector-inputs";
import { identify, isMap, toObject, type KubernetesObject } from "./stack/kubernetes";
import { applyPatch } from "./stack/patch";
import { readProperty } from "./stack/plain";
import { isHelmRelease, isRemoteBundle } from "./stack/token";

/** A Pulumi resource as far as it matters here: what CrossGuard hands over, what a state holds, and a preview's steps, all have it. */
export interface StackResource {
  readonly urn: string;
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  /** Properties of any shape at all; reading one may throw. */
  readonly props: unknown;
  /** URN of the parent resource. */
  readonly parent?: string;
  /** Namespace that the resource's provider puts objects in when they name none. */
  readonly providerNamespace?: string;
}

const isRootStack = (urn: string): boolean => urn.split("::")[2] === "pulumi:pulumi:Stack";

const sourceOf = ({ urn, parent }: StackResource): Source =>
  parent === undefined || parent === "" || isRootStack(parent) ? { urn } : { urn, parent };

const defaultsOf = (resource: StackResource) => ({
  name: resource.name,
  ...(resource.providerNamespace === undefined ? {} : { namespace: resource.providerNamespace }),
});

/** A Helm release says which chart it is and nothing of what is in it; its values may be secret and are not read. */
function releaseObject(resource: StackResource): KubernetesObject {
  const { name, props } = resource;
  return {
    apiVersion: "helm.sh/v3",
    kind: "Release",
    metadata: {
      name: readProperty(props, "name") ?? name,
      namespace: readProperty(props, "namespace") ?? resource.providerNamespace ?? "default",
    },
    spec: { chart: readProperty(props, "chart"), version: readProperty(props, "version") },
  };
}

const bundleObject = ({ type, name }: StackResource): KubernetesObject => ({
  apiVersion: /:(.+):/.exec(type)?.[1] ?? "",
  kind: type.split(":").at(-1) ?? "",
  metadata: { name },
});

interface Read {
  readonly object: KubernetesObject;
  readonly source: Source;
  readonly isPatch: boolean;
}

function read(resource: StackResource, parents: ReadonlySet<string>): Read[] {
  const source = sourceOf(resource);
  if (isHelmRelease(resource.type)) return [{ object: releaseObject(resource), source, isPatch: false }];
  if (isRemoteBundle(resource.type))
    return parents.has(resource.urn) ? [] : [{ object: bundleObject(resource), source, isPatch: false }];
  const token = identify(resource.type, resource.props);
  if (token === undefined) return [];
  return [{ object: toObject(token, resource.props, defaultsOf(resource)), source, isPatch: token.isPatch }];
}

/** Which object of the cluster it is, in any API version. */
function keyOf({ object }: Read): string {
  const metadata = isMap(object.metadata) ? object.metadata : {};
  const group = String(object.apiVersion).replace(/\/?v\d+\w*$/, "");
  return [group, object.kind, String(metadata.namespace ?? ""), String(metadata.name ?? "")].join("|");
}

const toManifest = ({ object, source }: Read): Manifest => ({ object, source });

/** A patch whose object is in no resource here keeps its kind: the object may stand in another stack that is read beside this one. */
const asPatch = (patch: Read): Read => ({
  ...patch,
  object: { ...patch.object, kind: `${String(patch.object.kind)}Patch` },
});

/** Lays every `…Patch` resource over the object it patches. */
function layPatches(reads: readonly Read[]): Manifest[] {
  const patches = reads.filter(({ isPatch }) => isPatch);
  if (patches.length === 0) return reads.map(toManifest);
  const patchesOf = new Map<string, Read[]>();
  for (const patch of patches) patchesOf.set(keyOf(patch), [...(patchesOf.get(keyOf(patch)) ?? []), patch]);
  const bases = reads.filter(({ isPatch }) => !isPatch);
  const baseKeys = new Set(bases.map(keyOf));
  const apply = (base: Read, laid: readonly Read[]): Read => ({
    ...base,
    object: laid.reduce<unknown>((object, patch) => applyPatch(object, patch.object), base.object) as KubernetesObject,
  });
  return [
    ...bases.map((base) => apply(base, patchesOf.get(keyOf(base)) ?? [])),
    ...[...patchesOf].flatMap(([key, [first, ...rest]]) =>
      first === undefined || baseKeys.has(key) ? [] : [asPatch(apply(first, rest))],
    ),
  ].map(toManifest);
}

/**
 * The objects of a stack, in the order of their URNs, with `UNKNOWN` for every field that is not known yet.
 * Resources that are no Kubernetes objects are left out; what cannot be looked into (a Helm release, a remote component whose
 * children a preview does not know) is there by its name alone.
 */
export function stackManifests(resources: readonly StackResource[]): Manifest[] {
  const parents = new Set(resources.flatMap(({ parent }) => (parent === undefined ? [] : [parent])));
  const ordered = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  return layPatches(ordered.flatMap((resource) => read(resource, parents)));
}

/** What one resource says by itself, before it is created: its object, or what a collector component's own inputs tell. */
export function resourceManifests(resource: StackResource): Manifest[] {
  const source = sourceOf(resource);
  if (isCollectorComponent(resource.type))
    return collectorObjects(resource.props, resource.name).map((object) => ({ object, source }));
  return read(resource, new Set([resource.urn])).map(toManifest);
}

export { isCollectorComponent };
