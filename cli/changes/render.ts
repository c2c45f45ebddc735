import { dump } from "js-yaml";
import type { ObjectRef } from "../../policies/mtls/objects";
import { field, isBag, type Bag, type Edit } from "./change";

/** Kinds of Kubernetes itself, which `kubectl patch` merges by name; custom resources merge without. */
const BUILT_IN = /^(v1|apps\/|batch\/)/;

/** What to do, as a command, and the YAML that it takes. */
export interface Rendered {
  readonly command: string;
  /** Absent for a deletion. */
  readonly yaml?: string;
}

/** @param written an object as it came in */
export function renderEdit(edit: Edit, written: (object: ObjectRef) => Bag | undefined): Rendered {
  const { kind, name, namespace } = edit.object;
  const target = `${kind.toLowerCase()} ${name}${namespace === "" ? "" : ` -n ${namespace}`}`;
  switch (edit.action) {
    case "delete":
      return { command: `kubectl delete ${target}` };
    case "create":
      return { command: "kubectl apply -f FILE", yaml: yamlOf(edit.manifest) };
    case "patch": {
      const apiVersion = field(written(edit.object), "apiVersion");
      const type = typeof apiVersion === "string" && BUILT_IN.test(apiVersion) ? "" : " --type merge";
      return {
        command: `kubectl patch ${target}${type} --patch-file FILE`,
        yaml: yamlOf(withIdentity(edit.patch, apiVersion, edit.object)),
      };
    }
  }
}

function withIdentity(patch: Bag, apiVersion: unknown, { kind, name, namespace }: ObjectRef): Bag {
  const { metadata, ...rest } = patch;
  return {
    ...(typeof apiVersion === "string" ? { apiVersion } : {}),
    kind,
    metadata: { name, ...(namespace === "" ? {} : { namespace }), ...(isBag(metadata) ? metadata : {}) },
    ...rest,
  };
}

// What is not known yet cannot be written, and a patch does not touch it.
const yamlOf = (value: unknown): string => dump(value, { lineWidth: -1, noRefs: true, skipInvalid: true });
