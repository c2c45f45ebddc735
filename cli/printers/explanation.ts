import { describeRef } from "../../policies/mtls/objects";
import type { Explanation } from "../explanation";
import { offerText } from "../offer-report";
import { describeLocation } from "../report";
import { escapeText } from "./markdown";
import { describeAccepts, describeOutcome } from "./words";

/** @param format text, json, markdown or mermaid */
export function printExplanation(explanation: Explanation, format: string): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(explanation, null, 2)}\n`;
    case "mermaid":
      return explanation.mermaid;
    case "markdown":
      return markdown(explanation);
    default:
      return text(explanation);
  }
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function sectionsOf({ flow, client, server, considered }: Explanation): Section[] {
  const sends = [...new Set(flow.servers.map((one) => one.sends))].join(", ");
  const accepts = [...new Set(flow.servers.map((one) => describeAccepts(one.accepts)))].join(", ");
  const decided = ({ object, says, location }: Explanation["client"][number]): string => {
    const where = describeLocation(location);
    return `${object === undefined ? "" : `${object}: `}${says}${where === "" ? "" : ` (${where})`}`;
  };
  const sections: Section[] = [
    { title: `the client sends ${sends}`, lines: client.map(decided) },
    { title: `the port accepts ${accepts}`, lines: server.map(decided) },
    {
      title: "looked at",
      lines: considered.map(({ won, object, says, location }) => {
        const where = describeLocation(location);
        return `${won ? "won" : "lost"}: ${object}: ${says}${where === "" ? "" : ` (${where})`}`;
      }),
    },
    { title: "not known", lines: (flow.undecided ?? []).map(({ object, path }) => `${object} ${path}`) },
    { title: "assumed", lines: flow.assumptions },
  ];
  return sections.filter(({ title, lines }, at) => lines.length > 0 || (at < 2 && title !== ""));
}

const titleOf = ({ flow }: Explanation): string =>
  `${describeRef(flow.from)} → ${flow.asked}: ${describeOutcome(flow)}`;

const changeTitle = ({ flow, change }: Explanation): string =>
  change === null
    ? "no small change of Kubernetes or Istio objects was found that alters this"
    : `the smallest change that alters this (${flow.outcome} → ${change.outcome})`;

const text = (explanation: Explanation): string =>
  [
    titleOf(explanation),
    ...sectionsOf(explanation).map(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)].join("\n")),
    changeTitle(explanation),
    ...(explanation.change === null ? [] : [offerText(explanation.change)]),
  ]
    .map((part) => `${part}\n`)
    .join("\n");

const markdown = (explanation: Explanation): string =>
  [
    `## ${escapeText(titleOf(explanation))}`,
    `\`\`\`mermaid\n${explanation.mermaid}\`\`\``,
    ...sectionsOf(explanation).map(({ title, lines }) =>
      [`### ${escapeText(title)}`, "", ...lines.map((line) => `- ${escapeText(line)}`)].join("\n"),
    ),
    `### ${escapeText(changeTitle(explanation))}`,
    ...(explanation.change === null ? [] : [`\`\`\`text\n${offerText(explanation.change)}\n\`\`\``]),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
