import type { Style } from "../printers/index";
import { attribute, escapeXml } from "../printers/xml";
import { code, escapeText, table } from "../printers/markdown";
import { COLOUR, paint, type Paint } from "../printers/paint";
import { printable } from "../printers/words";
import { CHECKS, type Check, type Row, type State } from "./row";
import { summarize, type Verification } from "./verification";

type Print = (verification: Verification, style: Style) => string;

/** How a state is written for people. */
const WORD: Readonly<Record<State, string>> = {
  "does-not-hold": "does not hold",
  unknown: "unknown",
  holds: "holds",
};

const TONE: Readonly<Record<State, "error" | "warning" | "mtls">> = {
  "does-not-hold": "error",
  unknown: "warning",
  holds: "mtls",
};

const width = (texts: readonly string[]): number => texts.reduce((widest, { length }) => Math.max(widest, length), 0);

/** One line per check and object; below what does not hold, what to do. */
const printText: Print = (verification, { colour, quiet }) => {
  const colours = paint(colour);
  const rows = verification.rows.filter(({ state }) => !quiet || state !== "holds");
  const columns = [width(rows.map(({ state }) => WORD[state])), width(rows.map(({ check }) => check))] as const;
  const lines = [
    ...rows.flatMap((row) => rowText(row, columns, colours)),
    ...(rows.length === 0 ? [] : [""]),
    ...(quiet ? [] : [...verification.assumptions.map((assumption) => colours.faint(`assumed: ${assumption}`))]),
    colours.strong(summarize(verification)),
  ];
  return lines
    .map((line) => `${line}\n`)
    .join("")
    .split(COLOUR)
    .map((part, at) => (colour && at % 2 === 1 ? part : printable(part)))
    .join("");
};

function rowText(
  { state, check, object, says, todo }: Row,
  [states, checks]: readonly [number, number],
  colours: Paint,
): string[] {
  const indent = " ".repeat(states + checks + 4);
  return [
    `${colours[TONE[state]](WORD[state].padEnd(states))}  ${check.padEnd(checks)}  ${colours.strong(object)}: ${says}`,
    ...(todo === undefined ? [] : [`${indent}${colours.faint("to do")} ${todo}`]),
  ];
}

const printMarkdown: Print = (verification, { quiet }) => {
  const { rows } = verification;
  const shown = rows.filter(({ state }) => !quiet || state !== "holds");
  return [
    `**meshtls verify**: ${escapeText(summarize(verification))}`,
    ...(shown.length === 0
      ? []
      : [
          table(
            ["", "check", "object", "seen", "to do"],
            shown.map(({ state, check, object, says, todo = "" }) => [
              WORD[state],
              check,
              code(object),
              escapeText(says),
              escapeText(todo),
            ]),
          ),
        ]),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
};

/** One suite per check, one case per row. What is unknown is an error, not a pass and not a failure of what was checked. */
const printJunit: Print = ({ rows }) => {
  const checks = Object.keys(CHECKS).filter((check): check is Check => rows.some((row) => row.check === check));
  const number = (of: readonly Row[], state: State): number => of.filter((row) => row.state === state).length;
  const counts = (of: readonly Row[]): string =>
    `tests="${of.length}" failures="${number(of, "does-not-hold")}" errors="${number(of, "unknown")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="meshtls verify" ${counts(rows)}>`,
    ...checks.flatMap((check) => {
      const ofCheck = rows.filter((row) => row.check === check);
      return [
        `  <testsuite name="${attribute(`${check}: ${CHECKS[check]}`)}" ${counts(ofCheck)}>`,
        ...ofCheck.flatMap(junitCase),
        "  </testsuite>",
      ];
    }),
    "</testsuites>",
    "",
  ].join("\n");
};

const ELEMENT = { "does-not-hold": "failure", unknown: "error", holds: "system-out" } as const;

function junitCase({ check, object, state, says, todo }: Row): string[] {
  const element = ELEMENT[state];
  const message = element === "system-out" ? "" : ` message="${attribute(says)}"`;
  const text = todo === undefined ? says : `${says}\nto do: ${todo}`;
  return [
    `    <testcase classname="meshtls.${check}" name="${attribute(object)}">`,
    `      <${element}${message}>${escapeXml(text)}</${element}>`,
    "    </testcase>",
  ];
}

const printJson: Print = (verification) => `${JSON.stringify(verification, null, 2)}\n`;

export const FORMATS = ["text", "json", "markdown", "junit"] as const;

export const PRINTERS: Readonly<Record<(typeof FORMATS)[number], Print>> = {
  text: printText,
  json: printJson,
  markdown: printMarkdown,
  junit: printJunit,
};
