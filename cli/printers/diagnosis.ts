import { describeRef } from "../../policies/mtls/objects";
import type { Comparison, Correction, Culprit, Diagnosis, Finding } from "../diagnose/diagnosis";
import { describeLocation } from "../report";
import { COLOUR, paint, type Paint } from "./paint";
import { printable } from "./words";

/** For people at three in the morning: what happened, who says so, what to look at, in this order. */
export function printDiagnosis(diagnosis: Diagnosis, colour: boolean): string {
  const { findings, corrections, manifests } = diagnosis;
  const colours = paint(colour);
  const parts = [
    ...findings.map((finding) => findingText(finding, manifests, colours)),
    ...correctionsText(corrections, colours),
    summaryText(diagnosis, colours),
  ];
  const text = parts.map((part) => `${part}\n`).join("\n");
  return text
    .split(COLOUR)
    .map((part, at) => (colour && at % 2 === 1 ? part : printable(part)))
    .join("");
}

function findingText(finding: Finding, manifests: Comparison | undefined, colours: Paint): string {
  const { id, title, count, firstLine, writer, carrier, direction, detail, meaning, text } = finding;
  const times = count === 1 ? `line ${firstLine}` : `${count} times, first on line ${firstLine}`;
  const fact = (label: string, says: string): string => `  ${colours.faint(label.padEnd(WIDTH))} ${says}`;
  const culprits = manifests?.culprits.filter((culprit) => culprit.finding === id) ?? [];
  return [
    colours.strong(capitalised(title)),
    `  ${colours.faint(`${id}, ${times}:`)} ${text}`,
    fact("written by", `${writer.says}${carrier === undefined ? "" : `; ${carrier}`}`),
    fact("TLS", direction.says),
    ...(detail === undefined ? [] : [fact("code", detail)]),
    fact("meaning", meaning),
    ...(culprits.length > 0 ? culpritsText(culprits, finding, colours) : causesText(finding, manifests, colours)),
  ].join("\n");
}

function causesText({ id, causes, commands }: Finding, manifests: Comparison | undefined, colours: Paint): string[] {
  const unmatched = manifests?.unmatched.find(({ finding }) => finding === id);
  return [
    ...(unmatched === undefined ? [] : [`  ${colours.strong("in the manifests")} ${unmatched.says}`]),
    ...(causes.length === 0 ? [] : [`  ${causes.length === 1 ? "cause" : "causes, most likely first"}`]),
    ...causes.flatMap(({ cause, fix }, at) => [`  ${at + 1}. ${cause}`, `     ${colours.faint("fix")} ${fix}`]),
    ...(commands.length === 0 ? [] : [`  ${causes.length === 1 ? "to see it" : "to tell them apart"}`]),
    ...commands.flatMap(({ run, tells }) => [`  $ ${run}`, `     ${colours.faint(tells)}`]),
  ];
}

const WIDTH = "written by".length;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How many flows of one finding are told in full. */
const TOLD = 3;

/** With the cause at hand the list of possible ones is left out. */
const culpritsText = (culprits: readonly Culprit[], { docs }: Finding, colours: Paint): string[] => [
  `  ${colours.strong("in the manifests")} ${culprits.length === 1 ? "one flow ends" : `${culprits.length} flows end`} just so`,
  ...culprits.slice(0, TOLD).map((culprit) => culpritText(culprit, colours)),
  ...(culprits.length > TOLD
    ? [`  and ${culprits.length - TOLD} more: ${culprits.slice(TOLD).map(nameOf).join(", ")}`]
    : []),
  `  ${colours.faint(`other causes, and commands that tell them apart: ${docs}`)}`,
];

const nameOf = ({ flow: { from, asked } }: Culprit): string => `${describeRef(from)} → ${asked}`;

const culpritText = (culprit: Culprit, colours: Paint): string =>
  [
    `  ${colours.refused(culprit.flow.symptom)}  ${nameOf(culprit)}`,
    ...culprit.servers.map((server) => `    ${server}`),
    ...culprit.because.map(({ object, says, location }) => {
      const where = describeLocation(location);
      return `    because ${object === undefined ? "" : `${object}: `}${says}${where === "" ? "" : `  ${colours.faint(where)}`}`;
    }),
  ].join("\n");

const correctionsText = (corrections: readonly Correction[], colours: Paint): string[] =>
  corrections.length === 0
    ? []
    : [
        [
          colours.strong("What the text says or shows, and its own log lines contradict"),
          ...corrections.map(({ line, text, says }) => `  line ${line}: ${colours.faint(`“${text}”`)}\n    ${says}`),
        ].join("\n"),
      ];

function summaryText({ lines, findings }: Diagnosis, colours: Paint): string {
  const read = `${lines} line${lines === 1 ? "" : "s"} read`;
  if (findings.length === 0)
    return `${read}, none of them recognised: this says nothing about whether mTLS is the cause. Known are messages of Envoy,\nistio-agent, the OpenTelemetry Java agent, Go and Python exporters, the collector and the JVM (docs/log-lines.md).`;
  const recognised = findings.reduce((sum, { count }) => sum + count, 0);
  return colours.strong(
    `${read}, ${recognised} message${recognised === 1 ? "" : "s"} recognised, ${findings.length} kind${findings.length === 1 ? "" : "s"}`,
  );
}
