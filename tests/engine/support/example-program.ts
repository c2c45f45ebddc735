import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Example } from "../../../policies/rules/rule";
import { yamlAsOfToday } from "../../policies/support/as-of-today";
import { resourcesOf } from "../../policies/support/resources";
import type { SentResource } from "../../policies/support/wire";
import type { Program } from "./stack";

/** The namespaces of the examples, set apart so that several examples can stand in one program. */
const setApart = (text: string, suffix: string): string =>
  text.replaceAll(/\b(monitoring|staging-webs)\b/g, (namespace) => `${namespace}-${suffix}`);

/** What an example stands for in one program, among others. */
export interface Part {
  readonly example: Example;
  /** Given to its namespaces; `""` for an example that stands alone. */
  readonly suffix: string;
}

const partText = ({ example, suffix }: Part): string => {
  const text = yamlAsOfToday(example);
  return suffix === "" ? text : setApart(text, suffix);
};

/** Any resource by its type token, as a program without our components, or without TypeScript, would register it. */
class RawResource extends pulumi.CustomResource {}

/** Every object of the examples as the resource that a raw program makes of it; what two of them share is there once. */
export function rawResources(parts: readonly Part[]): readonly SentResource[] {
  const resources = parts.flatMap((part) => resourcesOf(partText(part)));
  return [...new Map(resources.map((resource) => [resource.name, resource])).values()];
}

/** A raw program of the examples: no component of ours. */
export const programOf =
  (...parts: readonly Part[]): Program =>
  async ({ manifests }) => {
    const provider = new Provider("render", { renderYamlToDirectory: manifests });
    for (const { type, name, props } of rawResources(parts)) new RawResource(type, name, props, { provider });
  };
