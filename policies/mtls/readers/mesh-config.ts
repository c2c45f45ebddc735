import { isUnknown, UNKNOWN } from "../known";
import type { ConfigMap, ExtensionProvider, MeshConfig, MeshFacts, Problem } from "../mesh";
import { describeRef } from "../objects";
import { parseYaml } from "../yaml";
import { Field, Report, settled } from "./fields";
import { readLabelSelector } from "./label-selector";

/** Defaults: `pkg/config/mesh/mesh.go` DefaultMeshConfig. */
export const DEFAULT_ROOT_NAMESPACE = "istio-system";
const DEFAULT_DOMAIN = "cluster.local";
const EVERYWHERE = ["*"];

/** YAML under a key of a ConfigMap, as fields: unknown text gives unknown fields, text that is no YAML is a problem. */
export function fieldsIn(configMap: ConfigMap | undefined, key: string, problems: Problem[]): Field {
  const path = `data.${key}`;
  const report = new Report(configMap === undefined ? "" : describeRef(configMap.ref), configMap?.source, problems);
  const data = configMap === undefined ? {} : configMap.data;
  const text = isUnknown(data) ? UNKNOWN : data[key];
  if (typeof text !== "string") return Field.root(text, report, path);
  const parsed = parseYaml(text);
  if ("value" in parsed) return Field.root(parsed.value, report, path);
  report.add(path, `${path} is no YAML: ${parsed.error}`);
  return Field.root(UNKNOWN, report, path);
}

const readExtensionProvider = (field: Field): readonly ExtensionProvider[] => {
  const entries = field.entries() ?? [];
  if (isUnknown(entries)) return [];
  return entries
    .filter(([key, item]) => key !== "name" && !item.isAbsent)
    .map(([type, settings]) => ({
      name: settled(field.at("name").text()) ?? "",
      type,
      service: settings.at("service").text(),
      port: settings.at("port").port(),
    }));
};

/**
 * MeshConfig with Istio's defaults; what the ConfigMap says wins over the stated facts.
 *
 * @param mesh the fields of MeshConfig in `configMap`
 */
export function readMeshConfig(mesh: Field, configMap: ConfigMap | undefined, facts: MeshFacts): MeshConfig {
  return {
    rootNamespace:
      settled(mesh.at("rootNamespace").text()) ??
      facts.rootNamespace ??
      configMap?.ref.namespace ??
      DEFAULT_ROOT_NAMESPACE,
    clusterDomain: facts.clusterDomain ?? DEFAULT_DOMAIN,
    trustDomain: settled(mesh.at("trustDomain").text()) ?? DEFAULT_DOMAIN,
    enableAutoMtls: mesh.at("enableAutoMtls").flag() ?? facts.enableAutoMtls ?? true,
    outboundTrafficPolicy:
      mesh.at("outboundTrafficPolicy").at("mode").choice(["ALLOW_ANY", "REGISTRY_ONLY"]) ?? "ALLOW_ANY",
    defaultDestinationRuleExportTo: mesh.at("defaultDestinationRuleExportTo").textList() ?? EVERYWHERE,
    defaultServiceExportTo: mesh.at("defaultServiceExportTo").textList() ?? EVERYWHERE,
    discoverySelectors: mesh.at("discoverySelectors").listOf(readLabelSelector) ?? [],
    enablePrometheusMerge: mesh.at("enablePrometheusMerge").flag() ?? true,
    holdApplicationUntilProxyStarts: mesh.at("defaultConfig").at("holdApplicationUntilProxyStarts").flag() ?? false,
    extensionProviders: mesh.at("extensionProviders").knownItems().flatMap(readExtensionProvider),
    source: configMap?.source,
    ref: configMap?.ref,
  };
}
