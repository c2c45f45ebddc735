import { type PolicyResource, type ResourceValidationArgs } from "@pulumi/policy";
import { assess, type Assessment } from "../mtls/assess";
import { readMesh } from "../mtls/manifests";
import type { Mesh } from "../mtls/mesh";
import type { Manifest } from "../mtls/objects";
import type { Layer } from "../rules/rule";
import type { PackSettings } from "../settings";
import { isCollectorComponent, resourceManifests, stackManifests, type StackResource } from "../stack";
import { canBeWrongAlone } from "../stack/alone";
import { byCluster, clusterOf } from "../stack/cluster";
import { isMap } from "../stack/kubernetes";
import { readProperty } from "../stack/plain";
import { bare } from "./unpack";

const toResource = (
  { urn, type, name, props, provider }: Pick<PolicyResource, "urn" | "type" | "name" | "props" | "provider">,
  parent: string | undefined,
): StackResource => {
  const namespace = readProperty(bare(provider?.props), "namespace");
  return {
    urn,
    type,
    name,
    props: bare(props),
    ...(parent === undefined ? {} : { parent }),
    ...(typeof namespace === "string" && namespace !== "" ? { providerNamespace: namespace } : {}),
  };
};

/** Namespaces that other stacks own, as configured; those of this stack win. */
function borrowedNamespaces(manifests: readonly Manifest[], { namespaces }: PackSettings): Manifest[] {
  const own = new Set(
    manifests.flatMap(({ object }) =>
      isMap(object) && object.kind === "Namespace" && isMap(object.metadata) ? [object.metadata.name] : [],
    ),
  );
  return Object.entries(namespaces)
    .filter(([name]) => !own.has(name))
    .map(([name, labels]) => ({ object: { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } } }));
}

const meshOf = (manifests: readonly Manifest[], pack: PackSettings): Mesh =>
  readMesh([...manifests, ...borrowedNamespaces(manifests, pack)], pack.settings.facts);

/** Which cluster a resource is in; a provider is looked into once. */
function clusterLookup(): (resource: PolicyResource) => string | undefined {
  const known = new Map<string, string | undefined>();
  return ({ provider }) => {
    if (provider === undefined) return undefined;
    if (!known.has(provider.urn)) known.set(provider.urn, clusterOf(bare(provider.props)));
    return known.get(provider.urn);
  };
}

/** A whole stack, from the resources that a stack policy is given: an assessment for each cluster. */
export const assessStack = (resources: readonly PolicyResource[], pack: PackSettings): readonly Assessment[] =>
  [...byCluster(resources, { clusterFor: clusterLookup(), parentOf: ({ parent }) => parent?.urn }).values()].map(
    (group) =>
      assess(meshOf(stackManifests(group.map((resource) => toResource(resource, resource.parent?.urn))), pack), {
        now: pack.settings.now,
      }),
  );

/** One resource by itself, and the layer whose rules can judge it; `undefined` when there is nothing to judge. */
export function assessResource(
  args: ResourceValidationArgs,
  pack: PackSettings,
): { readonly assessment: Assessment; readonly layer: Layer } | undefined {
  const resource = toResource(args, args.opts.parent);
  if (isCollectorComponent(args.type)) {
    const mesh = meshOf(resourceManifests(resource), pack);
    return { assessment: assess(mesh, { now: pack.settings.now }), layer: "component" };
  }
  if (!canBeWrongAlone(resource)) return undefined;
  // No flow begins and ends in one object: what its rules look at is the object as it was read.
  const mesh = readMesh(resourceManifests(resource), pack.settings.facts);
  return { assessment: { mesh, flows: [], undiscovered: [], exceptions: [], assumptions: [] }, layer: "resource" };
}
