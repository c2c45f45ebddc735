import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Mesh } from "../mesh";
import type { AppProtocol } from "../vocabulary";
import { parseYaml } from "../yaml";
import { originOf, type Origin } from "./discovered";
import { field, itemsOf, own, textIn } from "./fields";
import { configMapNamed, perMesh } from "./lookup";

/** A provider of MeshConfig to which proxies themselves connect. */
export interface TelemetryProvider {
  readonly name: string;
  /** As written: `[namespace/]host`. */
  readonly service: Known<string> | undefined;
  readonly port: Known<number> | undefined;
  readonly protocol: AppProtocol;
  readonly origin: Origin;
}

export interface TelemetryProviders {
  /** By name in lower case: Istio compares names so. */
  readonly byName: ReadonlyMap<string, TelemetryProvider>;
  /** Providers that proxies do not connect to: they are scraped, or write to a file. */
  readonly silent: ReadonlySet<string>;
  /** Names of `defaultProviders`. */
  readonly tracing: readonly string[];
  readonly accessLogging: readonly string[];
  /** Where the defaults stand; `undefined` when no mesh config is among the objects. */
  readonly origin: Origin | undefined;
}

/** What each kind of provider speaks. Source: istio.io, "Global Mesh Options", MeshConfig.ExtensionProvider. */
const PROTOCOLS: Readonly<Record<string, AppProtocol>> = {
  opentelemetry: "grpc",
  zipkin: "http",
  skywalking: "grpc",
  lightstep: "grpc",
  opencensus: "grpc",
  datadog: "http",
  envoyOtelAls: "grpc",
  envoyHttpAls: "grpc",
  envoyTcpAls: "grpc",
};

/** Providers that every mesh has. Source: istio pkg/config/mesh, DefaultMeshConfig. */
const BUILT_IN = ["prometheus", "stackdriver", "envoy"];

/** MeshConfig as it stands in its ConfigMap: `defaultProviders` and `opentelemetry.http` are needed here alone. */
function meshDocument(mesh: Mesh): { readonly tree: unknown; readonly origin: Origin } | undefined {
  const { ref } = mesh.config;
  const data = ref === undefined ? undefined : configMapNamed(mesh, ref.namespace, ref.name)?.data;
  const text = data === undefined || isUnknown(data) ? undefined : data.mesh;
  if (ref === undefined || typeof text !== "string") return undefined;
  const parsed = parseYaml(text);
  return "value" in parsed ? { tree: parsed.value, origin: originOf(ref, "data.mesh") } : undefined;
}

const names = (tree: unknown, list: string): readonly string[] =>
  itemsOf(field(tree, "defaultProviders", list)).flatMap((name) => textIn(name)?.toLowerCase() ?? []);

export const telemetryProviders = perMesh((mesh): TelemetryProviders => {
  const document = meshDocument(mesh);
  const items = itemsOf(field(document?.tree, "extensionProviders"));
  const usesHttp = (name: string): boolean =>
    items.some((item) => field(item, "name") === name && field(item, "opentelemetry", "http") !== undefined);
  const byName = new Map<string, TelemetryProvider>();
  const silent = new Set(BUILT_IN);
  for (const [index, { name, type, service, port }] of mesh.config.extensionProviders.entries()) {
    const protocol = own(PROTOCOLS, type);
    const key = name.toLowerCase();
    if (protocol === undefined) silent.add(key);
    else if (!byName.has(key))
      byName.set(key, {
        name,
        service,
        port,
        protocol: type === "opentelemetry" && usesHttp(name) ? "http" : protocol,
        origin: {
          object: document?.origin.object ?? "MeshConfig",
          path: `${document?.origin.path ?? ""}#extensionProviders[${index}].${type}.service`,
        },
      });
  }
  return {
    byName,
    silent,
    tracing: names(document?.tree, "tracing"),
    accessLogging: names(document?.tree, "accessLogging"),
    origin: document && { object: document.origin.object, path: `${document.origin.path}#defaultProviders` },
  };
});

/** Host of a provider's service, without the namespace that may stand before it. */
export const providerHost = ({ service }: TelemetryProvider): Known<string> =>
  service === undefined || isUnknown(service) ? UNKNOWN : service.slice(service.lastIndexOf("/") + 1);
