import { isUnknown, UNKNOWN, type Known } from "../known";
import { Field, isMap, settled } from "./fields";
import { DEFAULT_ROOT_NAMESPACE } from "./mesh-config";

type Bag = Readonly<Record<string, unknown>>;

/** As text in a ConfigMap; JSON is YAML. */
function textOf(value: unknown): Known<string> {
  let isOpen = false;
  try {
    const text = JSON.stringify(value, (_, each: unknown) => {
      isOpen ||= isUnknown(each);
      return each;
    });
    return isOpen ? UNKNOWN : text;
  } catch {
    return UNKNOWN;
  }
}

/** Fields of the second count before those of the first. */
const overlay = (...layers: readonly Field[]): Known<Bag> =>
  layers.every((layer) => layer.isAbsent || isMap(layer.value))
    ? Object.assign({}, ...layers.map(({ value }) => value ?? {}))
    : UNKNOWN;

/** What the injector reads beside the values of the chart. */
const injectorConfig = (values: Field): Known<Bag> => {
  const webhook = values.at("sidecarInjectorWebhook");
  const policy = values.at("global").at("proxy").at("autoInject").value ?? "enabled";
  if (!webhook.isAbsent && !isMap(webhook.value)) return UNKNOWN;
  return { ...(webhook.value ?? {}), policy };
};

/** Whether it brings an istiod; many bring gateways alone. */
const installsIstiod = (spec: Field): boolean =>
  spec.text("profile") !== "empty" && spec.at("components").at("pilot").flag("enabled") !== false;

/**
 * The ConfigMaps that `istioctl install` makes of an IstioOperator, as far as verdicts depend on them: `istio` with MeshConfig, and
 * `istio-sidecar-injector`. What its profile adds is left out: providers of telemetry (`demo`), and nothing else of these.
 * Source: manifests/charts/istio-control/istio-discovery/templates/{configmap,istiod-injector-configmap}.yaml; `spec.meshConfig` goes
 * over `spec.values.meshConfig` (operator/pkg/render/manifest.go, translateIstioOperatorToHelm).
 */
export function installedBy(object: unknown): readonly Bag[] {
  const root = Field.quietly(object);
  const spec = root.at("spec");
  if (spec.isAbsent || !installsIstiod(spec)) return [];
  const values = spec.at("values");
  const namespace =
    settled(values.at("global").text("istioNamespace")) ??
    settled(spec.text("namespace")) ??
    settled(root.at("metadata").text("namespace")) ??
    DEFAULT_ROOT_NAMESPACE;
  const revision = settled(spec.text("revision")) ?? "";
  const configMap = (name: string, data: Bag): Bag => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: revision === "" ? name : `${name}-${revision}`, namespace },
    data,
  });
  return [
    configMap("istio", { mesh: textOf(overlay(values.at("meshConfig"), spec.at("meshConfig"))) }),
    configMap("istio-sidecar-injector", {
      config: textOf(injectorConfig(values)),
      values: textOf(values.value ?? {}),
    }),
  ];
}
