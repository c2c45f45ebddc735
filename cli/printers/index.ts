import type { Report } from "../report";

export interface Style {
  /** Use the terminal's colours. */
  readonly colour: boolean;
  /** Only findings and problems, where the format leaves the choice. */
  readonly quiet: boolean;
}

/** A report as text; ends in a line break. */
export type Printer = (report: Report, style: Style) => string;

export const FORMATS = ["text", "json", "markdown", "sarif", "junit", "github", "html"] as const;
export type Format = (typeof FORMATS)[number];

/** Every format shows the same findings; a printer is loaded only when it prints. */
const PRINTERS: Readonly<Record<Format, () => Promise<Printer>>> = {
  text: async () => (await import("./text")).printText,
  json: async () => (await import("./json")).printJson,
  markdown: async () => (await import("./markdown")).printMarkdown,
  sarif: async () => (await import("./sarif")).printSarif,
  junit: async () => (await import("./junit")).printJunit,
  github: async () => (await import("./github")).printGithub,
  html: async () => (await import("./html")).printHtml,
};

export const printerOf = (format: Format): Promise<Printer> => PRINTERS[format]();
