import { type PolicyResource, type ResourceValidationArgs } from "@pulumi/policy";
import { assess, type Assessment } from "../mtls/assess";
import { readMesh } from "../mtls/manifests";
import type { Manifest } from "../mtls/objects";
import type { Layer } from "../rules/rule";
import type { PackSettings } from "../settings";
import { isCollectorComponent, resourceManifests, stackManifests, type StackResource } from "../stack";
import { isMap } from "../stack/kubernetes";
import { readProperty } from "../stack/plain";

const toResource = (
  { urn, type, name, props, provider }: Pick<PolicyResource, "urn" | "type" | "name" | "props" | "provider">,
  parent: string | undefined,
): StackResource => {
  const namespace = readProperty(provider?.props, "namespace");
  return {
    urn,
    type,
    name,
    props,
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

const assessManifests = (manifests: readonly Manifest[], pack: PackSettings): Assessment =>
  assess(readMesh([...manifests, ...borrowedNamespaces(manifests, pack)], pack.settings.facts), {
    now: pack.settings.now,
  });

/** A whole stack, from the resources that a stack policy is given. */
export const assessStack = (resources: readonly PolicyResource[], pack: PackSettings): Assessment =>
  assessManifests(stackManifests(resources.map((resource) => toResource(resource, resource.parent?.urn))), pack);

/** One resource by itself, and the layer whose rules can judge it; `undefined` when it is none of ours. */
export function assessResource(
  args: ResourceValidationArgs,
  pack: PackSettings,
): { readonly assessment: Assessment; readonly layer: Layer } | undefined {
  const manifests = resourceManifests(toResource(args, args.opts.parent));
  if (manifests.length === 0) return undefined;
  return {
    assessment: assessManifests(manifests, pack),
    layer: isCollectorComponent(args.type) ? "component" : "resource",
  };
}
