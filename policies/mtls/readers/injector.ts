import { isUnknown, mapKnown } from "../known";
import type { ConfigMap, InjectorConfig, LabelSelector, OtherObject, Problem } from "../mesh";
import type { Field } from "./fields";
import { readLabelSelector } from "./label-selector";
import { fieldsIn } from "./mesh-config";

const readSelectors = (field: Field): InjectorConfig["neverInject"] =>
  field.listOf<LabelSelector>(readLabelSelector) ?? [];

/** Revisions and tags that have a webhook: each carries its own in the label `istio.io/tag` or `istio.io/rev`. */
const revisionsOf = (others: readonly OtherObject[]): readonly string[] | undefined => {
  const webhooks = others.filter(
    ({ ref, labels }) =>
      ref.kind === "MutatingWebhookConfiguration" &&
      !isUnknown(labels) &&
      ("istio.io/rev" in labels || "istio.io/tag" in labels),
  );
  if (webhooks.length === 0) return undefined;
  const names = webhooks.flatMap(({ labels }) => {
    const name = isUnknown(labels) ? undefined : (labels["istio.io/tag"] ?? labels["istio.io/rev"]);
    return name === undefined || isUnknown(name) ? [] : [name];
  });
  return [...new Set(names)].sort();
};

/**
 * The chart's `global.proxy` values and the injector's own settings; defaults are the chart's (`values.yaml`).
 *
 * @param injector the ConfigMap `istio-sidecar-injector`
 * @param mesh the fields of MeshConfig
 * @param others among which the webhooks are
 */
export function readInjector(
  injector: ConfigMap | undefined,
  mesh: Field,
  others: readonly OtherObject[],
  problems: Problem[],
): InjectorConfig {
  const config = fieldsIn(injector, "config", problems);
  const values = fieldsIn(injector, "values", problems);
  const proxy = values.at("global").at("proxy");
  return {
    autoInject: mapKnown(config.at("policy").text() ?? "enabled", (policy) => policy !== "disabled"),
    namespacesByDefault: values.at("sidecarInjectorWebhook").at("enableNamespacesByDefault").flag() ?? false,
    defaultTemplates: config.at("defaultTemplates").textList() ?? ["sidecar"],
    neverInject: readSelectors(config.at("neverInjectSelector")),
    alwaysInject: readSelectors(config.at("alwaysInjectSelector")),
    interception: {
      mode: mesh.at("defaultConfig").at("interceptionMode").text() ?? "REDIRECT",
      includeInboundPorts: proxy.at("includeInboundPorts").text() ?? "*",
      excludeInboundPorts: proxy.at("excludeInboundPorts").text() ?? "",
      includeOutboundPorts: proxy.at("includeOutboundPorts").text() ?? "",
      excludeOutboundPorts: proxy.at("excludeOutboundPorts").text() ?? "",
      includeIPRanges: proxy.at("includeIPRanges").text() ?? "*",
      excludeIPRanges: proxy.at("excludeIPRanges").text() ?? "",
    },
    revisions: revisionsOf(others),
  };
}
