import { stringify } from "yaml";
import type { Outcome, Shrunk } from "./run";

/** A run in words. */

/** How much the engine may leave unknown, as a part of the flows. */
export const UNKNOWN_AT_MOST = 0.005;

export const holds = ({ flows, disagreements, unknowns, failures }: Outcome): boolean =>
  disagreements.length === 0 && failures.length === 0 && unknowns.length <= flows * UNKNOWN_AT_MOST;

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(whole, 1)).toFixed(2)} %`;

const side = (who: string, says: readonly string[]): string =>
  says.map((line, at) => `${(at === 0 ? who : "").padEnd(8)} ${line}`).join("\n");

const indented = (text: string): string => text.replace(/^(?=.)/gm, "    ");

const question = ({ flow }: Shrunk["difference"]): string =>
  `${flow.from} -> ${flow.host}:${flow.port} (${flow.protocol ?? "grpc"}${flow.tls === true ? ", TLS of its own" : ""})`;

/** A disagreement, with both answers and the mesh as YAML. */
export function disagreement({ name, kase, difference }: Shrunk): string {
  const { meshConfig, clusterDomain, features, installations, apps } = kase;
  const setting = JSON.stringify({ meshConfig, clusterDomain, features, installations, apps });
  const documents = [
    ...(setting === "{}" ? [] : [`# ${setting}\n`]),
    ...kase.objects.map((object) => stringify(object)),
  ];
  return [
    `${name}: ${question(difference)}`,
    indented(side("istiod", difference.istiod)),
    indented(side("engine", difference.engine)),
    indented(documents.join("---\n")),
  ].join("\n");
}

/** Reasons with the number of flows that have them, the most frequent first. Names of objects differ from mesh to mesh and are left out. */
function reasons({ unknowns }: Outcome): readonly string[] {
  const counted = new Map<string, { readonly count: number; readonly example: string }>();
  for (const difference of unknowns)
    for (const reason of new Set(difference.unknown.map((text) => text.replace(/ [^ :]+\/[^ :]+:/, ":")))) {
      const example = counted.get(reason)?.example ?? `${difference.name}, ${question(difference)}`;
      counted.set(reason, { count: (counted.get(reason)?.count ?? 0) + 1, example });
    }
  return [...counted]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([reason, { count, example }]) => `  ${String(count).padStart(5)}  ${reason} (first: ${example})`);
}

export const agreements = ({ flows, disagreements, unknowns }: Outcome): number =>
  flows - disagreements.length - unknowns.length;

/** The counts of a run. */
export function summary(outcome: Outcome): string {
  const { meshes, flows, disagreements, unknowns, failures } = outcome;
  return [
    ...failures.map(({ name, error }) => `${name}: no answer: ${error}`),
    `${meshes} meshes, ${flows} flows`,
    `${agreements(outcome)} agreements with istiod`,
    `${disagreements.length} disagreements`,
    `${unknowns.length} unknown (${percent(unknowns.length, flows)}; at most ${percent(UNKNOWN_AT_MOST, 1)} may be)`,
    ...reasons(outcome),
    ...(failures.length === 0 ? [] : [`${failures.length} meshes without an answer`]),
  ].join("\n");
}
