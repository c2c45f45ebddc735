import { bag, bags, parseJson, text } from "./json";
import type { LiveKind } from "./kinds";
import type { ApiServer } from "./kubeconfig";
import { describeStatus, JSON_OBJECTS } from "./list";

/** Versions that the API server has of each group, the preferred one first. */
export type Served = ReadonlyMap<string, readonly string[]>;

/**
 * Asks which API groups there are (APIGroupList); everybody who is let in at all may.
 * @throws Unanswered
 */
export async function servedGroups(server: ApiServer): Promise<Served | { readonly problem: string }> {
  const answer = await server.get("/apis", JSON_OBJECTS);
  if (answer.status !== 200) return { problem: describeStatus(answer) };
  const groups = readGroups(parseJson(answer.body));
  return groups === undefined ? { problem: "was answered with something that is no list of API groups" } : groups;
}

function readGroups(answer: unknown): Served | undefined {
  if (!Array.isArray(bag(answer)["groups"])) return undefined;
  const served = new Map<string, readonly string[]>([["", ["v1"]]]);
  for (const group of bags(bag(answer)["groups"])) {
    const preferred = bag(group["preferredVersion"])["version"];
    const versions = [preferred, ...bags(group["versions"]).map(({ version }) => version)];
    const name = text(group["name"]);
    if (name !== undefined) served.set(name, [...new Set(versions.flatMap((version) => text(version) ?? []))]);
  }
  return served;
}

/** Paths under which a kind may be listed, the preferred version first; none when its group is not served. */
export const pathsOf = (served: Served, { group, resource }: LiveKind): { apiVersion: string; path: string }[] =>
  (served.get(group) ?? []).map((version) => ({
    apiVersion: group === "" ? version : `${group}/${version}`,
    path: group === "" ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`,
  }));
