import type { ObjectRef } from "../../policies/mtls/objects";
import { diagnoseLog } from "../diagnose";
import type { Finding } from "../diagnose/diagnosis";
import { row, some, type Row } from "./row";

/** The end of one container's log, or why there is none to read. */
export type ContainerLog = { readonly pod: string; readonly container: string } & (
  { readonly text: string } | { readonly problem: string; readonly todo: string }
);

/** A workload whose logs tell whether its telemetry gets through. */
export interface Logged {
  readonly ref: ObjectRef;
  readonly logs: readonly ContainerLog[];
}

/** Whether the logs of agents, collectors and proxies tell of faults; the recognisers are those of `meshtls diagnose`. */
export function logRows(workloads: readonly Logged[], since: string): Row[] {
  return workloads.flatMap(({ ref, logs }) => {
    if (logs.length === 0) return [];
    const faults = logs.flatMap((log) =>
      "text" in log ? faultsIn(log.text).map((finding) => ({ log, finding })) : [],
    );
    const [worst] = faults;
    if (worst !== undefined) {
      const says = some(
        faults.map(({ log, finding }) => describeFault(log, finding)),
        "; ",
      );
      return [row("logs", ref, "does-not-hold", says, remedy(worst.finding))];
    }
    const unread = logs.flatMap((log) => ("problem" in log ? [log] : []));
    const [first] = unread;
    if (first !== undefined) {
      const says = some(
        unread.map(({ pod, container, problem }) => `${pod}/${container} ${problem}`),
        "; ",
      );
      return [row("logs", ref, "unknown", says, first.todo)];
    }
    const lines = logs.reduce((sum, log) => sum + ("text" in log ? linesIn(log.text) : 0), 0);
    const says = `nothing known to be a fault in ${lines} lines of the last ${since} (${logs.length} containers)`;
    return [row("logs", ref, "holds", says)];
  });
}

/** A line that is recognised and has no cause is the sign of a good start. */
const faultsIn = (text: string): readonly Finding[] =>
  diagnoseLog(text).findings.filter(({ causes }) => causes.length > 0);

const describeFault = ({ pod, container }: ContainerLog, { title, count }: Finding): string =>
  `${title}${count > 1 ? ` (${count} times)` : ""}, in ${pod}/${container}`;

const remedy = ({ causes: [likeliest], docs }: Finding): string =>
  likeliest === undefined ? docs : `most likely ${likeliest.cause}: ${likeliest.fix} (${docs})`;

const linesIn = (text: string): number => text.split("\n").filter((line) => line !== "").length;
