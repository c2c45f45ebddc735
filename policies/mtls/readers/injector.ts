import { isUnknown, mapKnown } from "../known";
import type { ConfigMap, InjectorConfig, LabelSelector, OtherObject, Problem } from "../mesh";
import type { Field } from "./fields";
import { readLabelSelector } from "./label-selector";
import { fieldsIn } from "./mesh-config";

const readSelectors = (config: Field, key: string): InjectorConfig["neverInject"] =>
  config.listOf<LabelSelector>(key, readLabelSelector) ?? [];

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
    autoInject: mapKnown(config.text("policy") ?? "enabled", (policy) => policy !== "disabled"),
    namespacesByDefault: values.at("sidecarInjectorWebhook").flag("enableNamespacesByDefault") ?? false,
    defaultTemplates: config.textList("defaultTemplates") ?? ["sidecar"],
    neverInject: readSelectors(config, "neverInjectSelector"),
    alwaysInject: readSelectors(config, "alwaysInjectSelector"),
    interception: {
      mode: mesh.at("defaultConfig").text("interceptionMode") ?? "REDIRECT",
      includeInboundPorts: proxy.text("includeInboundPorts") ?? "*",
      excludeInboundPorts: proxy.text("excludeInboundPorts") ?? "",
      includeOutboundPorts: proxy.text("includeOutboundPorts") ?? "",
      excludeOutboundPorts: proxy.text("excludeOutboundPorts") ?? "",
      includeIPRanges: proxy.text("includeIPRanges") ?? "*",
      excludeIPRanges: proxy.text("excludeIPRanges") ?? "",
    },
    revisions: revisionsOf(others),
    ref: injector?.ref,
  };
}
