import { isUnknown, UNKNOWN } from "../known";
import type { ConfigMap, ExtensionProvider, MeshConfig, MeshFacts, Problem } from "../mesh";
import type { ObjectRef } from "../objects";
import { parseYaml } from "../yaml";
import { Field, Report, settled } from "./fields";
import { readLabelSelector } from "./label-selector";

/** Defaults: `pkg/config/mesh/mesh.go` DefaultMeshConfig. */
export const DEFAULT_ROOT_NAMESPACE = "istio-system";
const DEFAULT_DOMAIN = "cluster.local";
const EVERYWHERE = ["*"];

const NOBODY: ObjectRef = { kind: "ConfigMap", namespace: "", name: "" };

/** YAML under a key of a ConfigMap, as fields: unknown text gives unknown fields, text that is no YAML is a problem. */
export function fieldsIn(configMap: ConfigMap | undefined, key: string, problems: Problem[]): Field {
  const path = `data.${key}`;
  const report = new Report(configMap?.ref ?? NOBODY, configMap?.source, problems);
  const data = configMap === undefined ? {} : configMap.data;
  const text = isUnknown(data) ? UNKNOWN : data[key];
  if (typeof text !== "string") return Field.root(text, report, path);
  const parsed = parseYaml(text);
  if ("value" in parsed) return Field.root(parsed.value, report, path);
  report.add(path, `${path} is no YAML: ${parsed.error}`);
  return Field.root(UNKNOWN, report, path);
}

const readExtensionProvider = (field: Field): readonly ExtensionProvider[] =>
  (settled(field.keys()) ?? [])
    .filter((type) => type !== "name" && !field.at(type).isAbsent)
    .map((type) => ({
      name: settled(field.text("name")) ?? "",
      type,
      service: field.at(type).text("service"),
      port: field.at(type).port("port"),
    }));

/**
 * MeshConfig with Istio's defaults; what the ConfigMap says wins over the stated facts.
 *
 * @param mesh the fields of MeshConfig in `configMap`
 */
export function readMeshConfig(mesh: Field, configMap: ConfigMap | undefined, facts: MeshFacts): MeshConfig {
  return {
    rootNamespace:
      settled(mesh.text("rootNamespace")) ?? facts.rootNamespace ?? configMap?.ref.namespace ?? DEFAULT_ROOT_NAMESPACE,
    clusterDomain: facts.clusterDomain ?? DEFAULT_DOMAIN,
    trustDomain: settled(mesh.text("trustDomain")) ?? DEFAULT_DOMAIN,
    enableAutoMtls: mesh.flag("enableAutoMtls") ?? facts.enableAutoMtls ?? true,
    outboundTrafficPolicy:
      mesh.at("outboundTrafficPolicy").choice("mode", ["ALLOW_ANY", "REGISTRY_ONLY"]) ?? "ALLOW_ANY",
    defaultDestinationRuleExportTo: mesh.textList("defaultDestinationRuleExportTo") ?? EVERYWHERE,
    defaultServiceExportTo: mesh.textList("defaultServiceExportTo") ?? EVERYWHERE,
    defaultVirtualServiceExportTo: mesh.textList("defaultVirtualServiceExportTo") ?? EVERYWHERE,
    discoverySelectors: mesh.listOf("discoverySelectors", readLabelSelector) ?? [],
    enablePrometheusMerge: mesh.flag("enablePrometheusMerge") ?? true,
    holdApplicationUntilProxyStarts: mesh.at("defaultConfig").flag("holdApplicationUntilProxyStarts") ?? false,
    extensionProviders: mesh.knownItems("extensionProviders").flatMap(readExtensionProvider),
    source: configMap?.source,
    ref: configMap?.ref,
  };
}
