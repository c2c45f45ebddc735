import { targetPortOn } from "./endpoints";
import { isUnknown } from "./known";
import type { Workload } from "./mesh";
import type { MeshIndex } from "./mesh-index";
import { otlpPorts } from "./discovery/collector-ports";
import { PROXY_CONTAINER } from "./server/injection";

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

/** Ports that nobody opens for anything but OTLP. */
const OTLP_PORTS = [4317, 4318];

/** Whether the workload shows where it takes OTLP, and the client, who dials a port of OTLP, is led past it. */
const missesOtlp = ({ mesh }: MeshIndex, workload: Workload, port: number, dialled: number): boolean => {
  if (!OTLP_PORTS.includes(dialled)) return false;
  const taken = otlpPorts(mesh, workload);
  return taken.length > 0 && !taken.some((candidate) => candidate.port === port);
};

/** A port to which a Service led. */
export interface LedTo {
  readonly port: number;
  /** As the client dialled it. */
  readonly dialled: number;
}

/**
 * Whether a Service led the client to a port on which nothing listens. Kubernetes does not ask for declared ports, so what a Service
 * targets counts as open too, unless the workload shows that it takes what is sent elsewhere.
 */
export function leadsNowhere(index: MeshIndex, workload: Workload, { port, dialled }: LedTo): boolean {
  const declared = declaredPorts(workload);
  if (declared === undefined || declared.has(port)) return false;
  return !isTargeted(index, workload, port) || missesOtlp(index, workload, port, dialled);
}
