import type { Printer } from "./index";

/** The report as it is; its schema is docs/meshtls.schema.json. */
export const printJson: Printer = (report) => `${JSON.stringify(report, null, 2)}\n`;
