import { load } from "js-yaml";
import type { Rendered } from "../../../cli/changes/render";

type Bag = Record<string, unknown>;

const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);

/** Carries out what `fix` prints, as kubectl would: written apart from the command, which must not check itself. */
export function carryOut(objects: readonly unknown[], edits: readonly Rendered[]): unknown[] {
  return edits.reduce<unknown[]>(
    (current, { command, yaml }) => {
      const [, verb, kind, name, namespace] = /^kubectl (patch|delete) (\S+) (\S+)(?: -n (\S+))?/.exec(command) ?? [
        undefined,
        "apply",
      ];
      if (verb === "apply") return [...current, load(yaml ?? "")];
      const isMeant = (object: unknown): boolean =>
        isBag(object) &&
        String(object["kind"]).toLowerCase() === kind &&
        isBag(object["metadata"]) &&
        object["metadata"]["name"] === name &&
        (object["metadata"]["namespace"] ?? (namespace === "default" ? "default" : undefined)) === namespace;
      const meant = current.filter(isMeant);
      if (meant.length !== 1) throw new Error(`${command}: ${meant.length} objects are meant`);
      if (verb === "delete") return current.filter((object) => !isMeant(object));
      const isStrategic = !command.includes("--type merge");
      return current.map((object) => (isMeant(object) ? merged(object, load(yaml ?? ""), isStrategic) : object));
    },
    [...objects],
  );
}

/** RFC 7386, and with `isStrategic` lists of named items merged by name. */
function merged(target: unknown, patch: unknown, isStrategic: boolean): unknown {
  if (
    Array.isArray(patch) &&
    Array.isArray(target) &&
    isStrategic &&
    patch.every((item) => isBag(item) && "name" in item)
  ) {
    const names = patch.map((item: Bag) => item["name"]);
    return [
      ...target.map((item: Bag) =>
        names.includes(item["name"]) ? merged(item, patch[names.indexOf(item["name"])], true) : item,
      ),
      ...patch.filter((item: Bag) => !target.some((other: Bag) => other["name"] === item["name"])),
    ];
  }
  if (!isBag(patch)) return patch;
  const result: Bag = isBag(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value, isStrategic);
  }
  return result;
}
