import type { LiveKind } from "./kinds";
import type { ApiServer } from "./kubeconfig";
import { describeStatus, JSON_OBJECTS, parse } from "./list";

/** Versions that the API server has of each group, the preferred one first. */
export type Served = ReadonlyMap<string, readonly string[]>;

/**
 * Asks which API groups there are (APIGroupList); everybody who is let in at all may.
 * @throws Unanswered
 */
export async function servedGroups(server: ApiServer): Promise<Served | { readonly problem: string }> {
  const answer = await server.get("/apis", JSON_OBJECTS);
  if (answer.status !== 200) return { problem: describeStatus(answer) };
  const groups = readGroups(parse(answer.body));
  return groups === undefined ? { problem: "was answered with something that is no list of API groups" } : groups;
}

type Bag = Readonly<Record<string, unknown>>;
const bag = (value: unknown): Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bag) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function readGroups(answer: unknown): Served | undefined {
  if (!Array.isArray(bag(answer)["groups"])) return undefined;
  const served = new Map<string, readonly string[]>([["", ["v1"]]]);
  for (const group of list(bag(answer)["groups"]).map(bag)) {
    const preferred = bag(group["preferredVersion"])["version"];
    const versions = [preferred, ...list(group["versions"]).map((version) => bag(version)["version"])];
    const known = versions.filter((version) => typeof version === "string");
    if (typeof group["name"] === "string") served.set(group["name"], [...new Set(known)]);
  }
  return served;
}

/** Paths under which a kind may be listed, the preferred version first; none when its group is not served. */
export const pathsOf = (served: Served, { group, resource }: LiveKind): { apiVersion: string; path: string }[] =>
  (served.get(group) ?? []).map((version) => ({
    apiVersion: group === "" ? version : `${group}/${version}`,
    path: group === "" ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`,
  }));
