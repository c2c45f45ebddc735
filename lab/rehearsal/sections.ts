import { markdownTable, plainTable, type Table } from "./table";

/** One part of a summary, to be written as text or as Markdown. */
export interface Section {
  readonly title: string;
  readonly body: readonly (string | Table)[];
}

const INDENT = "  ";

const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => `${INDENT}${line}`)
    .join("\n");

/** For a terminal. */
export const asText = (sections: readonly Section[]): string =>
  sections
    .map(({ title, body }) =>
      [title, ...body.map((part) => (typeof part === "string" ? indented(part) : plainTable(part, INDENT)))].join("\n"),
    )
    .join("\n\n");

/** For a file. */
export const asMarkdown = (heading: string, sections: readonly Section[]): string =>
  [
    `# ${heading}`,
    ...sections.map(({ title, body }) =>
      [`## ${title}`, ...body.map((part) => (typeof part === "string" ? part : markdownTable(part)))].join("\n\n"),
    ),
  ].join("\n\n") + "\n";
