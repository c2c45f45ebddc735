import { isUnknown } from "../mtls/known";
import { isMap } from "./kubernetes";

const nameOf = (item: unknown): unknown => (isMap(item) ? item.name : undefined);
const isNamed = (items: readonly unknown[]): boolean =>
  items.length > 0 && items.every((item) => nameOf(item) !== undefined);

/**
 * What an object is after a `…Patch` resource was applied to it, as server-side apply does: maps merge, lists of named items
 * (containers, ports, env) merge by name, everything else is replaced.
 */
export function applyPatch(base: unknown, patch: unknown): unknown {
  if (patch === undefined) return base;
  if (isUnknown(patch)) return patch;
  if (isMap(base) && isMap(patch)) {
    const merged: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(patch)) merged[key] = applyPatch(base[key], value);
    return merged;
  }
  if (Array.isArray(base) && Array.isArray(patch) && isNamed(base) && isNamed(patch)) {
    const rest = patch.filter((item) => !base.some((other) => nameOf(other) === nameOf(item))) as unknown[];
    return [
      ...base.map((item: unknown) =>
        applyPatch(
          item,
          patch.find((other) => nameOf(other) === nameOf(item)),
        ),
      ),
      ...rest,
    ];
  }
  return patch;
}
