import { parseAllDocuments } from "yaml";
import type { SentResource } from "./wire";

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A YAML text as a Pulumi program would register it: one resource per object, by the provider's type tokens. */
export const resourcesOf = (text: string): SentResource[] =>
  parseAllDocuments(text).map((document) => {
    const object = document.toJS() as KubernetesObject;
    const group = object.apiVersion.includes("/") ? object.apiVersion : `core/${object.apiVersion}`;
    const { namespace = "", name } = object.metadata;
    return {
      type: `kubernetes:${group}:${object.kind}`,
      name: [namespace, object.kind, name].filter((part) => part !== "").join("-"),
      props: object,
    };
  });
