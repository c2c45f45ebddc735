/** A property path: keys and list indexes; `*` in a pattern stands for any key or index. */
export type Path = readonly (string | number)[];

/** `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`: the form the engine reads and prints. */
export const printPath = (path: Path): string =>
  path
    .map((segment, index) => {
      if (typeof segment === "number") return `[${segment}]`;
      if (/[."[\]]/.test(segment)) return `["${segment.replaceAll('"', '\\"')}"]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join("");

/** Reads what `printPath` prints, and `[*]`. Used for `ignoreChanges`, whose syntax the engine has already checked. */
export function parsePath(text: string): Path {
  const segments: (string | number)[] = [];
  for (const [, key, index, quoted] of text.matchAll(/([^.[\]]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
    if (quoted !== undefined) segments.push(quoted.replaceAll('\\"', '"'));
    else if (index !== undefined) segments.push(index === "*" ? index : Number(index));
    else if (key !== undefined) segments.push(key);
  }
  return segments;
}

/** True when `path` is `pattern` or lies below it. */
export const isWithin = (path: Path, pattern: Path): boolean =>
  pattern.length <= path.length &&
  pattern.every((segment, index) => segment === "*" || String(segment) === String(path[index]));
