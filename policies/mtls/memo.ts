/**
 * Remembers what was computed of a key for an owner (a mesh, an index), as long as the owner lives.
 *
 * @param compute a pure function; `undefined` is an answer like any other
 */
export function remembered<O extends object, K, V>(compute: (owner: O, key: K) => V): (owner: O, key: K) => V {
  const memories = new WeakMap<O, Map<K, V>>();
  return (owner, key) => {
    let memory = memories.get(owner);
    if (memory === undefined) memories.set(owner, (memory = new Map<K, V>()));
    const known = memory.get(key);
    if (known !== undefined || memory.has(key)) return known as V;
    const value = compute(owner, key);
    memory.set(key, value);
    return value;
  };
}

/** Computed when first asked for, then kept. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const copies = new Map<string, string>();
/** So that a process that judges many meshes keeps no more than those of the last ones. */
const MOST_COPIES = 10_000;

/** The same text, and the same copy of it for all who ask: paths repeat in thousands of objects. */
export function oneCopy(text: string): string {
  const copy = copies.get(text);
  if (copy !== undefined) return copy;
  if (copies.size >= MOST_COPIES) copies.clear();
  copies.set(text, text);
  return text;
}
