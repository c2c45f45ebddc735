import { isUnknown } from "../known";
import type { CollectorConfiguration } from "./collector-configuration";
import { textIn } from "./fields";

/** Components that the pipelines of a collector use; the collector starts no other. */
export interface UsedComponents {
  readonly receivers: readonly string[];
  readonly exporters: readonly string[];
  /** False when a pipeline is not known: other components may be used as well. */
  readonly complete: boolean;
}

const ROLES = ["receivers", "exporters"] as const;

/** Source: opentelemetry.io, "Collector: configuration", Service: "If a component is configured but not defined … it's not enabled". */
export function usedComponents(config: CollectorConfiguration): UsedComponents {
  const used = { receivers: new Set<string>(), exporters: new Set<string>() };
  let complete = !isUnknown(config.at("service", "pipelines"));
  for (const pipeline of config.keys("service", "pipelines"))
    for (const role of ROLES) {
      const list = config.at("service", "pipelines", pipeline, role);
      if (isUnknown(list)) complete = false;
      if (!Array.isArray(list)) continue;
      for (const item of list) {
        const name = textIn(item);
        if (name !== undefined) used[role].add(name);
        else if (isUnknown(item)) complete = false;
      }
    }
  return { receivers: [...used.receivers], exporters: [...used.exporters], complete };
}
