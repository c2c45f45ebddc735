import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { isFields, isList, type Plain, type PlainFields } from "./values";

/**
 * A kubeconfig in any of the forms a provider takes: a path, its text in YAML or JSON, or an object; `{}` when there
 * is none.
 */
function read(kubeconfig: Plain | undefined): PlainFields {
  if (isFields(kubeconfig)) return kubeconfig;
  if (typeof kubeconfig !== "string" || kubeconfig === "") return {};
  const path = kubeconfig === "~" || kubeconfig.startsWith("~/") ? join(homedir(), kubeconfig.slice(1)) : kubeconfig;
  const isPath = !path.includes("\n") && existsSync(path);
  try {
    const value = load(isPath ? readFileSync(path, "utf8") : kubeconfig) as Plain;
    if (isFields(value)) return value;
  } catch {
    // The reason would quote the text, which may hold credentials.
  }
  throw new Error(`kubeconfig: ${isPath ? `the file ${path}` : "the text given"} cannot be read as a kubeconfig`);
}

/** The entry of that name in one of kubeconfig's lists of `{ name, <field> }`. */
function entry(config: PlainFields, list: string, field: string, name: Plain | undefined): PlainFields | undefined {
  const entries = config[list];
  const found = isList(entries) ? entries.find((item) => isFields(item) && item["name"] === name) : undefined;
  const value = isFields(found) ? found[field] : undefined;
  return isFields(value) ? value : undefined;
}

const activeContext = (config: PlainFields, provider: PlainFields): PlainFields | undefined =>
  entry(config, "contexts", "context", provider["context"] ?? config["current-context"]);

/**
 * The cluster entry that a provider with these inputs talks to; undefined when it cannot be told.
 * @throws Error when the kubeconfig cannot be read.
 */
export function activeCluster(provider: PlainFields): PlainFields | undefined {
  const config = read(provider["kubeconfig"]);
  const context = activeContext(config, provider);
  return context && entry(config, "clusters", "cluster", provider["cluster"] ?? context["cluster"]);
}

/** The namespace of the active context; undefined when it has none or there is no kubeconfig to read. */
export function namespaceOfKubeconfig(provider: PlainFields): string | undefined {
  try {
    const namespace = activeContext(read(provider["kubeconfig"]), provider)?.["namespace"];
    return typeof namespace === "string" && namespace !== "" ? namespace : undefined;
  } catch {
    // The official provider takes a broken kubeconfig for an unreachable cluster: previews still work.
    return undefined;
  }
}
