import type { TracedService } from "./services";
import type { Row } from "./row";

/** How many traces of a service the store has (one is enough to know), or why that cannot be told. */
export interface TraceAnswer {
  readonly service: TracedService;
  readonly found: number | { readonly problem: string };
}

/** Whether each service that sends traces has some in the store. */
export function traceRows(answers: readonly TraceAnswer[], store: string, since: string): Row[] {
  return answers.map(({ service: { name, certain, of }, found }): Row => {
    const base = { check: "traces", object: name } as const;
    if (typeof found !== "number")
      return {
        ...base,
        state: "unknown",
        says: `${store} ${found.problem}`,
        todo: "check the address of --traces, and that it can be reached from here",
      };
    if (found > 0) return { ...base, state: "holds", says: `${store} has traces of the last ${since}` };
    if (!certain)
      return {
        ...base,
        state: "unknown",
        says: `${store} has no trace of a service "${name}" in the last ${since}; the workload does not say what its service is called`,
        todo: `set OTEL_SERVICE_NAME on ${of.join(" and ")}`,
      };
    return {
      ...base,
      state: "does-not-hold",
      says: `${store} has no trace of it in the last ${since}`,
      todo: `send a request to ${of.join(" or ")} and look again; if there is still none, its row under logs says why`,
    };
  });
}
