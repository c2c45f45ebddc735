import type { Answer, Case, Json } from "./case";
import { AREAS } from "./rules";
import { probesOf } from "./rules/probe";
import type { Creation, Rule } from "./rules/rule";

/** How many meshes of a run show each rule of the specification. */
export type Coverage = ReadonlyMap<string, number>;

const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Json)[key] : undefined),
    value,
  );

const texts = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null ? (value as Record<string, string>) : {};

/** What became of the pods that met webhooks. */
function creationsOf({ objects, installations }: Case, { pods = [] }: Answer): readonly Creation[] {
  if (installations === undefined) return [];
  return pods.flatMap(({ pod, webhook, dataPlane, tlsMode }) => {
    const [namespace = "", name = ""] = pod.split("/");
    const owner = objects.find(
      ({ metadata }) => at(metadata, "namespace") === namespace && `${String(at(metadata, "name"))}-0` === name,
    );
    const home = objects.find(({ kind, metadata }) => kind === "Namespace" && at(metadata, "name") === namespace);
    const template = at(owner, "spec", "template");
    return [
      {
        namespace,
        namespaceLabels: texts(at(home, "metadata", "labels")),
        labels: texts(at(template, "metadata", "labels")),
        annotations: texts(at(template, "metadata", "annotations")),
        hostNetwork: at(template, "spec", "hostNetwork") === true,
        installations,
        webhook,
        dataPlane,
        tlsMode,
      },
    ];
  });
}

const RULES: readonly Rule[] = AREAS.flatMap(({ rules }) => rules);

export class Tally {
  private readonly counted = new Map<string, number>(RULES.map(({ id }) => [id, 0]));

  /** A mesh with istiod's answers. */
  add(kase: Case, answer: Answer): void {
    const probes = probesOf(kase, answer);
    const creations = creationsOf(kase, answer);
    for (const { id, shows, showsOn } of RULES)
      if (probes.some((probe) => shows?.(probe)) || creations.some((creation) => showsOn?.(creation)))
        this.counted.set(id, (this.counted.get(id) ?? 0) + 1);
  }

  get coverage(): Coverage {
    return this.counted;
  }
}

/** Why no generated mesh shows a rule, where that is so. */
const UNREACHED: Readonly<Record<string, string>> = {};

/** More names than this say only that the run was short. */
const LISTED = 20;

/** A table for a terminal: the rules that fewest meshes show first. */
export function coverageTable(coverage: Coverage): string {
  const rows = [...coverage].sort(([, a], [, b]) => a - b);
  const missing = rows.filter(([, count]) => count === 0).map(([id]) => id);
  return [
    `${rows.length} rules of the specification, ${rows.length - missing.length} of them shown by some mesh`,
    ...(missing.length === 0 || missing.length > LISTED ? [] : [`  none shows: ${missing.join(", ")}`]),
    `  least shown: ${rows
      .filter(([, count]) => count > 0)
      .slice(0, 12)
      .map(([id, count]) => `${id} ${count}`)
      .join(", ")}`,
  ].join("\n");
}

/** What docs/conformance.md says of its run. */
export interface RunFigures {
  readonly seed: string;
  readonly meshes: number;
  readonly flows: number;
  readonly agreements: number;
  readonly disagreements: number;
  readonly unknown: number;
}

/** docs/conformance.md. */
export function coveragePage(
  coverage: Coverage,
  { seed, meshes, flows, agreements, disagreements, unknown }: RunFigures,
): string {
  const areas = AREAS.flatMap(({ title, source, rules }) => [
    `## ${title}`,
    "",
    `Istio's code: ${source}.`,
    "",
    "| rule | meshes |",
    "| --- | ---: |",
    ...rules.map(({ id, says }) => {
      const count = coverage.get(id) ?? 0;
      return `| ${says.replaceAll("|", "\\|")} (\`${id}\`) | ${count === 0 ? `0: ${UNREACHED[id] ?? "not reached by this run"}` : count} |`;
    }),
    "",
  ]);
  return [
    "# Conformance with istiod",
    "",
    "The engine says what a client sends, what a port accepts and how that ends. Istio's own control plane decides the same things, so the",
    "two are compared: `npm run conformance -- --seed S --count N` makes N random meshes from a seed, asks istiod's own code",
    "(`tests/conformance/oracle`, Go) and the engine about every flow, and prints every disagreement with the smallest mesh that still shows",
    "it. What is istiod's code there and what is our own reading of Kubernetes, iptables and ztunnel: `tests/conformance/oracle/README.md`.",
    "",
    "An answer that the engine leaves unknown is no agreement; at most 0.5 % of the flows may be.",
    "",
    "```sh",
    "npm run conformance -- --seed 1 --count 5000                    # needs Go; the oracle is built once (up to 10 minutes)",
    `npm run conformance -- --seed ${seed} --count ${meshes} --write-coverage   # this page`,
    "npm run conformance -- --seed answers --count 320 --write-answers   # the answers that `npm test` checks without Go",
    "```",
    "",
    `Of the run behind this page (seed ${seed}): ${meshes} meshes, ${flows} flows, ${agreements} agreements, ${disagreements} disagreements, ${unknown} unknown.`,
    "The engine was corrected against that seed and every other that disagreed. What a gateway's own port accepts it leaves unknown. No mesh asks",
    "about ambient pods in namespaces that istiod does not watch. A short Service name that exists in another namespace only is unknown too,",
    "since that Service may be missing from the objects.",
    "",
    "The tables list the rules of Istio's semantics that an answer may rest on, and how many meshes of the run have an answer that shows the",
    "rule at work. A rule is shown by what istiod answered, not by what the engine thinks.",
    "",
    ...areas,
  ].join("\n");
}
