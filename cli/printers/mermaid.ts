import type { FlowAnswer } from "../../policies/mtls/flow";
import { describeRef } from "../../policies/mtls/objects";
import type { Outcome } from "../../policies/mtls/vocabulary";
import { sides } from "../explanation";
import { describeAccepts } from "./words";

const COLOUR: Readonly<Record<Outcome, string>> = {
  refused: "#c62828",
  unknown: "#f9a825",
  plaintext: "#ef6c00",
  tls: "#1565c0",
  mtls: "#2e7d32",
};

/** The path of a flow as a Mermaid flowchart: who sends what to whom, and the objects that decided it. */
export function mermaidOf(flow: FlowAnswer): string {
  const { client, server } = sides(flow);
  const deciding = (reasons: typeof client, own: ReadonlySet<string>): string[] => [
    ...new Set(reasons.flatMap(({ object }) => (object === undefined || own.has(object) ? [] : [object]))),
  ];
  const self = describeRef(flow.from);
  const servers = flow.servers.map(({ workload }) => (workload === null ? "nobody" : describeRef(workload)));
  const own = new Set([self, ...servers]);
  return [
    "flowchart LR",
    `  client[${label(self)}]`,
    `  target([${label(flow.asked)}])`,
    ...deciding(client, own).map((object, at) => `  c${at}>${label(object)}] -.-> client`),
    ...flow.servers.flatMap(({ workload, targetPort, sends, accepts, outcome, symptom }, at) => [
      `  server${at}[${label(workload === null ? "nobody" : `${describeRef(workload)}<br/>port ${targetPort}`)}]`,
      `  target -->|${label(`accepts ${describeAccepts(accepts)}`)}| server${at}`,
      `  client -->|${label(`sends ${sends}: ${symptom ?? outcome}`)}| target`,
      `  style server${at} stroke:${COLOUR[outcome]},stroke-width:3px`,
    ]),
    ...deciding(server, own).map((object, at) => `  s${at}>${label(object)}] -.-> server0`),
    "",
  ].join("\n");
}

/** Text in quotes; Mermaid has entities of its own. */
const label = (text: string): string =>
  `"${text
    .replaceAll("#", "#35;")
    .replaceAll('"', "#quot;")
    .replace(/<(?!br\/>)/g, "#lt;")}"`;
