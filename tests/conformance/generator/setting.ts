import type { Json } from "../case";
import type { Random } from "./random";

/** The few names that everything in a random mesh is made of, so that rules meet often. */

export interface Setting {
  readonly random: Random;
  /** Where most clients are, where most servers are, and a third namespace. */
  readonly namespaces: readonly [clients: string, servers: string, other: string];
  readonly root: string;
  readonly domain: string;
  /** Nothing listens on some of the ports that clients may dial. */
  readonly hasClosedPorts: boolean;
}

export const APPS = ["web", "otel"] as const;

/** Ports of applications; 4317 most of the time. */
export const PORTS = [4317, 4318, 8080] as const;

/** Ports on which the server may speak first: MySQL, MongoDB, DNS. */
export const NEVER_SNIFFED = [3306, 27017, 53] as const;

/** Every other port that some Service, entry or client may name. */
export const OTHER_PORTS: readonly number[] = [80, 81, 82, 9999, 14317, 14318, ...NEVER_SNIFFED];

/** Four moments, so that ages are equal now and then; `undefined` is older than all. */
const MOMENTS = [1, 2, 3, 4].map((day) => `2026-01-0${day}T00:00:00Z`);

export const created = (random: Random): { readonly creationTimestamp?: string } =>
  random.maybe(0.75, "creationTimestamp", () => random.pick(MOMENTS));

/** Where an object of the mesh's configuration lives: with the servers, the clients, in the root namespace, or elsewhere. */
export function namespaceOfPolicy({ random, namespaces: [clients, servers, other], root }: Setting): string {
  return random.weighted([
    [5, servers],
    [3, clients],
    [3, root],
    [1, other],
  ]);
}

export const metadata = (name: string, namespace: string, rest: Json = {}): Json => ({ name, namespace, ...rest });

/** A list for `exportTo`, of values that the webhook admits. */
export function exportTo({ random, namespaces: [clients, servers, other] }: Setting): readonly string[] {
  return random.weighted([
    [3, ["."]],
    [3, ["*"]],
    [2, [clients]],
    [1, [servers]],
    [1, [other]],
    [1, [".", other]],
    [1, [clients, servers]],
    [1, [".", clients]],
  ]);
}
