import { resolve } from "node:path";
import { namespaceOfKubeconfig } from "./kubeconfig";
import { reveal, type Fields, type Plain } from "./values";

/** How a provider is set up; the options of the official provider that mean something without a cluster. */
export interface Settings {
  /** Where manifests are written; undefined when a cluster was meant. */
  readonly directory: string | undefined;
  /** Namespace of objects that name none. */
  readonly namespace: string;
  readonly serverSideApply: boolean;
  readonly configMapMutable: boolean;
  readonly secretMutable: boolean;
  readonly upsertExisting: boolean;
  /** Every resource is written again on every update, changed or not. */
  readonly alwaysRender: boolean;
}

/** The SDKs send everything that is no string as JSON inside a string. */
export const isTrue = (value: Plain | undefined): boolean => value === true || value === "true";
export const textOf = (value: Plain | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/**
 * Reads the provider's inputs. Options may also come from the environment variables that the official provider reads;
 * an input wins over its variable.
 */
export function readSettings(inputs: Fields, env: NodeJS.ProcessEnv): Settings {
  const given = reveal(inputs);
  const option = (key: string, variable: string, otherwise: boolean): boolean => {
    const value = given[key] ?? env[variable];
    return value === undefined ? otherwise : isTrue(value);
  };
  const directory = textOf(given["renderYamlToDirectory"]);
  return {
    directory: directory === undefined ? undefined : resolve(directory),
    namespace: textOf(given["namespace"]) ?? namespaceOfKubeconfig(given) ?? "default",
    serverSideApply: option("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true),
    configMapMutable: option("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false),
    secretMutable: option("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false),
    upsertExisting: option("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false),
    alwaysRender: isTrue(given["alwaysRender"]),
  };
}
