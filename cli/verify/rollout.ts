import type { Workload } from "../../policies/mtls/mesh";
import { bag, bags, number as numberOf, type Bag } from "../cluster/json";
import { row, type Row, type State } from "./row";

const number = (value: unknown, otherwise = 0): number => numberOf(value) ?? otherwise;

type Progress = readonly [state: State, says: string];
const DONE = (says: string): Progress => ["holds", says];
const NOT_YET = (says: string): Progress => ["does-not-hold", says];

/** How far each kind is; as `kubectl rollout status` decides it (kubectl, pkg/polymorphichelpers/rollout_status.go). */
const PROGRESS: Readonly<Record<string, (spec: Bag, status: Bag) => Progress>> = {
  Deployment: (spec, status) => {
    const failed = bags(status["conditions"]).find(
      ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
    );
    const wanted = number(spec["replicas"], 1);
    const [total, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"].map((key) =>
      number(status[key]),
    ) as [number, number, number];
    if (failed !== undefined) return NOT_YET("makes no progress any more (ProgressDeadlineExceeded)");
    if (updated < wanted) return NOT_YET(`${updated} of ${wanted} pods are new`);
    if (total > updated) return NOT_YET(`${total - updated} old pods are still there`);
    if (available < updated) return NOT_YET(`${available} of ${updated} new pods are available`);
    return DONE(`${available} of ${wanted} pods are new and available`);
  },
  StatefulSet: (spec, status) => {
    const { type = "RollingUpdate", rollingUpdate } = bag(spec["updateStrategy"]);
    const wanted = number(spec["replicas"], 1);
    const ready = number(status["readyReplicas"]);
    const updated = number(status["updatedReplicas"]);
    if (type !== "RollingUpdate") return onDelete(number(status["updatedReplicas"]), wanted);
    if (ready < wanted) return NOT_YET(`${ready} of ${wanted} pods are ready`);
    const held = number(bag(rollingUpdate)["partition"]);
    if (held > 0)
      return updated < wanted - held
        ? NOT_YET(`${updated} of ${wanted - held} pods above partition ${held} are new`)
        : DONE(`${updated} pods are new, up to partition ${held}`);
    if (status["updateRevision"] !== status["currentRevision"]) return NOT_YET(`${updated} of ${wanted} pods are new`);
    return DONE(`${ready} of ${wanted} pods are new and ready`);
  },
  DaemonSet: (spec, status) => {
    const wanted = number(status["desiredNumberScheduled"]);
    const updated = number(status["updatedNumberScheduled"]);
    const available = number(status["numberAvailable"]);
    if ((bag(spec["updateStrategy"])["type"] ?? "RollingUpdate") !== "RollingUpdate") return onDelete(updated, wanted);
    if (updated < wanted) return NOT_YET(`${updated} of ${wanted} pods are new`);
    if (available < wanted) return NOT_YET(`${available} of ${wanted} pods are available`);
    return DONE(`${available} of ${wanted} pods are new and available`);
  },
  Rollout: (_spec, status) => {
    const phase = status["phase"];
    if (phase === "Healthy") return DONE("is healthy");
    if (phase === undefined) return ["unknown", "its controller has not said how far it is"];
    return NOT_YET(`is ${String(phase)}`);
  },
};

/** Pods keep the old template until somebody deletes them; whether that is meant nobody can see. */
const onDelete = (updated: number, wanted: number): Progress =>
  updated >= wanted
    ? DONE(`${updated} of ${wanted} pods are new`)
    : ["unknown", `${updated} of ${wanted} pods are new; the others stay until they are deleted (OnDelete)`];

/** Whether what was deployed is what runs. */
export function rolloutRows(workloads: readonly Workload[]): Row[] {
  return workloads.flatMap(({ ref, raw }) => {
    const progress = PROGRESS[ref.kind];
    if (progress === undefined) return [];
    const { metadata, spec, status } = bag(raw);
    const generation = number(bag(metadata)["generation"]);
    // Argo's is a text.
    const observed = Number(bag(status)["observedGeneration"] ?? 0);
    const [state, says] =
      observed < generation
        ? NOT_YET("its controller has not seen the last change yet")
        : progress(bag(spec), bag(status));
    const todo = `kubectl rollout status ${ref.kind.toLowerCase()}/${ref.name} -n ${ref.namespace}`;
    return [row("rollout", ref, state, says, state === "holds" ? undefined : todo)];
  });
}
