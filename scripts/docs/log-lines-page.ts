import { SIGNATURES } from "../../cli/symptoms/index";
import { DIRECTIONS, WRITERS, type Command, type Direction, type Signature } from "../../cli/symptoms/signature";

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** Names like `<host>` must not become markup. */
const prose = (text: string): string => text.replaceAll("<", "&lt;").replaceAll("*", "\\*").replaceAll("_", "\\_");

const table = (signatures: readonly Signature[]): string =>
  [
    "| id | what it says | written by |",
    "| --- | --- | --- |",
    ...signatures.map(({ id, title, writer }) => `| [${id}](#${id}) | ${cell(prose(title))} | ${WRITERS[writer]} |`),
  ].join("\n");

const commandLines = ({ run, tells }: Command): string => `# ${tells}\n${run}`;

function section({ id, title, writer, direction, meaning, causes, commands, symptoms, samples }: Signature): string {
  const shows = symptoms.map((symptom) => `[\`${symptom}\`](symptoms.md#${symptom})`).join(", ");
  return [
    `<a id="${id}"></a>`,
    `### ${id}`,
    `**${prose(title.charAt(0).toUpperCase() + title.slice(1))}.** ${prose(meaning)}`,
    `Written by ${WRITERS[writer]}.${symptoms.length === 0 ? "" : ` Verdicts of \`meshtls check\` that show as this: ${shows}.`} TLS: ${DIRECTIONS[direction]}.`,
    ...(causes.length === 0
      ? []
      : [causes.map(({ cause, fix }, at) => `${at + 1}. ${prose(cause)}. **Fix:** ${prose(fix)}.`).join("\n")]),
    ...(commands.length === 0 ? [] : [["```sh", ...commands.map(commandLines), "```"].join("\n")]),
    ["<details><summary>Lines</summary>\n", "```text", ...samples, "```", "\n</details>"].join("\n"),
  ].join("\n\n");
}

/** `docs/log-lines.md`: every signature that `meshtls diagnose` knows, from its own data. */
export function logLinesPage(): string {
  const directions = Object.keys(DIRECTIONS) as Direction[];
  const groups = directions.map((direction) => ({
    direction,
    signatures: SIGNATURES.filter((signature) => signature.direction === direction),
  }));
  return [
    "# Log lines",
    "Made from `cli/symptoms` by `npm run fix`; do not edit. `meshtls diagnose FILE` recognises these lines, wrapped, quoted or cut off as they " +
      "come, and with manifests names the object that is the cause.",
    "Words in capitals (CLIENT_NS, CLIENT_POD, SERVER_NS, SERVER_POD, SERVICE, HOST, PORT) are to be filled in; the command fills in what a line tells.",
    ...groups.flatMap(({ direction, signatures }) => [
      `**${DIRECTIONS[direction].charAt(0).toUpperCase()}${DIRECTIONS[direction].slice(1)}**`,
      table(signatures),
    ]),
    ...SIGNATURES.map(section),
    "",
  ].join("\n\n");
}
