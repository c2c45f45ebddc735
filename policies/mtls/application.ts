import { targetPortOn } from "./endpoints";
import { isUnknown } from "./known";
import type { Workload } from "./mesh";
import type { MeshIndex } from "./mesh-index";
import { PROXY_CONTAINER } from "./server/injection";
import type { Application } from "./verdict";

/** Ports that the containers of a workload declare; `undefined` when none does, or when that is not known. */
function declaredPorts({ containers, entry }: Workload): ReadonlySet<number> | undefined {
  if (isUnknown(containers) || entry !== undefined) return undefined;
  const numbers = new Set<number>();
  for (const { name, ports } of containers) {
    if (name === PROXY_CONTAINER) continue;
    if (isUnknown(ports)) return undefined;
    for (const { number } of ports) {
      if (isUnknown(number)) return undefined;
      numbers.add(number);
    }
  }
  return numbers.size === 0 ? undefined : numbers;
}

/** Whether some Service that selects the workload leads to the port, or may. */
const isTargeted = (index: MeshIndex, workload: Workload, port: number): boolean =>
  index.servicesSelecting(workload).some(({ service: { ports } }) => {
    if (isUnknown(ports)) return true;
    return ports.some((candidate) => {
      const target = targetPortOn(workload, candidate);
      return target === port || (target !== undefined && isUnknown(target));
    });
  });

/**
 * Whether a Service led the client to a port on which nothing listens. Kubernetes does not ask for declared ports, so only a port that
 * neither a container nor any Service's target mentions counts, and only where others are declared.
 */
export function leadsNowhere(index: MeshIndex, workload: Workload, port: number): boolean {
  const declared = declaredPorts(workload);
  return declared !== undefined && !declared.has(port) && !isTargeted(index, workload, port);
}

/** What listens behind a port of a workload. */
export const applicationOn = (
  index: MeshIndex,
  workload: Workload,
  port: number,
  byService: boolean,
  speaks: "plaintext" | "tls" | undefined,
): Application => speaks ?? (byService && leadsNowhere(index, workload, port) ? "nothing" : "plaintext");
