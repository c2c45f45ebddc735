import { SYMPTOM_TABLE, type SeenText } from "../../policies/mtls/symptoms/index";
import { SYMPTOMS, type Symptom } from "../../policies/mtls/vocabulary";

const seen = (who: string, texts: readonly SeenText[]): string[] =>
  texts.length === 0
    ? []
    : [
        `**${who}**`,
        texts.map(({ text, when }) => `- \`${text}\`${when === undefined ? "" : ` (${when})`}`).join("\n"),
      ];

function section(symptom: Symptom): string {
  const { title, meaning, application, clientProxy, server } = SYMPTOM_TABLE[symptom];
  return [
    `<a id="${symptom}"></a>`,
    `## \`${symptom}\`: ${title}`,
    meaning,
    ...seen("What the application sees", application),
    ...seen("The log of the client's proxy", clientProxy),
    ...seen("The server's side", server),
  ].join("\n\n");
}

const row = (symptom: Symptom): string => {
  const { title, application } = SYMPTOM_TABLE[symptom];
  return `| [\`${symptom}\`](#${symptom}) | ${title} | \`${(application[0]?.text ?? "").replaceAll("|", "\\|")}\` |`;
};

/** `docs/symptoms.md`: what refused flows look like, from the engine's own table. */
export const symptomsPage = (): string =>
  [
    "# Symptoms",
    "Made from `policies/mtls/symptoms` by `npm run fix`; do not edit. What a refused flow looks like to those who look: the texts differ " +
      "by version and by who stands in between, and the first one of each list is the usual one.",
    [
      "| symptom | what happened | what the application usually sees |",
      "| --- | --- | --- |",
      ...SYMPTOMS.map(row),
    ].join("\n"),
    ...SYMPTOMS.map(section),
    "",
  ].join("\n\n");
