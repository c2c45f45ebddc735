import { stackManifests, type StackResource } from "../../../policies/stack";
import { unknownCheckingProxy } from "./unknown";

export const urnOf = (type: string, name: string): string => `urn:pulumi:staging::shop::${type}::${name}`;

/** A resource as a policy gets it: properties behind the SDK's own proxy, which throws on every unknown. */
export const resource = (
  type: string,
  name: string,
  props: object,
  more: Partial<StackResource> = {},
): StackResource => ({
  urn: urnOf(type, name),
  type,
  name,
  props: unknownCheckingProxy(props),
  ...more,
});

/** The objects that resources stand for. */
export const objectsOf = (...resources: StackResource[]): unknown[] =>
  stackManifests(resources).map(({ object }) => object);

export const PEER_AUTHENTICATION = "kubernetes:security.istio.io/v1:PeerAuthentication";
