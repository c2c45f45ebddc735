import { byAge } from "../client/age";
import { isUnknown, type Known } from "../known";
import { selects } from "../labels";
import type { Labels, Mesh, OtherObject, Workload } from "../mesh";
import { indexMesh } from "../mesh-index";
import { originOf, type Origin } from "./discovered";
import { field, fieldsOf, itemsOf, textIn } from "./fields";
import { groupBy, objectsOf, perMesh } from "./lookup";
import { telemetryProviders } from "./telemetry-providers";

/**
 * Which providers the proxy of a workload reports to: Telemetry of the root namespace, of the namespace and of the workload, in that
 * order, over `defaultProviders`.
 * Source: istio pilot/pkg/model/telemetry.go, `applicableTelemetries`, `Tracing`, `mergeLogs`.
 */

/** A provider by name, and the field that chose it. */
export interface ChosenProvider {
  /** In lower case. */
  readonly name: string;
  readonly origin: Origin;
}

const MODES = ["CLIENT", "SERVER"] as const;
type Mode = (typeof MODES)[number];

/** One item of `spec.tracing` or `spec.accessLogging`. */
interface Entry {
  readonly providers: readonly string[];
  readonly origin: Origin;
  readonly modes: readonly Mode[];
  readonly disabled: boolean | undefined;
}

interface Telemetry {
  readonly object: OtherObject;
  /** `undefined`: the whole namespace. */
  readonly selector: Known<Labels> | undefined;
  readonly tracing: readonly Entry[];
  readonly accessLogging: readonly Entry[];
}

function readEntries(object: OtherObject, list: string, disabledField: string): readonly Entry[] {
  return itemsOf(field(object.raw, "spec", list)).map((item, index) => {
    const mode = textIn(field(item, "match", "mode"));
    const disabled = field(item, disabledField);
    return {
      providers: itemsOf(field(item, "providers")).flatMap(
        (provider) => textIn(field(provider, "name"))?.toLowerCase() ?? [],
      ),
      origin: originOf(object.ref, `spec.${list}[${index}].providers`),
      modes: MODES.filter((known) => mode === undefined || mode === "CLIENT_AND_SERVER" || mode === known),
      disabled: typeof disabled === "boolean" ? disabled : undefined,
    };
  });
}

function readTelemetry(object: OtherObject): Telemetry {
  const matchLabels = field(object.raw, "spec", "selector", "matchLabels");
  const isWide = !isUnknown(matchLabels) && Object.keys(fieldsOf(matchLabels)).length === 0;
  return {
    object,
    selector: isWide ? undefined : isUnknown(matchLabels) ? matchLabels : (fieldsOf(matchLabels) as Labels),
    tracing: readEntries(object, "tracing", "disableSpanReporting"),
    accessLogging: readEntries(object, "accessLogging", "disabled"),
  };
}

/** `targetRefs` name waypoints and gateways of the Gateway API, whose proxies are no workload of the mesh. */
const isForWorkloads = ({ raw }: OtherObject): boolean =>
  field(raw, "spec", "targetRefs") === undefined && field(raw, "spec", "targetRef") === undefined;

const telemetries = perMesh((mesh) =>
  groupBy(
    [...objectsOf(mesh, "telemetry.istio.io", "Telemetry")].sort(byAge).filter(isForWorkloads).map(readTelemetry),
    ({ object }) => object.ref.namespace,
  ),
);

const wide = (mesh: Mesh, namespace: string): readonly Telemetry[] => {
  const first = telemetries(mesh)
    .get(namespace)
    ?.find(({ selector }) => selector === undefined);
  return first === undefined ? [] : [first];
};

function applicable(mesh: Mesh, workload: Workload): readonly Telemetry[] {
  const { rootNamespace } = mesh.config;
  const { namespace } = workload.ref;
  const labels = indexMesh(mesh).labelsOf(workload);
  const own = telemetries(mesh)
    .get(namespace)
    ?.find(({ selector }) => selector !== undefined && selects(selector, labels) === true);
  return [
    ...wide(mesh, rootNamespace),
    ...(namespace === rootNamespace ? [] : wide(mesh, namespace)),
    ...(own === undefined ? [] : [own]),
  ];
}

const defaults = (mesh: Mesh, kind: "tracing" | "accessLogging"): readonly ChosenProvider[] => {
  const providers = telemetryProviders(mesh);
  const { origin } = providers;
  return origin === undefined
    ? []
    : providers[kind].map((name) => ({ name, origin: { object: origin.object, path: `${origin.path}.${kind}` } }));
};

/** The last provider named counts, for each mode by itself; only the first of a list is used. */
function tracingProviders(mesh: Mesh, entries: readonly Entry[]): readonly ChosenProvider[] {
  const [standard] = defaults(mesh, "tracing");
  return MODES.flatMap((mode) => {
    let chosen = standard;
    let disabled = false;
    for (const entry of entries.filter(({ modes }) => modes.includes(mode))) {
      const [name] = entry.providers;
      if (name !== undefined) chosen = { name, origin: entry.origin };
      disabled = entry.disabled ?? disabled;
    }
    return chosen === undefined || disabled ? [] : [chosen];
  });
}

/** The providers of the nearest level that names any; an item without providers is about those of the item before. */
function loggingProviders(mesh: Mesh, levels: readonly (readonly Entry[])[]): readonly ChosenProvider[] {
  const standard = defaults(mesh, "accessLogging");
  const entries = levels.flat();
  if (entries.length === 0) return standard;
  const naming = [...levels].reverse().find((level) => level.some(({ providers }) => providers.length > 0));
  const inScope = new Set(naming?.flatMap(({ providers }) => providers) ?? standard.map(({ name }) => name));
  return MODES.flatMap((mode) => {
    const chosen = new Map<string, ChosenProvider>();
    let parent = standard;
    for (const { providers, origin, modes, disabled } of entries) {
      const named = providers.length === 0 ? parent : providers.map((name) => ({ name, origin }));
      parent = named;
      if (!modes.includes(mode)) continue;
      for (const provider of named.filter(({ name }) => inScope.has(name)))
        if (disabled === true) chosen.delete(provider.name);
        else chosen.set(provider.name, provider);
    }
    return [...chosen.values()];
  });
}

/** Providers that the proxy of a workload sends spans and access logs to; each once. */
export function providersOf(mesh: Mesh, workload: Workload): readonly ChosenProvider[] {
  const levels = applicable(mesh, workload);
  const chosen = [
    ...tracingProviders(
      mesh,
      levels.flatMap(({ tracing }) => tracing),
    ),
    ...loggingProviders(
      mesh,
      levels.map(({ accessLogging }) => accessLogging),
    ),
  ];
  return [...new Map(chosen.reverse().map((provider) => [provider.name, provider])).values()];
}

/** Telemetry whose providers are not known: `spec.tracing` or `spec.accessLogging` as a whole, or an item of it. */
export const unknownTelemetry = perMesh((mesh): readonly Origin[] =>
  objectsOf(mesh, "telemetry.istio.io", "Telemetry").flatMap(({ raw, ref }) =>
    ["tracing", "accessLogging"].flatMap((list) => {
      const items = field(raw, "spec", list);
      const unknown =
        isUnknown(items) ||
        itemsOf(items).some(
          (item) =>
            isUnknown(item) ||
            isUnknown(field(item, "providers")) ||
            itemsOf(field(item, "providers")).some((provider) => isUnknown(field(provider, "name"))),
        );
      return unknown ? [originOf(ref, `spec.${list}`)] : [];
    }),
  ),
);
