import type { Case, Flow, Json } from "./case";

/**
 * The smallest mesh that still shows something: flows, objects and fields go as long as what is left still does.
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input"), first over objects, then over fields.
 */

/** Whether a case still shows it; asks istiod, so it costs. */
type Shows = (kase: Case) => Promise<boolean>;

type Key = string | number;

const isContainer = (value: unknown): value is Json | readonly unknown[] => typeof value === "object" && value !== null;

/** What an object cannot be without. */
const ESSENTIAL = new Set([
  ...["apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace"],
  // A pod of nothing but a proxy is a gateway, and the API server gives every Service an address.
  ...["spec", "spec.template", "spec.template.spec", "spec.clusterIP"],
  ...["spec.containers", "spec.template.spec.containers"].flatMap((at) => [at, `${at}.0`]),
]);

/** Paths of everything inside a value, the outermost first. */
function paths(value: unknown, at: readonly Key[] = []): readonly (readonly Key[])[] {
  if (!isContainer(value)) return [];
  const keys: readonly Key[] = Array.isArray(value) ? [...value.keys()].reverse() : Object.keys(value);
  // What a container declares says what listens: a mesh with less of it asks something else.
  if (at.at(-2) === "containers") return [];
  const here = keys.map((key) => [...at, key]).filter((path) => !ESSENTIAL.has(path.join(".")));
  return [...here, ...keys.flatMap((key) => paths((value as Record<Key, unknown>)[key], [...at, key]))];
}

function without<T>(value: T, [key, ...rest]: readonly Key[]): T {
  if (!isContainer(value) || key === undefined) return value;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return (
      rest.length === 0
        ? items.filter((_, at) => at !== key)
        : items.map((item, at) => (at === key ? without(item, rest) : item))
    ) as T;
  }
  const entries = Object.entries(value);
  return Object.fromEntries(
    rest.length === 0
      ? entries.filter(([name]) => name !== key)
      : entries.map(([name, item]) => [name, name === key ? without(item, rest) : item]),
  ) as T;
}

/** A list with as few items as possible, in chunks that get smaller. */
async function fewest<T>(items: readonly T[], shows: (left: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let left = items;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < left.length;) {
      const rest = [...left.slice(0, at), ...left.slice(at + size)];
      if (await shows(rest)) left = rest;
      else at += size;
    }
  }
  return left;
}

/** A value with as few fields as possible. */
async function barest<T>(value: T, shows: (left: T) => Promise<boolean>): Promise<T> {
  let left = value;
  for (const path of paths(value)) {
    // An earlier removal may have taken it along, or moved what follows in a list.
    const smaller = without(left, path);
    if (JSON.stringify(smaller) !== JSON.stringify(left) && (await shows(smaller))) left = smaller;
  }
  return left;
}

/**
 * @param flow the flow of the case that shows it; the others go first
 * @param shows true for the case itself
 */
export async function shrink(kase: Case, flow: Flow, shows: Shows): Promise<Case> {
  let left: Case = { ...kase, flows: [flow] };
  if (!(await shows(left))) return kase;
  const attempt = async <K extends keyof Case>(key: K): Promise<void> => {
    const rest = Object.fromEntries(Object.entries(left).filter(([name]) => name !== key));
    if (key in left && (await shows(rest as unknown as Case))) left = rest as unknown as Case;
  };
  left = { ...left, objects: await fewest(left.objects, (objects) => shows({ ...left, objects })) };
  for (const key of ["apps", "meshConfig", "clusterDomain"] as const) await attempt(key);
  const objects = [...left.objects];
  for (const [at, object] of objects.entries())
    objects[at] = await barest(object, (smaller) =>
      shows({ ...left, objects: objects.map((other, place) => (place === at ? smaller : other)) }),
    );
  return { ...left, objects };
}
