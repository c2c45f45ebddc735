import type { DeclaredFlow } from "../flow";
import { describeRef, type ObjectRef } from "../objects";

/** A flow that the manifests themselves reveal, and the field that reveals it. */
export interface DiscoveredFlow {
  readonly flow: DeclaredFlow;
  readonly origin: Origin;
}

/**
 * The field that says where a client connects to.
 * `path` of a field inside a document that is itself a string (a ConfigMap key) has a `#` between the two:
 * `data.relay#exporters.otlp/tempo.endpoint`.
 */
export interface Origin {
  /** `Kind namespace/name`, as `describeRef` writes it. */
  readonly object: string;
  readonly path: string;
}

/** A client that connects somewhere, and a reason why nobody can say where: never a flow, never a pass. */
export interface Undiscovered extends Origin {
  readonly reason: string;
  /** What is taken for granted instead, in a few words; without it nothing is. */
  readonly assumed?: string;
}

/** What one way in found. */
export interface Discovery {
  readonly flows: readonly DiscoveredFlow[];
  readonly undiscovered: readonly Undiscovered[];
}

export const NOTHING: Discovery = { flows: [], undiscovered: [] };

export function join(parts: Iterable<Discovery>): Discovery {
  const flows: DiscoveredFlow[] = [];
  const undiscovered: Undiscovered[] = [];
  for (const part of parts) {
    for (const flow of part.flows) flows.push(flow);
    for (const unknown of part.undiscovered) undiscovered.push(unknown);
  }
  return { flows, undiscovered };
}

/** `namespace/Kind/name`: the one spelling of `DeclaredFlow.from` that is never ambiguous. */
export const flowFrom = (client: ObjectRef): string => `${client.namespace}/${client.kind}/${client.name}`;

export const originOf = (ref: ObjectRef, path: string): Origin => ({ object: describeRef(ref), path });

const flowKey = ({ flow }: DiscoveredFlow): string =>
  `${flow.from}\n${flow.host}\n${flow.port}\n${flow.protocol ?? ""}\n${flow.tls ?? false}\n${flow.subset ?? ""}`;

const originKey = ({ object, path }: Origin): string => `${object}\n${path}`;

/** Each key once, in the order of the keys: the order of the objects never shows. */
function sortedUnique<T>(items: readonly T[], keyOf: (item: T) => string, rankOf: (item: T) => string): T[] {
  const best = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const known = best.get(key);
    if (known === undefined || rankOf(item) < rankOf(known)) best.set(key, item);
  }
  return [...best].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}

/** The same flow once, with its first origin; the same unknown once. */
export const tidy = ({ flows, undiscovered }: Discovery): Discovery => ({
  flows: sortedUnique(flows, flowKey, ({ origin }) => originKey(origin)),
  undiscovered: sortedUnique(
    undiscovered,
    (item) => `${originKey(item)}\n${item.reason}`,
    () => "",
  ),
});
