import { remembered } from "../memo";
import type { Mesh, Workload } from "../mesh";
import { readCollectorConfiguration, type CollectorConfiguration } from "./collector-configuration";
import { isCollector } from "./collector-identity";
import { usedComponents, type UsedComponents } from "./collector-pipelines";
import { readReceivers, type CollectorReceiver } from "./collector-receivers";
import type { Undiscovered } from "./discovered";
import { perMesh } from "./lookup";

/** A collector whose configuration is among the objects. */
export interface ConfiguredCollector {
  readonly workload: Workload;
  readonly configuration: CollectorConfiguration;
  readonly used: UsedComponents;
  /** Ports that its pipelines receive on; those of every receiver when the pipelines are not known. */
  readonly receivers: readonly CollectorReceiver[];
  readonly unread: undefined;
}

/** A collector of which only its workload is known. */
export interface UnreadCollector {
  readonly workload: Workload;
  readonly configuration: undefined;
  /** Why. */
  readonly unread: Undiscovered;
}

export type Collector = ConfiguredCollector | UnreadCollector;

function readCollector(mesh: Mesh, workload: Workload): Collector {
  const configuration = readCollectorConfiguration(mesh, workload);
  if ("reason" in configuration) return { workload, configuration: undefined, unread: configuration };
  const used = usedComponents(configuration);
  const listening = used.complete ? used.receivers : configuration.keys("receivers");
  return { workload, configuration, used, receivers: readReceivers(configuration, listening), unread: undefined };
}

/** The collector that a workload is, with its configuration where the objects tell it; `undefined` for any other workload. */
export const collectorOf = remembered((mesh: Mesh, workload: Workload): Collector | undefined =>
  isCollector(mesh, workload) ? readCollector(mesh, workload) : undefined,
);

/** Every collector, in the order of the workloads. */
export const collectors = perMesh(
  (mesh): ReadonlyMap<Workload, Collector> =>
    new Map(
      mesh.workloads.flatMap((workload) => {
        const collector = collectorOf(mesh, workload);
        return collector === undefined ? [] : [[workload, collector] as const];
      }),
    ),
);
