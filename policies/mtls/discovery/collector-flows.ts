import type { Mesh } from "../mesh";
import { collectors, type ConfiguredCollector } from "./collector";
import { exporterFlows } from "./collector-exporters";
import { configText } from "./collector-configuration";
import { collectorContainer } from "./collector-identity";
import { componentType } from "./collector-receivers";
import { declaredExporters } from "./declarative-configuration";
import { flowFrom, join, type Discovery } from "./discovered";
import { flowOf } from "./otlp-endpoint";
import { readScrapeConfigs, type ScrapeConfigs } from "./prometheus-scrape-configs";

/** Jobs of the prometheus receivers that the pipelines of a collector use. */
export function scrapeConfigsOf({ workload, configuration, used }: ConfiguredCollector): readonly ScrapeConfigs[] {
  return used.receivers
    .filter((component) => componentType(component) === "prometheus")
    .map((component) => {
      const keys = ["receivers", component, "config", "scrape_configs"];
      return readScrapeConfigs(configuration.at(...keys), {
        from: flowFrom(workload.ref),
        namespace: workload.ref.namespace,
        text: (value) => configText(value, configuration.environment),
        place: (path) => {
          const { object, path: list } = configuration.place(...keys);
          return { object, path: list + path };
        },
      });
    });
}

/** Where the declarative names of SDKs stand in the collector's own `service.telemetry`. */
const TELEMETRY: readonly (readonly [string, string])[] = [
  ["tracer_provider", "traces"],
  ["meter_provider", "metrics"],
  ["logger_provider", "logs"],
];

/** Telemetry of the collector about itself. Source: opentelemetry.io, "Collector: internal telemetry". */
function ownTelemetry(mesh: Mesh, { workload, configuration }: ConfiguredCollector): Discovery {
  const tree = Object.fromEntries(
    TELEMETRY.map(([provider, name]) => [provider, configuration.at("service", "telemetry", name)]),
  );
  const endpoints = declaredExporters(tree, {
    client: workload.ref,
    container: collectorContainer(mesh, workload)?.name ?? "",
    environment: configuration.environment,
    agent: undefined,
    place: (path) => {
      const [provider = "", ...rest] = path.split(".");
      const name = TELEMETRY.find(([known]) => known === provider)?.[1] ?? provider;
      const { object, path: telemetry } = configuration.place("service", "telemetry");
      return { object, path: [telemetry, name, ...rest].join(".") };
    },
  });
  return join(endpoints.map(flowOf));
}

function flowsOf(mesh: Mesh, collector: ConfiguredCollector): Discovery {
  const { configuration, used } = collector;
  const pipelines = configuration.place("service", "pipelines");
  return join([
    ...exporterFlows(mesh, collector),
    ...scrapeConfigsOf(collector),
    ownTelemetry(mesh, collector),
    {
      flows: [],
      undiscovered: used.complete
        ? []
        : [{ ...pipelines, reason: "the pipelines are not known yet, nor which exporters they use" }],
    },
  ]);
}

/** Flows of collectors: their exporters, their scrape jobs with static targets, their own telemetry. */
export const collectorFlows = (mesh: Mesh): Discovery =>
  join(
    [...collectors(mesh).values()].map((collector) =>
      collector.configuration === undefined
        ? { flows: [], undiscovered: [collector.unread] }
        : flowsOf(mesh, collector),
    ),
  );
