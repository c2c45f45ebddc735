import { describeRef } from "../policies/mtls/objects";
import { OUTCOMES, type Outcome, type Symptom } from "../policies/mtls/vocabulary";
import { resolveClient } from "../policies/mtls/client/resolve-client";
import type { DeclaredFlow, FlowAnswer } from "../policies/mtls/flow";
import { indexMesh } from "../policies/mtls/mesh-index";
import type { Arguments } from "./arguments";
import type { Run } from "./commands";
import { clientProblems } from "./flows/clients";
import { declaredFlows, emit, factsOf, readCluster, readInput, type Read } from "./input";
import type { Io } from "./io";
import { answer, meshOf } from "./judge";
import { code, table } from "./printers/markdown";
import { describeOutcome } from "./printers/words";
import { count } from "./summary";
import { EXIT } from "./threshold";
import { UsageError } from "./usage-error";

/** How one flow's verdict changed; `null` where the flow does not exist. */
export interface Difference {
  readonly from: string;
  readonly asked: string;
  readonly change: "worse" | "better" | "other" | "new" | "gone";
  readonly before: { readonly outcome: Outcome; readonly symptom?: Symptom } | null;
  readonly after: { readonly outcome: Outcome; readonly symptom?: Symptom } | null;
  /** What led to the verdict after the change. */
  readonly because: readonly string[];
}

/** `meshtls diff BEFORE AFTER`: verdicts that changed; exit 1 when one got worse. */
export const diff: Run = async (args, io) => {
  const [beforePath = "", afterPath = ""] = args.positionals;
  const declared = await declaredFlows(args);
  const before = await answersOf(beforePath, declared, args, io);
  const after = await answersOf(afterPath, declared, args, io);
  const unknownClients = declared.filter(({ from }) => !before.knows(from) && !after.knows(from));
  if (unknownClients.length > 0) throw new UsageError(clientProblems(after.mesh, unknownClients));

  const differences = compare(before.flows, after.flows);
  const text = PRINT[args.text("format") ?? "text"]?.(differences, after.flows.length) ?? "";
  emit(text, args, io);
  return differences.some(({ change }) => change === "worse") ? EXIT.findings : EXIT.clean;
};

async function answersOf(path: string, declared: readonly DeclaredFlow[], args: Arguments, io: Io) {
  const { manifests } = await readSide(path, args, io);
  const mesh = meshOf(manifests, factsOf(args));
  const index = indexMesh(mesh);
  const knows = (from: string): boolean => !("candidates" in resolveClient(index, from));
  const flows = declared.filter(({ from }) => knows(from));
  return { mesh, knows, flows: answer(mesh, { flows, now: args.date("now") ?? io.today }).flows };
}

/** `live:` and `live:CONTEXT` are clusters. */
const CLUSTER = /^live:(.*)$/;

async function readSide(path: string, args: Arguments, io: Io): Promise<Read> {
  const context = CLUSTER.exec(path)?.[1];
  if (context === undefined) return await readInput([path], args, io);
  return await readCluster(context === "" ? undefined : context, args, io);
}

const keyOf = ({ from, asked, protocol, tls }: FlowAnswer): string =>
  [describeRef(from), asked, protocol, tls].join(" ");

/** Flows whose verdict is not what it was: the worse ones first. */
export function compare(before: readonly FlowAnswer[], after: readonly FlowAnswer[]): Difference[] {
  const previous = new Map(before.map((flow) => [keyOf(flow), flow]));
  const now = new Map(after.map((flow) => [keyOf(flow), flow]));
  const keys = [...new Set([...previous.keys(), ...now.keys()])];
  return keys
    .flatMap((key) => difference(previous.get(key), now.get(key)))
    .sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change));
}

const ORDER: readonly Difference["change"][] = ["worse", "better", "other", "new", "gone"];

function difference(before: FlowAnswer | undefined, after: FlowAnswer | undefined): Difference[] {
  const flow = after ?? before;
  if (flow === undefined || (before?.outcome === after?.outcome && before?.symptom === after?.symptom)) return [];
  const verdict = (answer: FlowAnswer | undefined): Difference["before"] =>
    answer === undefined
      ? null
      : { outcome: answer.outcome, ...(answer.symptom === undefined ? {} : { symptom: answer.symptom }) };
  return [
    {
      from: describeRef(flow.from),
      asked: flow.asked,
      change: changeOf(before, after),
      before: verdict(before),
      after: verdict(after),
      because: (after?.because ?? []).map(({ object, says }) => (object === undefined ? says : `${object}: ${says}`)),
    },
  ];
}

/** A new flow that does not work, or is not known to, is worse than none. */
function changeOf(before: FlowAnswer | undefined, after: FlowAnswer | undefined): Difference["change"] {
  if (after === undefined) return "gone";
  if (before === undefined) return after.outcome === "refused" || after.outcome === "unknown" ? "worse" : "new";
  const step = OUTCOMES.indexOf(after.outcome) - OUTCOMES.indexOf(before.outcome);
  return step < 0 ? "worse" : step > 0 ? "better" : "other";
}

type Print = (differences: readonly Difference[], flows: number) => string;

const verdictText = (verdict: Difference["before"]): string => (verdict === null ? "–" : describeOutcome(verdict));

function counts(differences: readonly Difference[], flows: number): string {
  if (differences.length === 0) return `no verdict changed (${count(flows, "flow")})`;
  const parts = ORDER.flatMap((change) => {
    const number = differences.filter((difference) => difference.change === change).length;
    return number === 0 ? [] : [`${number} ${change}`];
  });
  return `${count(differences.length, "verdict")} changed: ${parts.join(", ")} (${count(flows, "flow")})`;
}

const PRINT: Readonly<Record<string, Print>> = {
  json: (differences, flows) => `${JSON.stringify({ schemaVersion: 1, flows, differences }, null, 2)}\n`,
  markdown: (differences, flows) =>
    [
      `**meshtls diff**: ${counts(differences, flows)}`,
      ...(differences.length === 0
        ? []
        : [
            table(
              ["", "flow", "before", "after", "because"],
              differences.map(({ change, from, asked, before, after, because }) => [
                change,
                `${code(from)} → ${code(asked)}`,
                verdictText(before),
                verdictText(after),
                because.map(code).join("<br>"),
              ]),
            ),
          ]),
    ]
      .map((part) => `${part}\n`)
      .join("\n"),
  text: (differences, flows) =>
    [
      ...differences.map(({ change, from, asked, before, after, because }) =>
        [
          `${change.padEnd(6)}  ${from} → ${asked}: ${verdictText(before)} → ${verdictText(after)}`,
          ...because.map((reason) => `        ${reason}`),
        ].join("\n"),
      ),
      counts(differences, flows),
      "",
    ].join("\n"),
};
