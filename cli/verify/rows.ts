import { discover, type Undiscovered } from "../../policies/mtls/discovery/index";
import { concerns } from "../scope";
import { logRows } from "./logs";
import type { Asked, Observation } from "./observe";
import { podRows } from "./pods";
import { rolloutRows } from "./rollout";
import { STATES, type Row } from "./row";
import { sidecarRows } from "./sidecars";
import { targetRows } from "./targets";
import { traceRows } from "./traces";
import { verdictRows } from "./verdicts";

/** What was asked, as the rows word it. */
export type Wording = Pick<Asked, "namespaces" | "traces" | "prometheus"> & { readonly since: string };

/** All rows of one look at a cluster: what does not hold first, then what is unknown; otherwise in the order of the checks. */
export function rowsOf(seen: Observation, { namespaces, traces, prometheus, since }: Wording): Row[] {
  const { mesh, flows } = seen.assessment;
  const isInScope = (namespace: string): boolean => namespaces.length === 0 || namespaces.includes(namespace);
  const rows = [
    ...rolloutRows(mesh.workloads.filter(({ ref }) => isInScope(ref.namespace))),
    ...podRows(seen.workloads),
    ...sidecarRows(seen.workloads),
    ...verdictRows(
      flows.filter(concerns(namespaces)),
      discover(mesh).undiscovered.filter((client) => isInScope(namespaceOf(client))),
    ),
    ...logRows(seen.logs, since),
    ...(seen.traces === undefined ? [] : traceRows(seen.traces, traces?.store.shown ?? "the trace store", since)),
    ...(seen.targets === undefined ? [] : targetRows(seen.targets, prometheus?.shown ?? "Prometheus", namespaces)),
  ];
  return rows.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
}

/** Of `Kind namespace/name`. */
const namespaceOf = ({ object }: Undiscovered): string => /^\S+ ([^/]+)\//.exec(object)?.[1] ?? "";
