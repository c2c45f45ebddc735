import { type TrafficRow, type TrafficTable } from "../../components";
import { type ExceptionAnswer } from "../../policies/mtls/assess";
import { describeEngine, describeKubernetes, type Engine } from "./engine";
import { type PolicyResult, type StagingOutputs } from "./results";
import { type Section } from "./sections";
import { type Table } from "./table";

export interface Rehearsed {
  readonly engine: Engine;
  /** What was done, or is to be done, to the resources. */
  readonly resources: string;
  readonly policies: PolicyResult;
  readonly outputs: StagingOutputs;
  /** Where things are, by what they are. */
  readonly files: Readonly<Record<string, string>>;
}

/** The summary at the end of a rehearsal, and its report. */
export function summarize({ engine, resources, policies, outputs, files }: Rehearsed): readonly Section[] {
  const { traffic, exceptions = [], endpoints = {} } = outputs;
  return [
    {
      title: "Run",
      body: [
        [
          ["", ""],
          ["engine", describeEngine(engine.pulumi)],
          ["provider", describeKubernetes(engine.kubernetes)],
          ["resources", resources],
          ["policies", describePolicies(policies)],
        ],
      ],
    },
    ...(traffic === undefined ? [] : trafficSections(traffic)),
    { title: "Exceptions from mTLS", body: exceptions.length === 0 ? ["none"] : [exceptionTable(exceptions)] },
    ...(Object.keys(endpoints).length === 0 ? [] : [{ title: "Endpoints", body: [pairs(endpoints)] }]),
    { title: "Files", body: [pairs(files)] },
  ];
}

export function describePolicies({ packs, evaluated, failed, resources, advisory }: PolicyResult): string {
  if (packs.length === 0) return "none evaluated";
  const passed = evaluated.length - failed.length;
  const where = `${packs.join(", ")}: ${evaluated.length} policies on ${resources} resources and on the stack`;
  const warnings =
    advisory.length === 0 ? "" : `; ${advisory.length} ${advisory.length === 1 ? "warning" : "warnings"}`;
  return `${where}; ${passed} passed, ${failed.length} failed${warnings}`;
}

function trafficSections({ rows, clients, assumptions }: TrafficTable): readonly Section[] {
  const assumed =
    assumptions.length === 0 ? [] : [["Taken for granted:", ...assumptions.map((text) => `- ${text}`)].join("\n")];
  return [
    { title: "Traffic", body: [trafficTable(rows)] },
    { title: "Every client of the collector", body: [trafficTable(clients), ...assumed] },
  ];
}

/** One line per path. */
export const trafficTable = (rows: readonly TrafficRow[]): Table => [
  ["path", "sends", "accepts", "outcome"],
  ...rows.map(({ path, sends, accepts, outcome, symptom, pairs: count }) => [
    count > 1 ? `${path} (${count} pairs)` : path,
    sends,
    accepts === null ? "unknown" : accepts.join(", ") || "nothing",
    symptom === undefined ? outcome : `${outcome}: ${symptom}`,
  ]),
];

const exceptionTable = (exceptions: readonly ExceptionAnswer[]): Table => [
  ["exception", "mode", "state", "owner", "approver", "ticket", "expires"],
  ...exceptions.map(({ namespace, name, mode, state, owner, approver, ticket, expires, daysLeft }) => [
    `${namespace}/${name}`,
    mode ?? "unknown",
    state,
    owner,
    approver ?? "-",
    ticket ?? "-",
    expires === null ? "never" : `${expires} (${daysLeft} days left)`,
  ]),
];

const pairs = (entries: Readonly<Record<string, unknown>>): Table => [
  ["", ""],
  ...Object.entries(entries).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]),
  ),
];
