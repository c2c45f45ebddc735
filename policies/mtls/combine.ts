import type { Exploration } from "./explore";
import type { ServerAnswer } from "./flow";
import { describeRef } from "./objects";
import type { WorldAnswer } from "./world";

/** One answer out of those for every way that what is unknown can go: what differs between the ways is unknown. */

const keyOf = ({ workload, targetPort }: ServerAnswer): string =>
  `${workload === null ? "" : describeRef(workload)}:${targetPort}`;

const answersOf = (world: WorldAnswer | undefined): string =>
  world === undefined ? "" : JSON.stringify(world.servers.answers);

/** Whether two ways come to the same answer. */
export const isSame = (a: WorldAnswer | undefined, b: WorldAnswer | undefined): boolean =>
  a === b || answersOf(a) === answersOf(b);

/** The one value of a field in every way, else `otherwise`. */
const agreed = <T>(values: readonly T[], otherwise: T): T => {
  const [first] = values;
  const texts = new Set(values.map((value) => JSON.stringify(value)));
  return first !== undefined && texts.size === 1 ? first : otherwise;
};

/** One server in every way that it occurs; what differs between them is unknown. */
function merge(answers: readonly ServerAnswer[], isAlways: boolean): ServerAnswer {
  const verdicts = answers.map(({ outcome, symptom }) => ({ outcome, ...(symptom === undefined ? {} : { symptom }) }));
  const verdict = agreed<(typeof verdicts)[number]>(verdicts, { outcome: "unknown" });
  const [{ workload, targetPort }] = answers as readonly [ServerAnswer];
  return {
    workload,
    targetPort,
    sends: agreed(
      answers.map(({ sends }) => sends),
      "unknown",
    ),
    accepts: agreed(
      answers.map(({ accepts }) => accepts),
      null,
    ),
    // A server that is there in some ways only is no reason to say that the flow is refused.
    ...(isAlways || verdict.outcome !== "refused" ? verdict : { outcome: "unknown" }),
  };
}

export const unknownServer = (port: number): ServerAnswer => ({
  workload: null,
  targetPort: port,
  sends: "unknown",
  accepts: null,
  outcome: "unknown",
});

/** The servers of all ways together. */
export function combine(exploration: Exploration<WorldAnswer>, port: number): readonly ServerAnswer[] {
  const worlds = exploration.results.flatMap((world) => (world === undefined ? [] : [world]));
  const isWhole = exploration.complete && worlds.length === exploration.results.length;
  const [first] = worlds;
  if (first !== undefined && isWhole && worlds.every((world) => isSame(world, first))) return first.servers.answers;
  const found = new Map<string, ServerAnswer[][]>();
  for (const { servers } of worlds) {
    const ofWorld = new Map<string, ServerAnswer[]>();
    for (const answer of servers.answers) ofWorld.set(keyOf(answer), [...(ofWorld.get(keyOf(answer)) ?? []), answer]);
    for (const [key, answers] of ofWorld) found.set(key, [...(found.get(key) ?? []), answers]);
  }
  const merged = [...found.values()].map((ways) => merge(ways.flat(), ways.length === worlds.length));
  if (isWhole) return merged;
  return merged.length === 0
    ? [unknownServer(port)]
    : merged.map((server) => ({ ...unknownServer(port), ...placeOf(server) }));
}

const placeOf = ({ workload, targetPort }: ServerAnswer) => ({ workload, targetPort });
