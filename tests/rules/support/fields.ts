/** Every field of an object, and the object with another value in one of them. */

export type Path = readonly (string | number)[];

/** Objects and lists among the fields before what is in them; the object itself is none. */
export function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value))
    yield* pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** A copy in which `put` decides how the field's holder gets its new value. */
export function changedAt(
  value: unknown,
  [key, ...rest]: Path,
  put: (holder: Record<string | number, unknown>, key: string | number) => void,
): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  if (rest.length === 0) put(copy, key);
  else copy[key] = changedAt(copy[key], rest, put);
  return copy;
}

export const withValue = (value: unknown, path: Path, given: unknown): unknown =>
  changedAt(value, path, (holder, key) => void (holder[key] = given));

/** A ConfigMap whose annotations nobody knows is a ConfigMap like any other: it does not say that it is a record. */
const isClaim = (kind: string, path: Path): boolean =>
  kind === "ConfigMap" && ["metadata", "metadata.annotations"].includes(path.join("."));

/** What an object is and how it is called is known in every preview: the provider names what has no name. */
const isIdentity = (path: Path): boolean => ["apiVersion", "kind", "metadata.name"].includes(path.join("."));

/** The fields of an object that may be unknown, and then must be no pass. */
export const openable = (object: unknown): readonly Path[] =>
  [...pathsOf(object)].filter((path) => !isIdentity(path) && !isClaim((object as { kind: string }).kind, path));

/** `Deployment: spec.template.metadata.labels` */
export const describeField = (object: unknown, path: Path): string =>
  `${(object as { kind: string }).kind}: ${path.join(".")}`;
