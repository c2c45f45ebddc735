import type { ObjectRef } from "../../policies/mtls/objects";
import type { ContainerFacts, PodFacts } from "./pod-facts";
import { row, some, type Row } from "./row";

/** A workload with the pods of it that are meant to run. */
export interface Running {
  readonly ref: ObjectRef;
  readonly pods: readonly PodFacts[];
}

/** Whether the pods of each workload are ready. */
export function podRows(workloads: readonly Running[]): Row[] {
  return workloads.flatMap(({ ref, pods: meant }) => {
    if (meant.length === 0) return [];
    const lost = meant.filter(({ ready }) => ready === "unknown");
    const unready = meant.filter(({ ready }) => ready === false);
    const of = `${meant.length} ${meant.length === 1 ? "pod" : "pods"}`;
    const [first] = [...unready, ...lost];
    const todo = first && `kubectl describe pod ${first.name} -n ${first.namespace}`;
    if (unready.length > 0) {
      const says = `${unready.length} of ${of} ${unready.length === 1 ? "is" : "are"} not ready: ${some(unready.map(why), "; ")}`;
      return [row("pods", ref, "does-not-hold", says, todo)];
    }
    if (lost.length > 0) {
      const says = `the nodes of ${lost.length} of ${of} do not report any more: ${some(lost.map(({ name }) => name))}`;
      return [row("pods", ref, "unknown", says, todo)];
    }
    return [row("pods", ref, "holds", `${meant.length} of ${of} ready`)];
  });
}

function why({ name, phase, reason, containers }: PodFacts): string {
  const culprits = containers.filter((container) => !isWell(container)).map(describe);
  const details = culprits.length > 0 ? some(culprits) : reason;
  return `${name} ${phase === "Running" || phase === "" ? "" : `${phase} `}(${details === "" ? "its readiness gates are not met" : details})`;
}

const isWell = ({ init, ready, started }: ContainerFacts): boolean => (init ? started || ready : ready);

const describe = ({ name, trouble, started }: ContainerFacts): string =>
  `${name}: ${trouble === "" ? (started ? "runs, not ready" : "has not started") : trouble}`;
