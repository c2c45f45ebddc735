import { mergeOptions, type ComponentResourceOptions, type CustomResourceOptions, type Resource } from "@pulumi/pulumi";

/**
 * The options of every child: its parent, from which it inherits the provider, and what the component was told to wait for. Pulumi
 * records the latter on the component alone, and then deletes the children in no order.
 */
export const childOf = (parent: Resource, opts: ComponentResourceOptions = {}): CustomResourceOptions => ({
  parent,
  ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
});

/** The options of a component that has to come after `other`, and to go before it. */
export const after = (other: Resource | undefined, opts: ComponentResourceOptions = {}): ComponentResourceOptions =>
  other === undefined ? opts : mergeOptions(opts, { dependsOn: [other] });
